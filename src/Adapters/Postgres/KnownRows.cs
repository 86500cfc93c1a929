namespace EventDock.Adapters.Postgres;

/// <summary>A row and its stored form; both null for none.</summary>
internal readonly record struct KnownRow(object? Row, string? Text);

/// <summary>
/// The rows that this process has itself made by its last appends, by the stream and version they belong to. A row changes
/// with its own stream only: where the stream still stands at that version, and the append is refused where it does not, the
/// row need not be read again.
/// </summary>
internal sealed class KnownRows
{
    private const int Most = 256;

    /// <summary>Appends after which a process is no short command any more.</summary>
    private const int Few = 8;

    private int wide;
    private int all;

    private readonly Dictionary<string, (long Version, Dictionary<(string View, string Key), KnownRow> Rows)> streams = [];

    /// <summary>
    /// A function's first call in a session plans it, which takes longer than many calls: a short command that had to call the
    /// wide one stays with it.
    /// </summary>
    public bool PrefersOne() => Interlocked.Increment(ref all) > Few || Volatile.Read(ref wide) == 0;

    public void SentWide() => Interlocked.Increment(ref wide);

    /// <summary>Whether the row is known as of the stream's version; it may be known that there is none.</summary>
    public bool Find(string stream, long version, string view, string key, out KnownRow row)
    {
        lock (streams)
        {
            row = default;
            return streams.TryGetValue(stream, out var at) && at.Version == version && at.Rows.TryGetValue((view, key), out row);
        }
    }

    /// <summary>What an append that came through has left.</summary>
    public void Keep(PreparedAppend append, RowChanges changes)
    {
        if (changes.Stopped.Count > 0)
        {
            return;
        }

        lock (streams)
        {
            if (streams.Count >= Most)
            {
                streams.Clear();
            }

            foreach (var stream in append.Streams)
            {
                var rows = streams.TryGetValue(stream.Stream, out var at) && at.Version == stream.Expected ? at.Rows : [];
                streams[stream.Stream] = (stream.Expected + stream.Facts.Count, rows);
            }

            foreach (var after in changes.After)
            {
                streams[after.Stream].Rows[(after.View, after.Key)] = after.Row;
            }
        }
    }
}
