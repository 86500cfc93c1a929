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
            return $"# {change.Kind} {PathText.Show(change.Path)} ({Kinds(change)})\n";
        }

        var text = new StringBuilder($"diff --git {before} {after}\n").Append(Modes(change));
        if (change.Text is { Unread: { } why })
        {
            return text.Append(CultureInfo.InvariantCulture, $"# {Sizes(change)}, {why}\n")
                .Append(CultureInfo.InvariantCulture, $"Binary files {(change.Before is null ? Nowhere : before)} and {(change.After is null ? Nowhere : after)} differ\n")
                .ToString();
        }

        var hunks = change.Text is { } lines ? TextDiff.Of(lines.Before, lines.After) : Seq<Hunk>();
        if (!hunks.IsEmpty)
        {
            text.Append("--- ").Append(change.Before is null ? Nowhere : before).Append("\n+++ ")
                .Append(change.After is null ? Nowhere : after).Append('\n');
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
        { Before: { } before, After: { } after } when change.Text is null =>
            $"# {before.Uid}:{before.Gid} {FileFields.Octal(before.Mode)} to {after.Uid}:{after.Gid} {FileFields.Octal(after.Mode)}, or attributes\n",
        _ => "",
    };

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
