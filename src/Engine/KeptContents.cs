namespace EventDock.Engine;

using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Domain.Oci;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary>Files of thin layers that are kept beyond the layers (--record content): when, for how long, and what becomes of them.</summary>
public static class KeptContents
{
    /// <summary>What is recorded without the files: they would be read again and again while a container runs.</summary>
    public const string Interval = "interval";

    /// <summary>Kept where the container has asked for it and what is kept is not the layer as it is.</summary>
    internal static EitherAsync<DomainError, Option<KeptContent>> Of(
        Ports ports, ContainerId id, string cause, ThinLayerDelta delta, CancellationToken cancel) =>
        cause == Interval || !ports.Contents.IsAsked(id.Value)
            ? Give(Option<KeptContent>.None)
            : from due in delta.IsEmpty ? ports.Store.Read(Streams.Layer(id.Value), cancel).Map(IsDue) : Give(true)
              from content in due ? ports.Contents.Keep(id.Value, cancel).Map(Some) : Give(Option<KeptContent>.None)
              select content;

    private static bool IsDue(Seq<Recorded<DockEvent>> past) =>
        Writes(past).LastOrNone().Exists(last => last is { Content: null, ContentLeftOut: null });

    /// <summary>The archive of a removed layer as it was at its end; None where nothing had been written to it.</summary>
    internal static Either<DomainError, Option<BlobRef>> Last(ContainerId id, Seq<Recorded<DockEvent>> past) =>
        past.Exists(e => e.Event is LayerContentRemoved)
            ? new DomainError.NotKept(id.Value)
            : Writes(past).LastOrNone().Match<Either<DomainError, Option<BlobRef>>>(
                Some: last => last.Content is { } content ? Some(content)
                    : last.ContentLeftOut is { } reason ? new DomainError.ContentLeftOut(id.Value, reason)
                    : new DomainError.NotKept(id.Value),
                None: () => Option<BlobRef>.None);

    private static Seq<LayerWritten> Writes(Seq<Recorded<DockEvent>> past) =>
        past.Choose(e => e.Event is LayerWritten written ? Some(written) : None).ToSeq().Strict();

    /// <summary>What is kept of each container that has asked for it, each archive once.</summary>
    public static EitherAsync<DomainError, Seq<ContentUsage>> Usage(
        Ports ports, Seq<ContainerRow> containers, Option<long> asOf, CancellationToken cancel)
    {
        var known = containers.Map(c => c.Id.Value).ToHashSet(StringComparer.Ordinal);
        return
            from ids in ports.Contents.All(cancel)
            from all in ids.InTurn(id => ports.Store.Read(Streams.Layer(id), cancel)
                .Map(past => Usage(id, known.Contains(id), past.Filter(e => asOf.ForAll(at => e.Position <= at)).Strict())))
            select all.Choose(one => one).ToSeq().Strict();
    }

    private static Option<ContentUsage> Usage(string id, bool isKnown, Seq<Recorded<DockEvent>> past)
    {
        var blobs = Blobs(past);
        // Of a container that has gone and left nothing the note that it had asked is still to be taken away.
        return blobs.IsEmpty && !past.LastOrNone().Exists(last => last.Event is LayerRemoved or LayerContentRemoved)
            ? None
            : Some(new ContentUsage(id, blobs.Count, blobs.Sum(b => b.Size.Value), isKnown));
    }

    private static Seq<BlobRef> Blobs(Seq<Recorded<DockEvent>> past) =>
        past.Exists(e => e.Event is LayerContentRemoved)
            ? Seq<BlobRef>()
            : Writes(past).Choose(w => w.Content is { } content ? Some(content) : None)
                .DistinctBy(b => b.Digest.Hex).ToArray().ToSeq().Strict();

    /// <summary>Of containers that are neither there nor kept in the trash.</summary>
    internal static EitherAsync<DomainError, Seq<ContentUsage>> Unheld(
        Ports ports, Seq<ContainerRow> containers, Option<long> asOf, CancellationToken cancel) =>
        from usage in Usage(ports, containers, asOf, cancel)
        from retained in usage.IsEmpty ? Give(Seq<string>()) : ports.Thin.Kept(cancel)
        select usage.Filter(u => !u.IsHeld && !retained.Contains(u.Container)).Strict();

    /// <summary>Removes what is kept of a container, unless it is there again; whether it has.</summary>
    internal static EitherAsync<DomainError, bool> Remove(Ports ports, ContainerId id, CancellationToken cancel) =>
        Start.Locked(ports, id, cancel).Holding(() =>
            from past in ports.Store.Read(Streams.Layer(id.Value), cancel)
            let blobs = Blobs(past)
            from gone in LayerDecider.Decider.Fold(past.Map(e => (LayerEvent)e.Event)) is LayerState.Removed
                ? Gone(ports, id, blobs, cancel).Map(_ => true)
                : Give(false)
            select gone);

    private static EitherAsync<DomainError, Unit> Gone(Ports ports, ContainerId id, Seq<BlobRef> blobs, CancellationToken cancel)
    {
        var claims = blobs.Map(b => new Claim(ClaimKind.Blob, b.Digest.Hex)).Strict();
        return
            from noted in ports.Claims.Note(claims, cancel)
            from recorded in ports.Again(
                () => ports.Store.Handle(
                    LayerDecider.Decider, Streams.Layer(id.Value),
                    new RemoveLayerContent(id.Value, blobs.Sum(b => b.Size.Value)), ports.World.Clock(), cancel),
                cancel)
            from taken in ports.Locks.Store.Take(true, CancellationToken.None).Holding(() =>
                claims.InTurn(claim => ports.Claims.Withdraw(claim, false, CancellationToken.None)))
            from forgotten in ports.Contents.Forget(id.Value, CancellationToken.None)
            select unit;
    }

    /// <summary>Every blob that a LayerWritten tells of and that is to be there, with its size.</summary>
    internal static EitherAsync<DomainError, IReadOnlyDictionary<string, long?>> Told(Ports ports, CancellationToken cancel)
    {
        var lists = new Dictionary<string, long?>(StringComparer.Ordinal);
        var contents = new List<(string Layer, BlobRef Content)>();
        var removed = new System.Collections.Generic.HashSet<string>(StringComparer.Ordinal);
        return ports.Ledger.Log.Read(
                new LogQuery(
                    Seq<string>(), Seq<string>(), Seq(nameof(LayerWritten), nameof(LayerContentRemoved)), null, null, null, null, null),
                recorded => Note(recorded.Event), cancel)
            .Map(_ => Whole());

        Unit Note(DockEvent happened)
        {
            switch (happened)
            {
                case LayerWritten e:
                    if (e.ChangeList is { } list)
                    {
                        // It stays as long as the event that tells of it.
                        lists[list.Digest.Hex] = list.Size.Value;
                    }

                    if (e.Content is { } content)
                    {
                        contents.Add((e.Id, content));
                    }

                    break;
                case LayerContentRemoved e:
                    removed.Add(e.Id);
                    break;
            }

            return unit;
        }

        IReadOnlyDictionary<string, long?> Whole()
        {
            foreach (var (_, content) in contents.Where(c => !removed.Contains(c.Layer)))
            {
                lists[content.Digest.Hex] = content.Size.Value;
            }

            return lists;
        }
    }
}
