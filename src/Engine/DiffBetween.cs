namespace EventDock.Engine;

using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Domain.Ledger;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary>What a container's own layer has otherwise at one moment than at another, as far as it was recorded.</summary>
/// <param name="Lines">Sorted by path.</param>
/// <param name="First">The last record before the first moment; None: the layer as it was made.</param>
/// <param name="Last">The last record up to the second; None: nothing had been recorded.</param>
/// <param name="Broken">Records between them that are not whole.</param>
public sealed record ThinBetween(
    ContainerRow Container, bool Here, Seq<NetChange> Lines, Option<Recorded<DockEvent>> First, Option<Recorded<DockEvent>> Last,
    Seq<Recorded<DockEvent>> Broken, long After, long Until)
{
    /// <summary>All records up to the second moment, oldest first, whole.</summary>
    internal Seq<Recorded<DockEvent>> Records { get; init; }
}

/// <summary><c>eventdock diff CONTAINER A..B</c> and <c>diff --as-of</c>: out of what was recorded. Nothing is looked at, and nothing is recorded.</summary>
public static class DiffBetween
{
    /// <summary>Between two moments as they are written; <c>@{3}</c> counts records of the layer.</summary>
    public static EitherAsync<DomainError, ThinBetween> Range(Ports ports, string container, string range, CancellationToken cancel) =>
        from found in FindPast.Container(ports, container, cancel)
        let counted = new Counted($"the layer of container {found.Row.Id.Short}", Seq1(Streams.Layer(found.Row.Id.Value)))
        from head in ports.Ledger.Log.Head(cancel)
        from moments in FindMoment.Range(ports, range, Some(counted), cancel)
        let after = moments.After.Map(m => m.Position).IfNone(0)
        let until = moments.Until.Map(m => m.Position).IfNone(head)
        from between in Between(ports, found, after, until, cancel)
        select between;

    /// <summary>From how it was made to a position; of the container that was called so then.</summary>
    public static EitherAsync<DomainError, ThinBetween> AsOf(Ports ports, string container, long position, CancellationToken cancel) =>
        from found in FindPast.Container(ports.AsOf(position), container, cancel)
        from between in Between(ports, found, 0, position, cancel)
        select between;

    private static EitherAsync<DomainError, ThinBetween> Between(
        Ports ports, Once<ContainerRow> found, long after, long until, CancellationToken cancel) =>
        from told in ports.Ledger.Log.List(
            LogQuery.All with
            {
                Streams = Seq1(Streams.Layer(found.Row.Id.Value)),
                Types = Seq(nameof(LayerCreated), nameof(LayerWritten)),
                UntilPosition = until,
            },
            cancel)
        from made in told.IsEmpty ? Fail<Unit>(new DomainError.NotYetMade(found.Row.Id.Value, until)) : Done
        let records = told.Rev().Filter(e => e.Event is not LayerCreated).Strict()
        let inside = records.Filter(e => e.Position > after).Strict()
        from changes in inside.InTurn(e => e.Event is LayerWritten written ? ThinRecords.Changes(ports, written, cancel) : Give(Seq<PathChange>()))
        select new ThinBetween(
            found.Row, found.Here, NetChanges.Lines(NetChanges.Of(changes.ToArray().SelectMany(list => list))),
            records.Filter(e => e.Position <= after).LastOrNone(), records.LastOrNone(),
            inside.Filter(e => e.Event is not LayerWritten written || !ThinRecords.IsWhole(written)).Strict(), after, until)
        {
            Records = records,
        };
}
