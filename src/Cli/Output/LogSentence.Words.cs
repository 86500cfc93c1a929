namespace EventDock.Cli.Output;

using System.Globalization;
using EventDock.Cli.Grammar;
using EventDock.Domain.Containers;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;

/// <summary>What sentences are made of.</summary>
public static partial class LogSentence
{
    /// <summary>The verb of a recorded command line, as EventDock's own table has it: <c>run</c>, <c>image prune</c>; empty where it is none.</summary>
    public static string Verb(Seq<string> line)
    {
        var words = line.Skip(1).Take(2).ToArray();
        var name = CommandLine.Name(words).Name;
        return Verbs.Find(name) is { } verb ? verb.Name : "";
    }

    /// <summary>12 s, 3 min 5 s, 2 h 1 min; empty for less than a second, and for what cannot be.</summary>
    public static string Lasted(TimeSpan span) => string.Create(CultureInfo.InvariantCulture, $"{span switch
    {
        { TotalSeconds: < 1 } => "",
        { TotalMinutes: < 1 } => $"{(long)span.TotalSeconds} s",
        { TotalHours: < 1 } => $"{(long)span.TotalMinutes} min {span.Seconds} s",
        { TotalDays: < 1 } => $"{(long)span.TotalHours} h {span.Minutes} min",
        _ => $"{(long)span.TotalDays} d {span.Hours} h",
    }}");

    /// <summary>(build, 12 s): by which command, and how long after it was given. An id of version 7 begins with its time.</summary>
    private static string How(Recorded<DockEvent> recorded)
    {
        var verb = Verb(recorded.Origin.Line);
        var lasted = recorded.Origin.Command.Version == 7 ? Lasted(recorded.Occurred - Given(recorded.Origin.Command)) : "";
        return (verb, lasted) switch
        {
            ("", _) => "",
            (_, "") => $" ({verb})",
            _ => $" ({verb}, {lasted})",
        };
    }

    private static DateTimeOffset Given(Guid command)
    {
        Span<byte> bytes = stackalloc byte[16];
        command.TryWriteBytes(bytes, bigEndian: true, out _);
        var milliseconds = 0L;
        foreach (var b in bytes[..6])
        {
            milliseconds = (milliseconds << 8) | b;
        }

        return DateTimeOffset.UnixEpoch.AddMilliseconds(Math.Min(milliseconds, DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()));
    }

    private static string In(int milliseconds) =>
        Lasted(TimeSpan.FromMilliseconds(milliseconds)) is { Length: > 0 } lasted ? $" in {lasted}" : "";

    private static string After(DateTimeOffset? started, DateTimeOffset ended) =>
        started is { } at && Lasted(ended - at) is { Length: > 0 } lasted ? $" after {lasted}" : "";

    private static string Exited(int? code) =>
        code is { } seen ? string.Create(CultureInfo.InvariantCulture, $"exited with {seen}") : "ended (code unknown)";

    private static string Signal(string name) => name.StartsWith("SIG", StringComparison.Ordinal) ? name : $"SIG{name}";

    private static string Running(ContainerSettings settings) =>
        settings.Arguments is { IsEmpty: false } words ? $": {Words(words)}" : "";

    /// <summary>As a shell would take them, so that an argument with blanks is seen to be one.</summary>
    private static string Words(Seq<string> words) => string.Join(' ', words.Map(Word));

    internal static string Word(string word) =>
        word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || "-_=./:,@%+".Contains(c)) ? word : $"'{word.Replace("'", "'\\''")}'";

    private static string Pruned(string what) => what switch
    {
        "container" => "containers",
        "image" => "images",
        "builder" => "the layers of builds",
        _ => what,
    };

    internal static string Kept(LayerWritten written) =>
        written.Content is { } content ? $", {Human.Size(content.Size.Value)} of content kept"
        : written.ContentLeftOut is { } reason ? $", content not kept: {reason}"
        : "";

    internal static string Signed(PullSource? source) =>
        source is null || source.Signatures.IsEmpty ? ""
        : $", {source.Signatures.Count(s => s.VerifiedBy is not null)} of {source.Signatures.Count} signatures verified";
}
