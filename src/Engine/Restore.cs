namespace EventDock.Engine;

using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Domain.Ledger;
using EventDock.Domain.Oci;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary>A container whose directory is in its place again, and which the ledger does not have yet.</summary>
/// <param name="Content">What its files were taken from, where its directory had gone or another state of it was asked for.</param>
/// <param name="Lost">Variables of -e whose values are gone for good.</param>
/// <param name="Back">Puts it where it was.</param>
internal sealed record BroughtContainer(
    ContainerRow Row, Option<Digest> Content, Seq<string> Lost, Func<EitherAsync<DomainError, Unit>> Back);

/// <summary>
/// <c>eventdock restore CONTAINER</c>: a removed container with its thin layer, its log and its secrets, as long as they are kept. Its image must
/// be there, and its name free.
/// </summary>
internal static class Restore
{
    /// <param name="asOf">The record of its files that it is to have; None: all as it was when it was removed.</param>
    /// <returns>Variables of -e whose values are gone for good.</returns>
    public static EitherAsync<DomainError, Seq<string>> Run(Ports ports, string reference, Option<Moment> asOf, CancellationToken cancel) =>
        from row in Find(ports, reference, cancel)
        from lost in Start.Locked(ports, row.Id, cancel).Holding(() =>
            from files in asOf.Match(
                Some: moment => FindRecord.Of(ports, row, Some(moment), cancel).Map(Some),
                None: () => Give(Option<RecordedFiles>.None))
            from brought in Bring(ports, row, files, None, cancel)
            from recorded in ports.Again(
                    () =>
                        from append in Decided(ports, brought, cancel)
                        from appended in ports.Store.Append(append.Holding(new Guard.ImagePresent(row.ImageId)), cancel)
                        select unit,
                    cancel)
                .OrUndo(brought.Back)
            select brought.Lost)
        select lost;

    /// <summary>The container as it was before its removal, where something of it is kept. Errors: NotKept, ContentLeftOut.</summary>
    public static EitherAsync<DomainError, ContainerRow> Kept(Ports ports, ContainerId id, CancellationToken cancel) =>
        from past in ports.Store.Read(Streams.Container(id.Value), cancel)
        from row in Row(past).OrFail(() => new DomainError.NotKept(id.Value))
        from retained in ports.Thin.Kept(cancel)
        from content in retained.Exists(kept => kept == id.Value) ? Done : Files(ports, row, cancel).Ignore()
        select row;

    /// <summary>Its directory as it was kept; else from the archive of its files: with its directory its log and the values of -e have gone.</summary>
    /// <param name="files">Another state of it.</param>
    /// <param name="image">Its image, where that comes back with it; None: it is there.</param>
    public static EitherAsync<DomainError, BroughtContainer> Bring(
        Ports ports, ContainerRow row, Option<RecordedFiles> files, Option<ImageRow> image, CancellationToken cancel) =>
        from state in ContainerStream.State(ports, row.Id, cancel)
        from gone in state is ContainerState.Removed ? Done : Fail<Unit>(new DomainError.NotRemoved(row.Id.Value))
        from kept in files.IsSome
            ? Give(Option<Func<EitherAsync<DomainError, Unit>>>.None)
            : ports.Thin.Bring(row.Id.Value, cancel)
        from brought in kept.Match(
            Some: back => Give(new BroughtContainer(row, None, Seq<string>(), back)),
            None: () => Refill(ports, row, files, image, cancel))
        select brought;

    private static EitherAsync<DomainError, BroughtContainer> Refill(
        Ports ports, ContainerRow row, Option<RecordedFiles> files, Option<ImageRow> image, CancellationToken cancel)
    {
        return
            from content in files.Match(Some: f => Give(FindRecord.Digest(f)), None: () => Files(ports, row, cancel))
            from under in image.Match(Some: Give, None: () => FindRecord.Image(ports, row, cancel))
            from filled in ports.Contents.Refill(row.Id.Value, under.Content.Layers.Map(l => l.Id).Strict(), content, cancel).OrUndo(Away)
            select new BroughtContainer(row, content, row.Settings.Env.Map(e => e.Name).Strict(), Away);

        EitherAsync<DomainError, Unit> Away() => ports.Thin.Discard(row.Id.Value, CancellationToken.None);
    }

