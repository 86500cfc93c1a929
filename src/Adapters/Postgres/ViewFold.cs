namespace EventDock.Adapters.Postgres;

using EventDock.Domain.Kernel;
using EventDock.Projections;

/// <summary>An event as the folds need it.</summary>
internal readonly record struct Folded(long Position, Fact Fact);

/// <summary>A row's version that has not ended: the row, its stored form, and whether that form is written down already.</summary>
internal sealed class OpenVersion(object row, byte[] stored, long from, bool written)
{
    public object Row { get; } = row;

    public byte[] Stored { get; } = stored;

    public long From { get; } = from;

    public bool Written { get; set; } = written;
}

/// <summary>One view as far as it is folded: its open rows, or some of them.</summary>
/// <param name="position">The last event that is in it.</param>
/// <param name="whole">No open row is missing here; else those that events concern are loaded before these are folded.</param>
internal sealed class FoldedView(AnyProjection view, long position, bool whole)
{
    public AnyProjection View { get; } = view;

    public long Position { get; set; } = position;

    public bool Whole { get; private set; } = whole;

    public Dictionary<string, OpenVersion> Open { get; } = new(StringComparer.Ordinal);

    /// <summary>Rows that were written as open and have ended since.</summary>
    public System.Collections.Generic.HashSet<string> Ended { get; } = new(StringComparer.Ordinal);

    /// <summary>Lets go of what is written down: it is loaded again when an event concerns it.</summary>
    public void Forget()
    {
        Open.Clear();
        Open.TrimExcess();
        Whole = false;
    }

    /// <summary>The rows that these events concern and that are not here.</summary>
    public IReadOnlyList<string> Missing(IReadOnlyList<Folded> events) =>
        Whole
            ? []
            : events.Where(e => e.Position > Position).SelectMany(e => FoldFailed.Keys(View, e.Position, e.Fact.Event)).Select(StoredText.Of)
                .Where(key => !Open.ContainsKey(key) && !Ended.Contains(key)).Distinct(StringComparer.Ordinal).ToList();

    /// <param name="closed">Told of every version that ends: key, valid_from, valid_to, row.</param>
    public void Add(Folded folded, Action<string, long, long, byte[]> closed)
    {
        var keys = FoldFailed.Keys(View, folded.Position, folded.Fact.Event);
        if (keys.IsEmpty)
        {
            return;
        }

        foreach (var named in keys)
        {
            var key = StoredText.Of(named);
            Open.TryGetValue(key, out var open);
            var after = FoldFailed.Apply(View, open?.Row, folded.Position, folded.Fact);
            if (ReferenceEquals(after, open?.Row))
            {
                continue;
            }

            var stored = after is null ? null : View.WriteUtf8(after);
            if (open is not null)
            {
                if (stored is not null && stored.AsSpan().SequenceEqual(open.Stored))
                {
                    continue;
                }

                closed(key, open.From, folded.Position, open.Stored);
                Open.Remove(key);
                if (open.Written)
                {
                    Ended.Add(key);
                }
            }

            if (after is not null && stored is not null)
            {
                Open[key] = new OpenVersion(after, stored, folded.Position, written: false);
            }
        }
    }
}
