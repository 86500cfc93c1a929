namespace EventDock.Domain.Containers;

using System.Globalization;
using System.Text.RegularExpressions;
using EventDock.Domain.Kernel;

/// <summary>What <c>top</c> shows: the rows of the host's ps that are a container's. docker's rules (daemon/top_unix.go).</summary>
public sealed partial record ProcessTable(Seq<string> Titles, Seq<Seq<string>> Rows)
{
    private const string Pid = "PID";

    private static readonly char[] Blanks = [' ', '\t', '\n', '\v', '\f', '\r'];

    /// <summary>The words for ps: those given, split at blanks. A column that is called PID and is another would choose other processes.</summary>
    public static Either<DomainError, Seq<string>> Arguments(Seq<string> given)
    {
        var line = given.IsEmpty ? "-ef" : string.Join(' ', given);
        return FalseTitle().Matches(line).FirstOrDefault(m => m.Groups[1].Value != "pid") is { } wrong
            ? new DomainError.Invalid("ps option", $"{wrong.Groups[1].Value}={wrong.Groups[2].Value}", "is not allowed")
            : Fields(line);
    }

    /// <param name="text">What ps has printed.</param>
    public static Either<DomainError, ProcessTable> Of(string text, Seq<int> pids)
    {
        var lines = text.Split('\n');
        var titles = Fields(lines[0]);
        var at = System.Array.IndexOf(titles.ToArray(), Pid);
        if (at < 0)
        {
            return new DomainError.BadContent("ps", "its output has no PID field");
        }

        var wanted = pids.ToArray().ToHashSet();
        var rows = new List<Seq<string>>();
        var own = false;
        foreach (var fields in lines.Skip(1).Where(line => line.Length > 0).Select(Fields).Where(fields => fields.Count > at))
        {
            // A line of a thread (ps m) belongs to the process before it.
            own = fields[at] == "-" ? own
                : int.TryParse(fields[at], NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && wanted.Contains(pid);
            if (own)
            {
                rows.Add(fields.Take(titles.Count - 1).Add(string.Join(' ', fields.Skip(titles.Count - 1))));
            }
        }

        return new ProcessTable(titles, rows.ToSeq());
    }

    private static Seq<string> Fields(string line) => line.Split(Blanks, StringSplitOptions.RemoveEmptyEntries).ToSeq();

    [GeneratedRegex(@"\s+([^\s]*)=\s*(PID[^\s]*)")]
    private static partial Regex FalseTitle();
}
