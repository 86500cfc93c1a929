namespace EventDock.Cli.Output;

using EventDock.Domain.Ledger;
using EventDock.Engine;

/// <summary>What <c>ledger verify</c> prints: one line a finding, and the completeness statement.</summary>
public static class VerdictText
{
    public static string Of(Verified verified) =>
        string.Concat(Findings(verified).Map(line => line + "\n"))
        + Statement(verified) + "\n";

    /// <summary>A line each.</summary>
    public static Seq<string> Findings(Verified verified) =>
        verified.Findings.Map(finding => $"{Word(finding.Verdict)} position {finding.Position}: {Reason(finding)}").Strict();

    /// <summary>The gravest finding's; where the views could not be compared and nothing else was found, 1.</summary>
    public static int ExitCode(Verified verified) =>
        verified.Findings.IsEmpty
            ? verified.Unfolded.IsSome ? 1 : 0
            : Code(verified.Findings.Map(f => f.Verdict).Max());

    private static int Code(Verdict verdict) => verdict switch
    {
        // As the other verbs of the ledger end where they meet one of these two.
        Verdict.Rewritten => 6,
        Verdict.Truncated => 7,
        Verdict.Edited => 8,
        Verdict.Missing => 9,
        Verdict.Reordered => 10,
        Verdict.Stranger => 11,
        Verdict.ColumnChanged => 12,
        Verdict.ViewDiffers => 13,
        _ => throw new System.Diagnostics.UnreachableException($"no code for {verdict}"),
    };

    private static string Word(Verdict verdict) => verdict switch
    {
        Verdict.Edited => "edited",
        Verdict.Missing => "missing",
        Verdict.Reordered => "reordered",
        Verdict.Stranger => "stranger",
        Verdict.ColumnChanged => "column-changed",
        Verdict.Truncated => "truncated",
        Verdict.Rewritten => "rewritten",
        Verdict.ViewDiffers => "view-differs",
        _ => throw new System.Diagnostics.UnreachableException($"no word for {verdict}"),
    };

    private static string Reason(Finding finding) => finding switch
    {
        Finding.Edited e => e.Part switch
        {
            EditedPart.Event => "the event is not the one that was hashed",
            EditedPart.Leaf => "its leaf is not the one that the chain goes through",
            EditedPart.Chain => "its link in the chain is not the one that the events give",
            EditedPart.Segment => "the file of the segment that begins here is not the one that was written",
            EditedPart.Redaction => "its content is gone, and no Redacted tells of it",
            _ => "neither the event nor its leaf is what the chain goes through",
        },
        Finding.Missing m => m.Part switch
        {
            MissingPart.Event => "its leaf is there, the event is not",
            MissingPart.Segment => "the file of the segment that begins here cannot be read",
            MissingPart.Leaf => "the event is there, its leaf is not",
            _ when m.Last > m.Position => $"neither the event nor its leaf is there, likewise up to position {m.Last}",
            _ => "neither the event nor its leaf is there",
        },
        Finding.Reordered r => $"the event here was recorded at position {r.Belongs}",
        Finding.Stranger { Listed: true } => "it is listed as foreign, and no ForeignEventFound tells of it",
        Finding.Stranger s => $"the event {s.Id:D} has no leaf: it was not appended by EventDock",
        Finding.ColumnChanged c => $"{c.Column} holds what EventDock does not write there",
        Finding.Truncated t => $"the ledger held {t.Size} events: {TerminalText.Escape(t.Witness)}",
        Finding.Rewritten r => $"the tree had root {r.Signed} here and has {r.Found}: {TerminalText.Escape(r.Witness)}",
        Finding.ViewDiffers v => $"{v.View} {TerminalText.Escape(v.Key)} is not what the events fold to",
        _ => throw new System.Diagnostics.UnreachableException($"no reason for {finding.GetType().Name}"),
    };

    private static string Statement(Verified verified)
    {
        var whole = verified.Missing == 0 && !verified.Findings.Exists(f => f.Verdict == Verdict.Truncated);
        var anchored = Math.Min(verified.Anchored, verified.To);
        return $"positions {verified.From}..{verified.To} {(whole ? "contiguous" : $"not contiguous ({verified.Missing} missing)")}"
            + (verified.Strangers > 0 ? $", {verified.Strangers} of them foreign and known" : "")
            + $", anchored up to {anchored}, unanchored tail {verified.To - anchored}";
    }
}
