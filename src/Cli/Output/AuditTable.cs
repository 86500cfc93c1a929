namespace EventDock.Cli.Output;

/// <summary>A part of an audit report: a heading, a sentence, and a table. The texts are as they are recorded: who prints them escapes them.</summary>
/// <param name="Id">By which other parts name it.</param>
/// <param name="Note">Said before the table; empty for nothing.</param>
/// <param name="Empty">Said where there are no rows.</param>
internal sealed record AuditTable(string Id, string Title, string Note, string Empty, string[] Columns, IReadOnlyList<AuditCell[]> Rows);

/// <summary>What stands in one place of a table, line by line.</summary>
internal sealed record AuditCell(params AuditLine[] Lines)
{
    public static AuditCell Of(string text) => new(new AuditLine(text));

    public static AuditCell Code(string text) => new(new AuditLine(text, AuditStyle.Code));

    public static AuditCell Of(IEnumerable<string> lines, AuditStyle style = AuditStyle.Plain) =>
        new(lines.Select(line => new AuditLine(line, style)).ToArray());

    /// <summary>For programs: all of it in one line.</summary>
    public string Joined => string.Join("; ", Lines.Select(line => line.Text));
}

internal sealed record AuditLine(string Text, AuditStyle Style = AuditStyle.Plain);

internal enum AuditStyle
{
    Plain,

    /// <summary>Command lines, digests, paths.</summary>
    Code,

    /// <summary>What stands beside the thing itself.</summary>
    Faint,

    /// <summary>What somebody should look at.</summary>
    Alarm,
}
