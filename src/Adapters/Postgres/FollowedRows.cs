namespace EventDock.Adapters.Postgres;

using EventDock.Domain.Kernel;
using EventDock.Projections;
using Npgsql;
using NpgsqlTypes;

/// <summary>What a page of the log changes in views that are being built: the last of a rebuild, in indexed tables.</summary>
internal sealed record FollowedRows(IReadOnlyList<ClosedRow> Closed, IReadOnlyList<OpenedRow> Opened)
{
    /// <summary>Folds into some of the views, in the tables of a schema of choice.</summary>
    public static async Task<FollowedRows> FoldAsync(
        NpgsqlConnection connection, string schema, Seq<AnyProjection> views, IReadOnlyList<Folded> facts,
        CancellationToken cancel)
    {
        var rows = await LoadAsync(connection, schema, views, facts, cancel);
        var (closed, opened) = (new List<ClosedRow>(), new List<OpenedRow>());
        foreach (var view in views)
        {
            // Where this append's own version of a row stands in the list.
            var own = new Dictionary<string, int>();
            for (var i = 0; i < facts.Count; i++)
            {
                foreach (var key in FoldFailed.Keys(view, facts[i].Position, facts[i].Fact.Event).Select(StoredText.Of))
                {
                    var before = rows.GetValueOrDefault((view.Name, key));
                    var after = FoldFailed.Apply(view, before, facts[i].Position, facts[i].Fact);
                    rows[(view.Name, key)] = after;
                    if (!RowChanges.Changed(view, before, after, out var stored))
                    {
                        continue;
                    }

                    if (own.Remove(key, out var earlier))
                    {
                        opened[earlier] = opened[earlier] with { Until = i + 1 };
                    }
                    else if (before is not null)
                    {
                        closed.Add(new ClosedRow(view.Name, key, i + 1));
                    }

                    if (stored is not null)
                    {
                        own[key] = opened.Count;
                        opened.Add(new OpenedRow(view.Name, key, i + 1, null, stored));
                    }
                }
            }
        }

        return new FollowedRows(closed, opened);
    }

    /// <summary>The open rows that the events may change, in one round trip.</summary>
    private static async Task<Dictionary<(string View, string Key), object?>> LoadAsync(
        NpgsqlConnection connection, string schema, Seq<AnyProjection> views, IReadOnlyList<Folded> facts,
        CancellationToken cancel)
    {
        var rows = new Dictionary<(string View, string Key), object?>();
        var asked = new List<AnyProjection>();
        await using var batch = new NpgsqlBatch(connection);
        foreach (var view in views)
        {
            var keys = facts.SelectMany(f => FoldFailed.Keys(view, f.Position, f.Fact.Event))
                .Select(StoredText.Of).Distinct().ToArray();
            if (keys.Length > 0)
            {
                asked.Add(view);
                batch.BatchCommands.Add(new NpgsqlBatchCommand(
                    $"select key, row::text from {schema}.view_{view.Name} where valid_to is null and key = any($1)")
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
