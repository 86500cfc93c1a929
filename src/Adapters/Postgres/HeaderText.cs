namespace EventDock.Adapters.Postgres;

using System.Text;
using EventDock.Domain.Kernel;

/// <summary>
/// The headers of all events of one command, which differ in the time and the schema only: they are made once, and as canonical
/// JSON, which is the form that is hashed.
/// </summary>
internal sealed class HeaderText(Origin origin)
{
    private const string Before = "\"Occurred\":\"";

    private readonly Dictionary<int, (string Head, string Tail)> bySchema = [];

    public string Of(int schema, DateTimeOffset occurred)
    {
        var (head, tail) = Parts(schema);
        return head + Rfc3339.Micros(occurred) + tail;
    }

    private (string Head, string Tail) Parts(int schema)
    {
        lock (bySchema)
        {
            if (!bySchema.TryGetValue(schema, out var parts))
            {
                var text = Encoding.UTF8.GetString(Leaf.Canonical(EventCodec.WriteHeaders(EventHeaders.Of(origin, schema, DateTimeOffset.UnixEpoch))));
                // In the canonical order only the reason, in which a quote is escaped, and the schema come after it.
                var at = text.LastIndexOf(Before, StringComparison.Ordinal) + Before.Length;
                parts = (text[..at], text[text.IndexOf('"', at)..]);
                bySchema.Add(schema, parts);
            }

            return parts;
        }
    }
}
