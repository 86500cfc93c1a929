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
        from byId in Digest.IsHex(reference) && reference.Length is > 0 and <= 64
            ? ports.Views.RemovedContainers.Find(new EndedQuery(asOf) { Prefix = reference }, cancel)
            : Give(Seq<Ended<ContainerRow>>())
        let whole = byId.Find(e => e.Row.Id.Value == reference)
        from named in whole.IsSome || reference.Trim('/').Length == 0
            ? Give(Seq<Ended<ContainerRow>>())
            : ports.Views.RemovedContainers.Find(new EndedQuery(asOf) { Name = reference.TrimStart('/') }, cancel)
        from found in (whole | named.HeadOrNone()).Match(
            Some: one => Give(new RemovedContainer(one, whole.IsSome ? 0 : named.Count - 1)),
            None: () => byId.Count switch
            {
                0 => Fail<RemovedContainer>(new DomainError.NoSuchContainer(reference)),
                1 => Give(new RemovedContainer(byId.Head, 0)),
                _ => Fail<RemovedContainer>(
                    new DomainError.Ambiguous("container", reference, byId.Map(e => e.Row.Id.Short).Strict())),
            })
        select found;
}
