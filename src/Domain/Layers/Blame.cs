namespace EventDock.Domain.Layers;

/// <summary>A line of a text, its newline part of it.</summary>
/// <param name="Version">Which version brought it, from 0.</param>
public sealed record BlamedLine(string Text, int Version);

/// <summary>Who brought which line: the versions of a text compared one after the other, and what stays keeps its origin.</summary>
public static class Blame
{
    /// <param name="versions">Oldest first; an empty text for a version in which there was none.</param>
    /// <returns>The lines of the newest.</returns>
    public static Seq<BlamedLine> Of(Seq<string> versions)
    {
        var (lines, before) = (new List<BlamedLine>(), "");
        for (var version = 0; version < versions.Count; version++)
        {
            lines = Next(lines, TextDiff.Of(before, versions[version]), version);
            before = versions[version];
        }

        return lines.ToArray().ToSeq().Strict();
    }

    private static List<BlamedLine> Next(List<BlamedLine> old, Seq<Hunk> hunks, int version)
    {
        var now = new List<BlamedLine>(old.Count);
        var at = 0;
        foreach (var hunk in hunks)
        {
            var start = hunk.OldCount == 0 ? hunk.OldStart : hunk.OldStart - 1;
            now.AddRange(old[at..start]);
            at = start;
            foreach (var line in hunk.Lines)
            {
                if (line[0] == '+')
                {
                    now.Add(new BlamedLine(line[1..], version));
                    continue;
                }

                if (line[0] == ' ')
                {
                    now.Add(old[at]);
                }

                at++;
            }
        }

        now.AddRange(old[at..]);
        return now;
    }
}
