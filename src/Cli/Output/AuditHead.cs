namespace EventDock.Cli.Output;

using EventDock.Engine;

/// <summary>What a report begins with: of what it is, and how much there is of each thing.</summary>
internal static class AuditHead
{
    public const string Title = "Audit report";

    public static IReadOnlyList<(string Label, string Value)> Facts(AuditReported report) =>
    [
        ("Range", $"{AuditWords.Time(report.From)} to {AuditWords.Time(report.Until)} UTC"),
        ("Positions", report.Last < report.First ? "none" : $"{report.First} to {report.Last}, of {report.Head}"),
        ("Root", report.RootId.Length > 0 ? report.RootId : "the ledger belongs to no root"),
        ("Made", $"{AuditWords.Time(report.Made)} UTC, by EventDock {Program.Version}"),
    ];

    /// <summary>Each with the part that has more of it.</summary>
    public static IReadOnlyList<(string Part, long Count, string What, bool Alarm)> Figures(AuditReported report)
    {
        var calledOut = report.Range.Containers.Count(container => container.Rights.Count > 0);
        return
        [
            ("operations", report.Range.Operations.Count, report.Range.Operations.Count == 1 ? "operation" : "operations", false),
            ("containers", report.Range.Containers.Count, report.Range.Containers.Count == 1 ? "container" : "containers", false),
            ("called-out", calledOut, "beyond the sandbox", calledOut > 0),
            ("tags", report.Range.TagMoves.Count, report.Range.TagMoves.Count == 1 ? "tag move" : "tag moves", false),
            ("programs", report.Range.Programs.Count + report.Range.MorePrograms, "new executables", report.Range.Programs.Count > 0),
            ("refused", report.Range.Refused.Count, "refused", report.Range.Refused.Count > 0),
        ];
    }

    /// <summary>One line that says whether the rest is worth reading.</summary>
    public static string Verdict(AuditReported report) =>
        report.Last < report.First ? "The range is empty: nothing was recorded in it."
        : AuditStatement.Alarms(report) is { Count: > 0 } alarms
            ? $"Not sound: {AuditWords.Counted(alarms.Count, "finding")}, listed under completeness and verification."
            : $"Sound: every event of the range is there, and is what was recorded.";
}
