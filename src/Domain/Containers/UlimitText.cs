namespace EventDock.Domain.Containers;

using System.Globalization;
using EventDock.Domain.Kernel;

/// <summary><c>--ulimit NAME=SOFT[:HARD]</c>, by docker's rules.</summary>
public static class UlimitText
{
    private const string Flag = "--ulimit";

    private static readonly string[] Names =
    [
        "as", "core", "cpu", "data", "fsize", "locks", "memlock", "msgqueue", "nice", "nofile", "nproc", "rss", "rtprio", "rttime",
        "sigpending", "stack",
    ];

    /// <summary>Of several for one name the last counts; in the order of their names.</summary>
    public static Either<DomainError, Seq<ContainerUlimit>> All(Seq<string> texts) =>
        texts.All(Parse).Map(limits => limits
            .GroupBy(l => l.Name, StringComparer.Ordinal)
            .Select(same => same.Last())
            .OrderBy(l => l.Name, StringComparer.Ordinal)
            .ToSeq()
            .Strict());

    public static Either<DomainError, ContainerUlimit> Parse(string text)
    {
        var equals = text.IndexOf('=');
        var (name, value) = equals < 0 ? (text, "") : (text[..equals], text[(equals + 1)..]);
        var limits = value.Split(':');
        return equals < 0 ? Bad(text, $"invalid ulimit argument: {text}")
            : !Names.Contains(name) ? Bad(text, $"invalid ulimit type: {name}")
            : limits.Length > 2
                ? Bad(text, $"too many limit value arguments - {value}, can only have up to two, `soft[:hard]`")
            : limits.Select(Number).ToArray() is var read && System.Array.FindLastIndex(read, n => n is null) is var wrong and >= 0
                ? Bad(text, $"strconv.ParseInt: parsing {GoQuote.Quote(limits[wrong])}: invalid syntax")
            : Limit(text, name, read[0].GetValueOrDefault(), read[^1].GetValueOrDefault());
    }

    private static Either<DomainError, ContainerUlimit> Limit(string text, string name, long soft, long hard) =>
        hard != -1 && soft == -1
            ? Bad(text, $"ulimit soft limit must be less than or equal to hard limit: soft: -1 (unlimited), hard: {hard}")
        : hard != -1 && soft > hard
            ? Bad(text, $"ulimit soft limit must be less than or equal to hard limit: {soft} > {hard}")
        : new ContainerUlimit(hard, name, soft);

    private static long? Number(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static DomainError Bad(string text, string reason) => new DomainError.BadFlag(Flag, text, reason);
}
