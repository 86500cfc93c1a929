namespace EventDock.Adapters.Postgres;

using EventDock.Domain.Kernel;
using EventDock.Projections;
using Npgsql;
using NpgsqlTypes;

/// <summary>A row of a view after one event of an append. Event: its place in the append, from 1. Row: null closes it.</summary>
internal sealed record RowChange(string View, string Key, long Event, string? Row);

/// <summary>
/// What an append changes in the views, folded before the lock is taken: a row changes with its own stream only, so the
/// check of the stream's version protects what was read here.
/// </summary>
internal static class RowChanges
{
    public static async Task<List<RowChange>> FoldAsync(
        NpgsqlConnection connection, IReadOnlyList<(Fact Fact, bool NewStream)> facts, CancellationToken cancel)
    {
        var rows = await LoadAsync(connection, facts, cancel);
        var changes = new List<RowChange>();
        foreach (var view in AllViews.Projections)
        {
            for (var i = 0; i < facts.Count; i++)
            {
                foreach (var key in view.Keys(facts[i].Fact.Event).Select(StoredText.Of))
                {
                    var before = rows.GetValueOrDefault((view.Name, key));
                    var after = view.Apply(before, facts[i].Fact);
                    rows[(view.Name, key)] = after;
                    if (Changed(view, before, after, out var stored))
                    {
                        changes.Add(new RowChange(view.Name, key, i + 1, stored));
                    }
                }
            }
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

    /// <summary>The open rows that the events may change, in one round trip; a new stream has none.</summary>
    private static async Task<Dictionary<(string View, string Key), object?>> LoadAsync(
        NpgsqlConnection connection, IReadOnlyList<(Fact Fact, bool NewStream)> facts, CancellationToken cancel)
    {
        var rows = new Dictionary<(string View, string Key), object?>();
        var asked = new List<AnyProjection>();
        await using var batch = new NpgsqlBatch(connection);
        foreach (var view in AllViews.Projections)
        {
            var keys = facts.Where(f => !f.NewStream).SelectMany(f => view.Keys(f.Fact.Event)).Select(StoredText.Of).Distinct().ToArray();
            if (keys.Length > 0)
            {
                asked.Add(view);
                batch.BatchCommands.Add(new NpgsqlBatchCommand(
                    $"select key, row::text from eventdock.view_{view.Name} where valid_to is null and key = any($1)")
                {
                    Parameters = { new NpgsqlParameter { Value = keys, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text } },
                });
            }
        }

        if (asked.Count == 0)
        {
            return rows;
        }

        await using var reader = await batch.ExecuteReaderAsync(cancel);
        foreach (var view in asked)
        {
            while (await reader.ReadAsync(cancel))
            {
                rows[(view.Name, reader.GetString(0))] = view.Read(reader.GetString(1));
            }

            await reader.NextResultAsync(cancel);
        }

        return rows;
    }
}
