namespace EventDock.Engine;

using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary>A container that is not there any more.</summary>
/// <param name="Others">So many others had that name when they were removed before.</param>
public sealed record RemovedContainer(Ended<ContainerRow> Ended, int Others);

/// <summary>What has been removed, by what a person types.</summary>
public static class FindRemoved
{
    /// <summary>
    /// As <see cref="Find.Container(Ports, string, CancellationToken)"/>: the whole id, then the last name, then the beginning of an id.
    /// </summary>
    public static EitherAsync<DomainError, RemovedContainer> Container(
        Ports ports, string reference, Option<long> asOf, CancellationToken cancel) =>
        from byId in ById(ports.Views.RemovedContainers, reference, asOf, cancel)
        let whole = byId.Find(e => e.Row.Id.Value == reference)
        from named in whole.IsSome || reference.Trim('/').Length == 0
            ? Give(Seq<Ended<ContainerRow>>())
            : ports.Views.RemovedContainers.Find(new EndedQuery(asOf) { Name = reference.TrimStart('/') }, cancel)
        from found in (whole | named.HeadOrNone()).Match(
            Some: one => Give(new RemovedContainer(one, whole.IsSome ? 0 : named.Count - 1)),
            None: () => Only("container", reference, byId, row => row.Id.Value, () => new DomainError.NoSuchContainer(reference))
                .Map(one => new RemovedContainer(one, 0)))
        select found;

    /// <summary>By its id, or the beginning of one.</summary>
    public static EitherAsync<DomainError, Ended<ImageRow>> Image(Ports ports, string text, CancellationToken cancel) =>
        from byId in ById(ports.Views.RemovedImages, Hex(text), None, cancel)
        from one in Only("image", text, byId, row => row.Id, () => new DomainError.NoSuchImage(text))
        select one;

    /// <summary>One of an image, by its id or the beginning of one.</summary>
    public static EitherAsync<DomainError, Ended<LayerRow>> Layer(Ports ports, string text, CancellationToken cancel) =>
        from byId in ById(ports.Views.RemovedLayers, Hex(text), None, cancel)
        from one in Only(
            "layer", text, byId.Filter(e => e.Row.Container is null).Strict(), row => row.Id, () => new DomainError.NoSuchLayer(text))
        select one;

    private static EitherAsync<DomainError, Seq<Ended<TRow>>> ById<TRow>(
        EndedReader<TRow> removed, string prefix, Option<long> asOf, CancellationToken cancel) =>
        prefix.Length is > 0 and <= 64 && Digest.IsHex(prefix)
            ? removed.Find(new EndedQuery(asOf) { Prefix = prefix }, cancel)
            : Give(Seq<Ended<TRow>>());

    private static string Hex(string text) =>
        text.StartsWith(Digest.Prefix, StringComparison.Ordinal) ? text[Digest.Prefix.Length..] : text;

    private static EitherAsync<DomainError, Ended<TRow>> Only<TRow>(
        string kind, string text, Seq<Ended<TRow>> found, Func<TRow, string> id, Func<DomainError> none) =>
        found.Count switch
        {
            0 => Fail<Ended<TRow>>(none()),
            1 => Give(found.Head),
            _ => Fail<Ended<TRow>>(new DomainError.Ambiguous(kind, text, found.Map(e => id(e.Row)[..12]).Strict())),
        };
}
