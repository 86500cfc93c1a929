namespace EventDock.Engine;

using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary>A row of a view before an event and after it, as it is stored; None: no row.</summary>
public sealed record ShownRow(string View, string Key, Option<string> Before, Option<string> After);

/// <summary>Where an event's leaf stands in the tree.</summary>
/// <param name="Checkpoint">The smallest signed tree that has it.</param>
/// <param name="Anchors">Who was handed a tree that has it.</param>
public sealed record LeafStanding(long Number, TreeHash Hash, Option<long> Checkpoint, Seq<string> Anchors);

/// <summary>All there is to say of one event.</summary>
/// <param name="Leaf">None for what has none: another program's event.</param>
public sealed record ShownEvent(Recorded<DockEvent> Event, Seq<ShownRow> Rows, Option<LeafStanding> Leaf);

/// <summary><c>eventdock show</c>: one event in full, and what it changed in each view.</summary>
public static class ShowEvent
{
    /// <param name="text">A moment, or an event's id: the event there, or the last before; None: the last there is.</param>
    public static EitherAsync<DomainError, ShownEvent> Run(Ports ports, Option<string> text, CancellationToken cancel) =>
        from recorded in text.Match(
            Some: named => Named(ports, named, cancel),
            None: () => ports.Ledger.Log.Head(cancel).Bind(head => FindMoment.Event(ports, head, cancel)))
        from rows in Rows(ports, recorded, cancel)
        from leaf in Leaf(ports, recorded.Position, cancel)
        select new ShownEvent(recorded, rows, leaf);

    private static EitherAsync<DomainError, Recorded<DockEvent>> Named(Ports ports, string text, CancellationToken cancel) =>
        from named in MomentText.Parse("moment", text, ports.World.Wall()).ToAsync()
        from moment in FindMoment.At(ports, named, occurred: false, None, cancel)
        from recorded in moment.Event.Match(Some: Give, None: () => FindMoment.Event(ports, moment.Position, cancel))
        select recorded;

    /// <summary>What an event changed in each view.</summary>
    public static EitherAsync<DomainError, Seq<ShownRow>> Rows(Ports ports, Recorded<DockEvent> recorded, CancellationToken cancel) =>
        from rows in AllViews.Projections.Bind(view => view.Keys(recorded.Event).Map(key => (View: view, Key: key))).ToSeq().Strict()
            .InTurn(row => Row(ports, row.View, row.Key, recorded.Position, cancel))
        select rows.Filter(row => !row.Before.Equals(row.After)).Strict();

    private static EitherAsync<DomainError, ShownRow> Row(Ports ports, AnyProjection view, string key, long position, CancellationToken cancel) =>
        from before in position > 1 ? Stored(ports, view, key, position - 1, cancel) : Give(Option<string>.None)
        from after in Stored(ports, view, key, position, cancel)
        select new ShownRow(view.Name, key, before, after);

    private static EitherAsync<DomainError, Option<string>> Stored(
        Ports ports, AnyProjection view, string key, long position, CancellationToken cancel)
    {
        var views = ports.Views;
        return view.Name switch
        {
            "containers" => Text(views.Containers),
            "images" => Text(views.Images),
            "tags" => Text(views.Tags),
            "layers" => Text(views.Layers),
            "build_steps" => Text(views.BuildSteps),
            "root" => Text(views.Roots),
            _ => throw new System.Diagnostics.UnreachableException($"no reader of the view {view.Name}"),
        };

        EitherAsync<DomainError, Option<string>> Text<TRow>(ViewReader<TRow> reader) where TRow : class =>
            reader.Keyed(Seq1(key), Some(position), cancel).Map(rows => rows.HeadOrNone().Map(row => view.Write(row)));
    }

    private static EitherAsync<DomainError, Option<LeafStanding>> Leaf(Ports ports, long position, CancellationToken cancel) =>
        from stands in ports.Ledger.Tree.Standing(position, cancel)
        select stands.Leaf.Map(found => new LeafStanding(
            found.Number, MerkleTree.Leaf(found.Line),
            stands.Checkpoints.Map(s => s.Checkpoint.Size).Filter(size => size >= found.Number).OrderBy(size => size).ToSeq().HeadOrNone(),
            stands.Anchors.Filter(a => a.Size >= found.Number).Map(a => a.Witness).Strict()));
}
