namespace EventDock.Adapters.Postgres;

using System.IO;

/// <summary>What the server and its programs say, and the one line of it that is worth showing.</summary>
internal static class ClusterLog
{
    private const long Longest = 8 << 20;
    private static readonly string[] Failures = ["FATAL:", "PANIC:", "ERROR:"];

    /// <summary>Puts a log that has grown long aside, and gives the length before this start.</summary>
    public static long Begin(string path)
    {
        if (Length(path) > Longest)
        {
            File.Move(path, path + ".old", overwrite: true);
        }

        return Length(path);
    }

    public static long Length(string path) => File.Exists(path) ? new FileInfo(path).Length : 0;

    public static bool IsFailure(string text) => Failures.Any(text.Contains);

    public static bool HasFailed(string path, long from) => IsFailure(Tail(path, from));

    /// <summary>The last failure since the given length; else the last line.</summary>
    public static string Reason(string path, long from) => LastLine(Tail(path, from));

    public static string LastLine(string text)
    {
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var last = lines.LastOrDefault(IsFailure) ?? lines.LastOrDefault() ?? "it said nothing";
        var mark = Failures.Select(f => last.IndexOf(f, StringComparison.Ordinal)).Where(i => i >= 0).DefaultIfEmpty(-1).Min();
        return mark < 0 ? last : last[(last.IndexOf(':', mark) + 1)..].Trim();
    }

    private static string Tail(string path, long from)
    {
        if (!File.Exists(path))
        {
            return "";
        }

        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        file.Seek(Math.Max(Math.Min(from, file.Length), file.Length - 65536), SeekOrigin.Begin);
        using var reader = new StreamReader(file);
        return reader.ReadToEnd();
    }
}
