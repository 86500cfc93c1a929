namespace EventDock.Projections;

using EventDock.Domain.Containers;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Domain.Ledger;

/// <summary>
/// The lanes of containers and tags while events are told newest first: a lane begins at the newest event of its thing and ends at the one
/// that brought it about. What was removed and came back has one lane for each life.
/// </summary>
/// <param name="Open">The stream of the thing in each column; null for a column that is free.</param>
public sealed record Lanes(IReadOnlyList<string?> Open)
{
    public static readonly Lanes None = new([]);

    /// <summary>One event among the lanes.</summary>
    /// <param name="Lanes">As they stand beside the event, its own among them.</param>
    /// <param name="Column">Its own; -1 where it is on no lane.</param>
    /// <param name="After">As they stand below it.</param>
    public sealed record Step(Lanes Lanes, int Column, Lanes After);

    public Step Next(Recorded<DockEvent> recorded)
    {
        var happened = recorded.Event;
        var (key, ends) = (Key(recorded), Ends(happened));
        if (key is null || (!Has(key) && happened is LayerCreated or LayerRemoved or LayerRestored))
        {
            return new Step(this, -1, this);
        }

        var lanes = Has(key) ? this : new Lanes(Opened(key));
        var column = lanes.ColumnOf(key);
        return new Step(lanes, column, ends ? new Lanes(lanes.Closed(column)) : lanes);
    }

    private int ColumnOf(string? key)
    {
        for (var column = 0; column < Open.Count; column++)
        {
            if (Open[column] == key)
            {
                return column;
            }
        }

        return -1;
    }

    private bool Has(string key) => ColumnOf(key) >= 0;

    private List<string?> Opened(string key)
    {
        var (lanes, free) = (Open.ToList(), ColumnOf(null));
        if (free < 0)
        {
            lanes.Add(key);
        }
        else
        {
            lanes[free] = key;
        }

        return lanes;
    }

    private List<string?> Closed(int column)
    {
        var lanes = Open.ToList();
        lanes[column] = null;
        while (lanes.Count > 0 && lanes[^1] is null)
        {
            lanes.RemoveAt(lanes.Count - 1);
        }

        return lanes;
    }

    /// <summary>Thin layers and execs go with their containers. A committed layer's lane would be one event long: it has none.</summary>
    private static string? Key(Recorded<DockEvent> recorded) => recorded.Event switch
    {
        ContainerEvent e => Streams.Container(e.Id.Value),
        ExecEvent e => Streams.Container(e.Container.Value),
        LayerWritten or LayerQuotaReached or LayerContentRemoved or LayerRestored or LayerCreated { Container: not null } or LayerRemoved =>
            Streams.Container(((LayerEvent)recorded.Event).Id),
        TagEvent e => Streams.Tag(e.Reference),
        DataRedacted when recorded.Stream.StartsWith(Streams.Container(""), StringComparison.Ordinal)
            || recorded.Stream.StartsWith(Streams.Tag(""), StringComparison.Ordinal) => recorded.Stream,
        _ => null,
    };

    private static bool Ends(DockEvent happened) =>
        happened is ContainerCreated or ContainerRestored or ImageTagged { Previous: null }
        || happened is DataRedacted { Kind.Name: nameof(ContainerCreated) or nameof(ContainerRestored) };
}
