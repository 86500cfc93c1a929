namespace EventDock.Cli.Output;

using System.Globalization;
using EventDock.Domain.Store;
using EventDock.Engine;

/// <summary>What <c>check</c> prints: one line a finding, and what was looked at. docs/check.md has the table of kinds.</summary>
public static class CheckText
{
    public static string Of(Checked done) =>
        string.Concat(done.Findings.Map(f => Line(f) + "\n")) + Summary(done) + "\n";

    public static string Line(StoreFinding finding) => TerminalText.Escape($"{Word(finding.Kind)} {finding.What}: {Reason(finding)}");

    /// <summary>The gravest finding's; notes are none. Where only the views could not be compared, 1.</summary>
    public static int ExitCode(Checked done) =>
        done.Findings.Filter(f => f.Kind != FindingKind.Note).Strict() is { IsEmpty: false } grave
            ? Code(grave.Map(f => f.Kind).Max())
            : done.Unfolded.IsSome ? 1 : 0;

    private static int Code(FindingKind kind) => kind switch
    {
        // As ledger verify ends where it meets this one.
        FindingKind.View => 13,
        FindingKind.Unknown => 20,
        FindingKind.Link => 21,
        FindingKind.Mount => 22,
        FindingKind.Reference => 23,
        FindingKind.Layer => 24,
        FindingKind.Blob => 25,
        FindingKind.Container => 26,
        FindingKind.Segment => 27,
        _ => throw new System.Diagnostics.UnreachableException($"no code for {kind}"),
    };

    private static string Word(FindingKind kind) => kind switch
    {
        FindingKind.Note => "note",
        FindingKind.Unknown => "unknown",
        FindingKind.Link => "link",
        FindingKind.Mount => "mount",
        FindingKind.View => "view",
        FindingKind.Reference => "reference",
        FindingKind.Layer => "layer",
        FindingKind.Blob => "blob",
        FindingKind.Container => "container",
        FindingKind.Segment => "segment",
        _ => throw new System.Diagnostics.UnreachableException($"no word for {kind}"),
    };

    public static string Reason(StoreFinding f) => f.Fault switch
    {
        Fault.LeftInStaging => "a command was killed here; the next one clears it",
        Fault.WaitsInTrash => $"{f.Detail} {(f.Detail == "1" ? "name waits" : "names wait")} to be deleted",
        Fault.EndedUnseen => $"{f.Detail} has ended, and the next command records it",
        Fault.MayBeOnItsWay => "not in the ledger, perhaps not yet: another command is at work",
        Fault.Claimed => "a command was making or removing it; the next one settles that",
        Fault.ManifestLeft => $"the manifest of image {f.Detail}, which has been removed",
        Fault.NotInLedger => "not in the ledger",
        Fault.Removed => "of a container that has been removed; repair takes it away",
        Fault.Missing => f.Detail.Length == 0 ? "not on disk" : $"{f.Detail} is not on disk",
        Fault.LinkMissing => $"the short name of layer {f.Detail} is missing",
        Fault.LinkAstray => $"does not lead to layer {f.Detail}",
        Fault.NotMounted => $"{f.Detail} runs, and its root is not mounted",
        Fault.StrayMount => "something is mounted here that no running container needs",
        Fault.ViewDiffers => $"{f.Detail} is not what the events fold to",
        Fault.Dangling => $"the ledger does not have {f.Detail}, or the disk does not",
        Fault.RecordUnreadable => $"{f.Detail} cannot be read",
        Fault.RecordDiffers => $"{f.Detail} is not what the ledger has",
        Fault.TreeDiffers => $"its files are not those that were unpacked{(f.Detail.Length == 0 ? "" : $": {f.Detail}")}",
        Fault.FileDiffers => f.Detail,
        Fault.WrongSize or Fault.WrongDigest or Fault.WrongDiffId => f.Detail,
        Fault.NotWhole => "a part of its directory is missing",
        _ => throw new System.Diagnostics.UnreachableException($"no reason for {f.Fault}"),
    };

    private static string Summary(Checked done)
    {
        var grave = done.Findings.Count(f => f.Kind != FindingKind.Note);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Counted(done.Images, "image")}, {Counted(done.Layers, "layer")}, {Counted(done.Blobs, "blob")}, {Counted(done.Containers, "container")}: ")
            + (grave == 0 ? "no findings" : Counted(grave, "finding"))
            + (done.Compared ? "" : ", views not compared with the events (--deep does)");
    }

    private static string Counted(int count, string what) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {what}{(count == 1 ? "" : "s")}");
}
