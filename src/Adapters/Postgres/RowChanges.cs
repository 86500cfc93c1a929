namespace EventDock.Adapters.Postgres;

using EventDock.Domain.Kernel;
using EventDock.Projections;
using Npgsql;

/// <summary>A row's version that an event of an append makes. Events count from 1 in the append.</summary>
/// <param name="Until">The later event of the same append that ends it; null where none does.</param>
internal sealed record OpenedRow(string View, string Key, long Event, long? Until, string Row);

/// <summary>A row's version from before the append, which one of its events ends.</summary>
internal sealed record ClosedRow(string View, string Key, long Event);

/// <summary>A view that the event cannot be folded into.</summary>
internal sealed record StoppedView(string View, long Event, string Reason);

/// <summary>A row as the append leaves it; null for none.</summary>
internal sealed record RowAfter(string Stream, string View, string Key, KnownRow Row);

/// <summary>
/// What an append changes in the views, folded before the lock is taken: a row changes with its own stream only, so the
/// check of the stream's version protects what was read here.
/// </summary>
internal sealed record RowChanges(
    List<ClosedRow> Closed, List<OpenedRow> Opened, List<StoppedView> Stopped)
{
    private readonly Dictionary<(string View, string Key), RowAfter> ends = [];

    /// <summary>The rows that the append has changed, or left as they were, as it leaves them.</summary>
    public IEnumerable<RowAfter> After => ends.Values;

    public static async Task<RowChanges> FoldAsync(
        NpgsqlConnection connection, PreparedAppend append, KnownRows known, CancellationToken cancel)
    {
        var touched = AllViews.Projections.Map(view => new Touched(view, append)).Filter(t => t.Events.Count > 0).Strict();
        var stored = await LoadAsync(connection, append, touched, known, cancel);
        var changes = new RowChanges([], [], []);
        foreach (var view in touched)
        {
            changes.Fold(view, append, stored, known);
        }

        return changes;
    }

    /// <summary>False where the stored form stays as it is; else what is stored from now on, null for no row.</summary>
    public static bool Changed(AnyProjection view, object? before, object? after, out string? stored)
    {
        stored = null;
        if (ReferenceEquals(before, after))
        {
            return false;
        }

        stored = after is null ? null : view.Write(after);
        return before is null || stored is null || view.Write(before) != stored;
    }

    /// <summary>
    /// One view, event by event, up to the first that does not go into it: what was changed before that stands, and the view
    /// stops there.
    /// </summary>
    private void Fold(
        Touched touched, PreparedAppend append, Dictionary<(string View, string Key), string> stored, KnownRows known)
    {
        var view = touched.View;
        var rows = new Dictionary<string, (KnownRow Row, int Opened)>();
        foreach (var (index, key) in touched.Events)
        {
            var happened = append.Events[index];
            (KnownRow Row, int Opened) before;
            KnownRow after;
            try
            {
                before = rows.TryGetValue(key, out var own) ? own : (Before(happened, key), -1);
                after = Folded(view, before.Row, happened.Fact);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // A fold that fails is a bug of this program, or a row that somebody has changed. Neither may lose the event,
                // and neither may be passed over: the ledger keeps what is said here, and the view stops.
                Stopped.Add(new StoppedView(view.Name, index + 1, $"{e.GetType().Name}: {e.Message}"));
                return;
            }

            var opened = before.Opened;
            if (after.Text != before.Row.Text)
            {
                if (opened >= 0)
                {
                    Opened[opened] = Opened[opened] with { Until = index + 1 };
                }
                else if (before.Row.Text is not null)
                {
                    Closed.Add(new ClosedRow(view.Name, key, index + 1));
                }

                opened = after.Text is null ? -1 : Opened.Count;
                if (after.Text is not null)
                {
                    Opened.Add(new OpenedRow(view.Name, key, index + 1, null, after.Text));
                }
            }

            rows[key] = (after, opened);
            ends[(view.Name, key)] = new RowAfter(happened.Stream, view.Name, key, after);
        }

        KnownRow Before(PreparedEvent happened, string key) =>
            known.Find(happened.Stream, append.Before(happened.Stream), view.Name, key, out var row) ? row
            : stored.TryGetValue((view.Name, key), out var text) ? Read(view, text)
            : default;
    }

    /// <summary>jsonb gives a row back in a form of its own: what is compared is what this program would write.</summary>
    private static KnownRow Read(AnyProjection view, string text)
    {
        var row = view.Read(text);
        return new KnownRow(row, view.Write(row));
    }

    private static KnownRow Folded(AnyProjection view, KnownRow before, Fact fact)
    {
        var after = view.Apply(before.Row, fact);
        return ReferenceEquals(after, before.Row) ? before : new KnownRow(after, after is null ? null : view.Write(after));
    }

    /// <summary>The open rows that the events may change, in one round trip; a new stream has none, and some are known.</summary>
    private static async Task<Dictionary<(string View, string Key), string>> LoadAsync(
        NpgsqlConnection connection, PreparedAppend append, Seq<Touched> touched, KnownRows known, CancellationToken cancel)
    {
        var rows = new Dictionary<(string View, string Key), string>();
        var asked = new List<(string View, string[] Keys)>();
        foreach (var view in touched)
        {
            var keys = view.Events
                .Where(e => append.Before(append.Events[e.Index].Stream) is > 0 and var version
                    && !known.Find(append.Events[e.Index].Stream, version, view.View.Name, e.Key, out _))
                .Select(e => e.Key).Distinct().ToArray();
            if (keys.Length > 0)
            {
                asked.Add((view.View.Name, keys));
            }
        }

        if (asked.Count == 0)
        {
            return rows;
        }

        await using var batch = new NpgsqlBatch(connection);
        foreach (var (view, keys) in asked)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(
                $"select key, row::text from eventdock.view_{view} where valid_to is null and key = any($1)")
            {
                Parameters = { ArrayParameter.Texts(keys) },
            });
        }

        await using var reader = await batch.ExecuteReaderAsync(cancel);
        foreach (var (view, _) in asked)
        {
            while (await reader.ReadAsync(cancel))
            {
                rows[(view, reader.GetString(0))] = reader.GetString(1);
            }

            await reader.NextResultAsync(cancel);
        }

        return rows;
    }

    /// <summary>The events of an append that are a view's business, with the row each changes.</summary>
    private sealed class Touched
    {
        public Touched(AnyProjection view, PreparedAppend append)
        {
            View = view;
            for (var i = 0; i < append.Events.Count; i++)
            {
                foreach (var key in view.Keys(append.Events[i].Fact.Event))
                {
                    Events.Add((i, StoredText.Of(key)));
                }
            }
        }

        public AnyProjection View { get; }

        public List<(int Index, string Key)> Events { get; } = [];
    }
}
