namespace EventDock.Adapters.Postgres;

using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;
using EventDock.Projections;
using Npgsql;
using NpgsqlTypes;
using static EventDock.Adapters.Postgres.ViewBuildTables;

/// <summary>The end of a rebuild: indexed tables take in what has come meanwhile, a page at a time, as an append does.</summary>
internal static class ViewFollow
{
    private const long Page = 2000;

    /// <summary>
    /// Takes in events up to a position: the views that are behind the others first. A transaction a page, or the caller's.
    /// </summary>
    public static async Task<Either<DomainError, IReadOnlyList<Stand>>> RunAsync(
        SegmentFiles files, NpgsqlConnection connection, IReadOnlyList<Stand> stands, long upTo, bool commit, CancellationToken cancel)
    {
        for (;;)
        {
            var behind = stands.Min(s => s.Position);
            if (behind >= upTo)
            {
                return Right<DomainError, IReadOnlyList<Stand>>(stands);
            }

            var last = stands.Select(s => s.Position).Where(p => p > behind).Append(upTo).Append(behind + Page).Min();
            var views = stands.Where(s => s.Position == behind).Select(s => s.View).ToSeq().Strict();
            await using var transaction = commit ? await connection.BeginTransactionAsync(cancel) : null;
            var taken = await TakeAsync(files, connection, views, behind, last, cancel);
            if (taken.IsLeft)
            {
                return taken.Map(_ => stands);
            }

            await NoteAsync(connection, views.Map(v => v.Name), last, cancel);
            if (transaction is not null)
            {
                await transaction.CommitAsync(cancel);
            }

            stands = stands.Select(s => s.Position == behind ? s with { Position = last } : s).ToList();
        }
    }

    private static async Task<Either<DomainError, Unit>> TakeAsync(
        SegmentFiles files, NpgsqlConnection connection, Seq<AnyProjection> views, long after, long upTo, CancellationToken cancel)
    {
        var events = new List<Folded>();
        var read = await ViewSource.ReadAsync(
            files, connection, after, upTo,
            page =>
            {
                events.AddRange(page);
                return ValueTask.CompletedTask;
            },
            cancel);
        if (read.IsLeft || events.Count == 0)
        {
            return read;
        }

        var changes = await FollowedRows.FoldAsync(connection, Schema, views, events, cancel);
        foreach (var view in views)
        {
            await CloseAsync(connection, view.Name, changes.Closed.Where(c => c.View == view.Name).ToList(), Position, cancel);
            await OpenAsync(connection, view.Name, changes.Opened.Where(o => o.View == view.Name).ToList(), Position, cancel);
        }

        return unit;

        // Events count from 1 in what FollowedRows gives.
        long Position(long number) => events[(int)number - 1].Position;
    }

    private static async Task CloseAsync(
        NpgsqlConnection connection, string view, IReadOnlyList<ClosedRow> closed, Func<long, long> position, CancellationToken cancel)
    {
        if (closed.Count == 0)
        {
            return;
        }

        await using var command = new NpgsqlCommand(
            $"update {Schema}.view_{view} v set valid_to = p from unnest($1, $2) c(k, p) where v.key = k and v.valid_to is null", connection)
        {
            Parameters = { Array(closed.Select(c => c.Key), NpgsqlDbType.Text), Array(closed.Select(c => position(c.Event)), NpgsqlDbType.Bigint) },
        };
        await command.ExecuteNonQueryAsync(cancel);
    }

    private static async Task OpenAsync(
        NpgsqlConnection connection, string view, IReadOnlyList<OpenedRow> opened, Func<long, long> position, CancellationToken cancel)
    {
        if (opened.Count == 0)
        {
            return;
        }

        await using var command = new NpgsqlCommand(
            $"insert into {Schema}.view_{view} (key, valid_from, valid_to, row) select * from unnest($1, $2, $3, $4)", connection)
        {
            Parameters =
            {
                Array(opened.Select(o => o.Key), NpgsqlDbType.Text),
                Array(opened.Select(o => position(o.Event)), NpgsqlDbType.Bigint),
                Array(opened.Select(o => o.Until is { } until ? position(until) : (long?)null), NpgsqlDbType.Bigint),
                Array(opened.Select(o => o.Row), NpgsqlDbType.Jsonb),
            },
        };
        await command.ExecuteNonQueryAsync(cancel);
    }

    private static NpgsqlParameter Array<T>(IEnumerable<T> values, NpgsqlDbType type) =>
        new() { Value = values.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | type };
}