    /// <summary>The archive of its files as they were at its end.</summary>
    private static EitherAsync<DomainError, Option<Digest>> Files(Ports ports, ContainerRow row, CancellationToken cancel) =>
        from asked in ports.Contents.IsAsked(row.Id.Value) ? Done : Fail<Unit>(new DomainError.NotKept(row.Id.Value))
        from past in ports.Store.Read(Streams.Layer(row.Id.Value), cancel)
        from content in KeptContents.Last(row.Id, past).ToAsync()
        select content.Map(c => c.Digest) | (row.Settings.More.StartFilesFrom is { } begun ? FindRecord.Digest(begun) : None);

    /// <summary>The events with which it is there again.</summary>
    public static EitherAsync<DomainError, Append> Decided(Ports ports, BroughtContainer brought, CancellationToken cancel)
    {
        var id = brought.Row.Id.Value;
        return
            from past in ports.Store.Read(Streams.Layer(id), cancel)
            let before = Before<LayerRow, LayerRemoved>(past.Map(e => e.Fact).Strict(), LayersView.Apply)
            from thin in before.OrFail(() => new DomainError.LayerGone(id))
            let now = ports.World.Clock()
            from container in ports.Store.Decide(
                ContainerDecider.Decider, Streams.Container(id), new RestoreContainer(Fact(brought.Row)), now, cancel)
            from layer in ports.Store.Decide(
                LayerDecider.Decider, Streams.Layer(id),
                new RestoreLayer(new LayerRestored(
                    id, thin.Parent, thin.Created, thin.Written, thin.WrittenBytes,
                    past.Exists(e => e.Event is LayerQuotaReached),
                    brought.Content.MatchUnsafe<Digest?>(Some: d => d, None: () => null))),
                now, cancel)
            select container.Append.And(layer.Append);
    }

    private static ContainerRestored Fact(ContainerRow row) => new(
        row.Id, row.Name, row.Image, row.ImageId, row.Settings, row.Created, row.StartedAt, row.FinishedAt, row.ExitCode, row.OutOfMemory,
        row.Error);

    /// <summary>As everywhere the whole id, then the name that it had, then the beginning of an id; among those of which something is kept.</summary>
    private static EitherAsync<DomainError, ContainerRow> Find(Ports ports, string reference, CancellationToken cancel) =>
        from retained in ports.Thin.Kept(cancel)
        from asked in ports.Contents.All(cancel)
        let ids = (retained + asked).Distinct().ToArray().ToSeq().Strict()
        let wanted = reference.TrimStart('/')
        from removed in ids.IsEmpty || wanted.Length == 0
            ? Give(Seq<Ended<ContainerRow>>())
            : ports.Views.RemovedContainers.Find(new EndedQuery(None) { Keys = ids }, cancel)
        let found = Seq<Func<ContainerRow, bool>>(
                row => row.Id.Value == wanted, row => row.Name == wanted, row => row.Id.Value.StartsWith(wanted, StringComparison.Ordinal))
            .Map(means => removed.Map(e => e.Row).Filter(means).Strict()).Find(rows => !rows.IsEmpty).IfNone(Seq<ContainerRow>())
        from one in found.Count switch
        {
            0 => Fail<ContainerRow>(new DomainError.NotKept(reference)),
            1 => Give(found.Head),
            _ => Fail<ContainerRow>(new DomainError.Ambiguous("container", reference, found.Map(r => r.Id.Short).Strict())),
        }
        select one;

    private static Option<ContainerRow> Row(Seq<Recorded<DockEvent>> past) =>
        Before<ContainerRow, ContainerRemoved>(past.Map(e => e.Fact).Strict(), ContainersView.Apply);

    /// <summary>The row as it was before the last removal.</summary>
    private static Option<TRow> Before<TRow, TRemoved>(Seq<Fact> facts, Func<Option<TRow>, Fact, Option<TRow>> apply) =>
        facts.LastOrNone().Exists(last => last.Event is TRemoved)
            ? facts.Take(facts.Count - 1).Fold(Option<TRow>.None, apply)
            : None;
}
