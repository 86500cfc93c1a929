namespace EventDock.Cli.Output;

using System.Globalization;
using EventDock.Cli.Errors;
using EventDock.Domain.Ledger;
using EventDock.Engine;

/// <summary>What a report can be trusted for: is it whole, what was verified, and what was not.</summary>
internal static class AuditStatement
{
    /// <summary>What speaks against the report: of a sound ledger nothing.</summary>
    public static IReadOnlyList<string> Alarms(AuditReported report) =>
    [
        .. report.Proof.Match(
            Right: proof => VerdictText.Findings(proof.Verified).ToArray(),
            Left: error => report.Last < report.First ? [] : [$"nothing was verified: {ErrorText.Of(error)}"]),
        .. report.Stops.Map(stop => $"a view stands still: {ErrorText.Of(stop)}").ToArray(),
        .. Sound(report) is { } proof && Read(report) + proof.Verified.Strangers != Positions(report)
            ? [string.Create(CultureInfo.InvariantCulture, $"{Positions(report) - proof.Verified.Strangers:N0} events were to be read, and {Read(report):N0} were")]
            : System.Array.Empty<string>(),
    ];

    public static IReadOnlyList<string> Complete(AuditReported report) =>
        report.Last < report.First
            ? ["The range holds no position."]
            :
            [
                $"Positions {report.First} to {report.Last}{(Sound(report) is { } whole && whole.Verified.Missing == 0 ? " follow each other without a gap" : "")}: "
                + $"{AuditWords.Counted(Read(report), "event")} of EventDock's{Strangers(report)}, in {AuditWords.Counted(report.Range.Operations.Count, "operation")}. "
                + $"The ledger ended at {AuditWords.Position(report.Head)} when this was made.",
                report.Stops.IsEmpty
                    ? "No view stands still before an event."
                    : "Views stand still: what is said of containers made before the range may not be whole.",
            ];

    public static IReadOnlyList<string> Verified(AuditReported report) =>
        report.Proof.Match(Right: proof => Verified(report, proof).ToArray(), Left: _ => []);

    private static IEnumerable<string> Verified(AuditReported report, RangeVerified proof)
    {
        var clean = proof.Verified.Findings.IsEmpty;
        yield return $"Chain: the events of positions {report.First} to {report.Last} were hashed again and chained "
            + (report.First == 1 ? "from the beginning" : $"from the link that is stored at {AuditWords.Position(report.First - 1)}")
            + (clean ? "; every leaf and every link is the stored one." : "; not every leaf or link is the stored one, see above.");
        yield return proof switch
        {
            _ when !clean => "Tree: not looked at, since the range itself is not sound.",
            { Signed: { IsSome: true } } => proof.Signed.Match(
                Some: root => $"Tree: all of them are in the tree of {AuditWords.Counted(root.Size, "leaf", "leaves")} with the root {root.Root}, vouched for by {root.Witness}"
                    + (proof.Base.IfNone(0) is > 0 and var begun ? $". It was grown from the signed checkpoint of {AuditWords.Counted(begun, "leaf", "leaves")}." : ", grown from the first leaf."),
                None: () => ""),
            _ when proof.Largest < proof.Leaves =>
                (proof.Largest > proof.Before && proof.Base.IsSome ? $"Tree: up to leaf {proof.Largest} it is that of the signed checkpoints; leaves" : "Tree: leaves")
                + $" {Math.Max(proof.Largest, proof.Before) + 1} to {proof.Leaves} are in no signed checkpoint yet ('eventdock ledger checkpoint' signs one).",
            _ => $"Tree: not compared with a signed checkpoint, as none is near ('eventdock ledger verify --to {report.Last}' does it).",
        };
        yield return proof.Anchors.IsEmpty
            ? "Anchors: no checkpoint has been handed to anybody: who can write to this host can rewrite all of it."
            : $"Anchors: {string.Join("; ", proof.Anchors.Map(anchor => $"{anchor.Witness}: {AuditWords.Counted(anchor.Size, "leaf", "leaves")}"))}. "
                + (proof.Verified.Anchored >= proof.Leaves ? "That covers the range." : $"Leaves {proof.Verified.Anchored + 1} to {proof.Leaves} are not anchored.");
        yield return NotVerified(report);
    }

    private static string NotVerified(AuditReported report)
    {
        var parts = new List<string>();
        if (report.First > 1)
        {
            parts.Add($"positions 1 to {report.First - 1}");
        }

        if (report.Last < report.Head)
        {
            parts.Add($"positions {report.Last + 1} to {report.Head}");
        }

        parts.Add("the views, from which what was there before the range is taken");
        return $"Not verified here: {string.Join("; ", parts)}. 'eventdock ledger verify --views' verifies all of it.";
    }

    private static RangeVerified? Sound(AuditReported report) =>
        report.Proof.MatchUnsafe<RangeVerified?>(Right: proof => proof, Left: _ => null);

    private static long Read(AuditReported report) => report.Range.Events;

    private static long Positions(AuditReported report) => report.Last - report.First + 1;

    private static string Strangers(AuditReported report) =>
        Sound(report) is { Verified.Strangers: > 0 and var count } ? $" and {AuditWords.Counted(count, "foreign event that is", "foreign events that are")} known" : "";
}
