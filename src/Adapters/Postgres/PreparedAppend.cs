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

    public static PreparedAppend Of(Origin origin, Seq<StreamAppend> streams, Seq<Guard> guards, Guid? id)
    {
        var correlation = origin.Command.ToString("D");
        var events = new List<PreparedEvent>();
        foreach (var stream in streams)
        {
            for (var i = 0; i < stream.Facts.Count; i++)
            {
                events.Add(Prepare(origin, correlation, stream.Stream, stream.Expected + 1 + i, stream.Facts[i]));
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

    private static PreparedEvent Prepare(Origin origin, string correlation, string stream, long version, Fact fact)
    {
        var kind = EventCodec.KindOf(fact.Event);
        var (id, data) = (Guid.CreateVersion7(), EventCodec.Write(fact.Event));
        var headers = EventCodec.WriteHeaders(EventHeaders.Of(origin, kind.Schema, fact.Occurred));
        var leaf = Leaf.Of(id, correlation, stream, version, kind, fact.Occurred, data, headers);
        return new PreparedEvent(stream, version, fact, kind, id, data, headers, leaf);
    }
}
