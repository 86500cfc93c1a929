namespace EventDock.Adapters.Postgres;

using EventDock.Domain.Kernel;

/// <summary>An event of an append, with all of it that is known before the ledger's lock is taken.</summary>
internal sealed record PreparedEvent(
    string Stream, long Version, Fact Fact, EventKind Kind, Guid Id, string Data, string Headers, Leaf Leaf);

/// <summary>An append as it is sent, again and again if need be: ids and salts are drawn once.</summary>
internal sealed record PreparedAppend(
    Guid Id, string Correlation, Seq<StreamAppend> Streams, Seq<Guard> Guards, IReadOnlyList<PreparedEvent> Events)
{
    private readonly Dictionary<string, long> before = BeforeAll(Streams);

    /// <summary>The foreign events that this append records.</summary>
    public IReadOnlyList<long> Strangers { get; init; } = [];

    public static PreparedAppend Of(Origin origin, HeaderText texts, Seq<StreamAppend> streams, Seq<Guard> guards, Guid? id)
    {
        var correlation = origin.Command.ToString("D");
        var (events, leaves) = (new List<PreparedEvent>(), new LeafMaker(correlation, streams.Sum(s => s.Facts.Count)));
        // Most events of an append have the same headers to the letter.
        var (headers, canonical) = ("", System.Array.Empty<byte>());
        foreach (var stream in streams)
        {
            for (var i = 0; i < stream.Facts.Count; i++)
            {
                var fact = stream.Facts[i];
                var kind = EventCodec.KindOf(fact.Event);
                if (events.Count == 0 || events[^1].Fact.Occurred != fact.Occurred || events[^1].Kind.Schema != kind.Schema)
                {
                    headers = texts.Of(kind.Schema, fact.Occurred);
                    canonical = System.Text.Encoding.UTF8.GetBytes(headers);
                }

                var (own, data, version) = (Guid.CreateVersion7(), EventCodec.Write(fact.Event), stream.Expected + 1 + i);
                var leaf = leaves.Of(own, stream.Stream, version, kind, fact.Occurred, data, canonical);
                events.Add(new PreparedEvent(stream.Stream, version, fact, kind, own, data, headers, leaf));
            }
        }

        return new PreparedAppend(id ?? Guid.CreateVersion7(), correlation, streams, guards, events);
    }

    /// <summary>The version at which a stream of this append is expected before it.</summary>
    public long Before(string stream) => before[stream];

    private static Dictionary<string, long> BeforeAll(Seq<StreamAppend> streams)
    {
        var first = new Dictionary<string, long>(streams.Count);
        foreach (var stream in streams)
        {
            first.TryAdd(stream.Stream, stream.Expected);
        }

        return first;
    }
}
