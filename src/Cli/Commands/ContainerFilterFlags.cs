namespace EventDock.Cli.Commands;

using System.Globalization;
using EventDock.Domain.Kernel;
using EventDock.Engine;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary>What --filter of <c>ps</c> says, docker's keys; those about what there is not yet are refused.</summary>
public static class ContainerFilterFlags
{
    /// <param name="given">name=value each.</param>
    /// <param name="container">The container that before or since names.</param>
    /// <param name="image">The image that ancestor names.</param>
    public static EitherAsync<DomainError, ContainerFilters> Parse(
        Seq<string> given, Func<string, EitherAsync<DomainError, ContainerRow>> container,
        Func<string, EitherAsync<DomainError, ImageRow>> image) =>
        from pairs in given.All(Pair).ToAsync()
        from filters in pairs.Through(ContainerFilters.None, (so, pair) => One(so, pair.Key, pair.Value, container, image))
        select filters;

    private static Either<DomainError, (string Key, string Value)> Pair(string text) =>
        text.IndexOf('=') is var at and >= 0
            ? (text[..at].Trim().ToLowerInvariant(), text[(at + 1)..].Trim())
            : new DomainError.FilterForm(text);

    private static EitherAsync<DomainError, ContainerFilters> One(
        ContainerFilters so, string key, string value, Func<string, EitherAsync<DomainError, ContainerRow>> container,
        Func<string, EitherAsync<DomainError, ImageRow>> image) =>
        key switch
        {
            "id" => Give(so with { Ids = so.Ids.Add(value) }),
            "name" => Give(so with { Names = so.Names.Add(value) }),
            "network" => Give(so with { Networks = so.Networks.Add(value) }),
            "exited" => int.TryParse(value, CultureInfo.InvariantCulture, out var code)
                ? Give(so with { Exited = so.Exited.Add(code) })
                : Wrong(key, value, "must be a number"),
            "status" => ContainerFilters.Words.Exists(word => word == value)
                ? Give(so with { Statuses = so.Statuses.Add(value) })
                : Wrong(key, value, "there is no such status"),
            "before" => container(value).Map(row => so with { Before = Some(row) }),
            "since" => container(value).Map(row => so with { Since = Some(row) }),
            "ancestor" => Ancestor(so, value, image),
            "label" => Give(so with { Labels = so.Labels.Add(LabelFilter.Read(value)) }),
            "volume" => Give(so with { Volumes = so.Volumes.Add(value) }),
            "health" or "publish" or "expose" or "isolation" or "is-task" =>
                Fail<ContainerFilters>(new DomainError.NotSupported($"--filter {key} of \"eventdock ps\"")),
            _ => Wrong(key, value, "is none that ps knows"),
        };

    /// <summary>An image that there is not has no containers; docker says no more of it, either.</summary>
    private static EitherAsync<DomainError, ContainerFilters> Ancestor(
        ContainerFilters so, string text, Func<string, EitherAsync<DomainError, ImageRow>> image)
    {
        var sofar = so.Ancestors.IfNone(Seq<ImageRow>());
        return image(text).Map(row => so with { Ancestors = Some(sofar.Add(row)) })
            .Recover(error => error is DomainError.NoSuchImage or DomainError.InvalidReference
                ? Some(Give(so with { Ancestors = Some(sofar) }))
                : None);
    }

    private static EitherAsync<DomainError, ContainerFilters> Wrong(string key, string value, string reason) =>
        Fail<ContainerFilters>(new DomainError.Invalid("filter", $"{key}={value}", reason));
}
