namespace EventDock.Engine;

using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Domain.Oci;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary>
/// <c>eventdock restore</c>: a removed container with its thin layer, its log and its secrets, as long as they are kept. Its image must
/// be there, and its name free.
/// </summary>
public static class Restore
{
    /// <summary>A container that is kept, and all that has happened to it.</summary>
    private sealed record Kept(ContainerId Id, ContainerRow Row);

    /// <returns>Variables of -e whose values are gone for good.</returns>
    public static EitherAsync<DomainError, Seq<string>> Run(Ports ports, string reference, CancellationToken cancel) =>
        from kept in Find(ports, reference, cancel)
        from lost in Start.Locked(ports, kept.Id, cancel).Holding(() => Bring(ports, kept, cancel))
        select lost;

    private static EitherAsync<DomainError, Seq<string>> Bring(Ports ports, Kept kept, CancellationToken cancel) =>
        from brought in ports.Thin.Bring(kept.Id.Value, cancel)
        from recorded in brought.Match(
            Some: back => Record(ports, kept, None, cancel).OrUndo(back).Map(_ => Seq<string>()),
            None: () => Refill(ports, kept, cancel).Map(_ => kept.Row.Settings.Env.Map(e => e.Name).Strict()))
        select recorded;

    /// <summary>From the archive of its files, where there is one: its directory has gone, and with it its log and the values of -e.</summary>
    private static EitherAsync<DomainError, Unit> Refill(Ports ports, Kept kept, CancellationToken cancel) =>
        from asked in ports.Contents.IsAsked(kept.Id.Value) ? Done : Fail<Unit>(new DomainError.NotKept(kept.Id.Value))
        from past in ports.Store.Read(Streams.Layer(kept.Id.Value), cancel)
        from content in KeptContents.Last(kept.Id, past).ToAsync()
        from images in ports.Views.Images.Keyed(Seq1(kept.Row.ImageId), None, cancel)
        from image in images.HeadOrNone().OrFail(() => new DomainError.NoSuchImage(kept.Row.ImageId))
        from recorded in
            (from filled in ports.Contents.Refill(
                kept.Id.Value, image.Content.Layers.Map(l => l.Id).Strict(), content.Map(c => c.Digest), cancel)
             from recorded in Record(ports, kept, content.Map(c => c.Digest), cancel)
             select recorded)
            .OrUndo(() => ports.Thin.Discard(kept.Id.Value, CancellationToken.None))
        select recorded;

    /// <param name="content">What its files were taken from, where its directory had gone.</param>
    private static EitherAsync<DomainError, Unit> Record(Ports ports, Kept kept, Option<Digest> content, CancellationToken cancel) =>
        ports.Again(
            () =>
                from past in ports.Store.Read(Streams.Layer(kept.Id.Value), cancel)
                let facts = past.Map(e => e.Fact).Strict()
                let before = Before<LayerRow, LayerRemoved>(facts, LayersView.Apply)
                from thin in before.OrFail(() => new DomainError.LayerGone(kept.Id.Value))
                let now = ports.World.Clock()
                from container in ports.Store.Decide(
                    ContainerDecider.Decider, Streams.Container(kept.Id.Value), new RestoreContainer(Fact(kept.Row)), now, cancel)
                from layer in ports.Store.Decide(
                    LayerDecider.Decider, Streams.Layer(kept.Id.Value),
                    new RestoreLayer(new LayerRestored(
                        kept.Id.Value, thin.Parent, thin.Created, thin.Written, thin.WrittenBytes,
                        past.Exists(e => e.Event is LayerQuotaReached),
                        content.MatchUnsafe<Digest?>(Some: d => d, None: () => null))),
                    now, cancel)
                from appended in ports.Store.Append(
                    container.Append.And(layer.Append).Holding(new Guard.ImagePresent(kept.Row.ImageId)), cancel)
                select unit,
            cancel);

    private static ContainerRestored Fact(ContainerRow row) => new(
        row.Id, row.Name, row.Image, row.ImageId, row.Settings, row.Created, row.StartedAt, row.FinishedAt, row.ExitCode, row.OutOfMemory,
        row.Error);

    /// <summary>By the beginning of an id, or by the name that it had.</summary>
    private static EitherAsync<DomainError, Kept> Find(Ports ports, string reference, CancellationToken cancel) =>
        from retained in ports.Thin.Kept(cancel)
        from asked in ports.Contents.All(cancel)
        let ids = (retained + asked).Distinct().ToArray().ToSeq().Strict()
        let wanted = reference.TrimStart('/')
        let byId = ids.Filter(id => id.StartsWith(wanted, StringComparison.Ordinal)).Strict()
        from rows in (byId.IsEmpty ? ids : byId).Choose(id => ContainerId.Parse(id).ToOption()).ToSeq().Strict()
            .InTurn(id => ports.Store.Read(Streams.Container(id.Value), cancel)
                .Map(past => Before<ContainerRow, ContainerRemoved>(past.Map(e => e.Fact).Strict(), ContainersView.Apply)))
        let found = rows.Choose(row => row).Filter(row => !byId.IsEmpty || row.Name == wanted).Strict()
        from one in found.Count switch
        {
            0 => Fail<ContainerRow>(new DomainError.NotKept(reference)),
            1 => Give(found.Head),
            _ => Fail<ContainerRow>(new DomainError.Ambiguous("container", reference, found.Map(r => r.Id.Short).Strict())),
        }
        select new Kept(one.Id, one);

    /// <summary>The row as it was before the last removal.</summary>
    private static Option<TRow> Before<TRow, TRemoved>(Seq<Fact> facts, Func<Option<TRow>, Fact, Option<TRow>> apply) =>
        facts.LastOrNone().Exists(last => last.Event is TRemoved)
            ? facts.Take(facts.Count - 1).Fold(Option<TRow>.None, apply)
            : None;
}
