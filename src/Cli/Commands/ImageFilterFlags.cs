namespace EventDock.Cli.Commands;

using EventDock.Domain.Builds;
using EventDock.Domain.Kernel;
using EventDock.Engine;
using EventDock.Projections;

/// <summary>What --filter of <c>images</c> says, docker's keys: dangling, label, reference, before and since.</summary>
public static class ImageFilterFlags
{
    /// <param name="given">name=value each.</param>
    /// <param name="find">The image that before or since names.</param>
    public static EitherAsync<DomainError, ImageFilters> Parse(
        Seq<string> given, string? name, Func<string, EitherAsync<DomainError, ImageRow>> find) =>
        from pairs in given.All(Pair).ToAsync()
        from filters in pairs.Through(ImageFilters.None, (so, pair) => One(so, pair.Key, pair.Value, find))
        from named in string.IsNullOrEmpty(name) ? Pipeline.Give(filters) : Reference(filters, name).ToAsync()
        select named;

    private static Either<DomainError, (string Key, string Value)> Pair(string text) =>
        text.IndexOf('=') is var at and >= 0
            ? (text[..at].Trim().ToLowerInvariant(), text[(at + 1)..].Trim())
            : new DomainError.FilterForm(text);

    private static EitherAsync<DomainError, ImageFilters> One(
        ImageFilters so, string key, string value, Func<string, EitherAsync<DomainError, ImageRow>> find) =>
        key switch
        {
            // Of two answers docker takes yes.
            "dangling" when value is "true" => Pipeline.Give(so with { Dangling = Some(true) }),
            "dangling" when value is "false" => Pipeline.Give(so with { Dangling = Some(so.Dangling.Exists(d => d)) }),
            "label" => Pipeline.Give(so with { Labels = so.Labels.Add(LabelFilter.Read(value)) }),
            "reference" => Reference(so, value).ToAsync(),
            "before" => find(value).Map(image => so with { Before = so.Before.Add(image) }),
            "since" => find(value).Map(image => so with { Since = so.Since.Add(image) }),
            _ => Pipeline.Fail<ImageFilters>(new DomainError.Invalid("filter", $"{key}={value}", "is none that images knows")),
        };

    private static Either<DomainError, ImageFilters> Reference(ImageFilters so, string pattern) =>
        GoMatch.Parse(pattern).Map(glob => so with { References = so.References.Add(glob) });
}
