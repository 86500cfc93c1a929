namespace EventDock.Cli.Output;

using System.Globalization;
using System.Text;
using EventDock.Domain.Layers;

/// <summary>Changes as a patch in git's form, which <c>git apply</c> and <c>patch -p1</c> take; what has no lines is named only.</summary>
/// <param name="terminal">Control characters of the files are escaped; else the bytes are what they are.</param>
public sealed class PatchText(bool terminal)
{
    private const string Nowhere = "/dev/null";

    public string Of(FileChange change)
    {
        var (before, after) = (PathText.Quoted("a/", change.Path), PathText.Quoted("b/", change.Path));
        if (!HasForm(change.Before) || !HasForm(change.After) || IsAnother(change))
        {
            return Remark(change, Kinds(change));
        }

        var text = new StringBuilder(Unsaid(change)).Append(CultureInfo.InvariantCulture, $"diff --git {before} {after}\n").Append(Modes(change));
        if (change.Text is { Unread: { } why })
        {
            return text.Append(CultureInfo.InvariantCulture, $"# {Sizes(change)}, {why}\n")
                .Append(CultureInfo.InvariantCulture, $"Binary files {(change.Before is null ? Nowhere : before)} and {(change.After is null ? Nowhere : after)} differ\n")
                .ToString();
        }

        var hunks = change.Text is { } lines ? TextDiff.Of(lines.Before, lines.After) : Seq<Hunk>();
        if (!hunks.IsEmpty)
        {
            text.Append("--- ").Append(change.Before is null ? Nowhere : Ended(before)).Append("\n+++ ")
                .Append(change.After is null ? Nowhere : Ended(after)).Append('\n');
        }

        hunks.Iter(hunk => Write(text, hunk));
        return text.ToString();
    }

    /// <summary>git has one for files and links, and for what is not there.</summary>
    private static bool HasForm(LayerFile? file) => file is null || file.Type is FileType.File or FileType.Symlink;

    private static bool IsAnother(FileChange change) =>
        change is { Before: { } before, After: { } after } && before.Type != after.Type;

    private static string Kinds(FileChange change) =>
        change is { Before: { } before, After: { } after }
            ? $"{FileFields.Mode(before)} {before.Uid}:{before.Gid} to {FileFields.Mode(after)} {after.Uid}:{after.Gid}"
            : FileFields.Mode((change.After ?? change.Before)!);

    private static string Sizes(FileChange change) => change switch
    {
        { Before: { } before, After: { } after } => $"{before.Size} to {after.Size} bytes",
        _ => $"{(change.After ?? change.Before)!.Size} bytes",
    };

    private static string Modes(FileChange change) => change switch
    {
        { Before: null, After: { } after } => $"new file mode {Mode(after)}\n",
        { Before: { } before, After: null } => $"deleted file mode {Mode(before)}\n",
        { Before: { } before, After: { } after } when Mode(before) != Mode(after) => $"old mode {Mode(before)}\nnew mode {Mode(after)}\n",
        _ => "",
    };

    /// <summary>What git's lines have no place for. Before them, where git apply and patch pass over it: behind a header it would end that.</summary>
    private static string Unsaid(FileChange change) => change switch
    {
        { Before: { } before, After: { } after } when change.Text is null && Mode(before) == Mode(after) =>
            Remark(change, $"{Owned(before)} to {Owned(after)}, or attributes"),
        { Before: { } before, After: { } after } when
            (before.Uid, before.Gid) != (after.Uid, after.Gid) || (before.Mode != after.Mode && !(IsSaid(before) && IsSaid(after))) =>
            Remark(change, $"{Owned(before)} to {Owned(after)}"),
        { Before: null, After: { } after } when (after.Uid, after.Gid) != (0, 0) || !IsSaid(after) => Remark(change, Owned(after)),
        _ => "",
    };

    private static string Remark(FileChange change, string what) => $"# {change.Kind} {PathText.Show(change.Path)} ({what})\n";

    private static string Owned(LayerFile file) =>
        string.Create(CultureInfo.InvariantCulture, $"{file.Uid}:{file.Gid} {FileFields.Octal(file.Mode)}");

    /// <summary>What git writes of the mode is all of it.</summary>
    private static bool IsSaid(LayerFile file) => file.Type == FileType.Symlink || file.Mode is 0x1a4 or 0x1ed;

    /// <summary>A name with a blank ends with a tab, as git writes it: patch takes what follows a blank for a date.</summary>
    private static string Ended(string name) => name.Contains(' ') ? name + "\t" : name;

    /// <summary>git knows three: a link, and a file that can be executed or not.</summary>
    private static string Mode(LayerFile file) =>
        file.Type == FileType.Symlink ? "120000" : (file.Mode & 0x40) != 0 ? "100755" : "100644";

    private void Write(StringBuilder text, Hunk hunk)
    {
        text.Append(CultureInfo.InvariantCulture, $"@@ -{Range(hunk.OldStart, hunk.OldCount)} +{Range(hunk.NewStart, hunk.NewCount)} @@\n");
        foreach (var line in hunk.Lines)
        {
            var whole = line.EndsWith('\n');
            var shown = whole ? line[..^1] : line;
            text.Append(terminal ? TerminalText.EscapeLines(shown) : shown).Append('\n')
                .Append(whole ? "" : "\\ No newline at end of file\n");
        }
    }

    private static string Range(int start, int count) =>
        count == 1 ? start.ToString(CultureInfo.InvariantCulture) : string.Create(CultureInfo.InvariantCulture, $"{start},{count}");
}
