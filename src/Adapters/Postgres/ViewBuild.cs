namespace EventDock.Adapters.Postgres;

using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;
using EventDock.Projections;
using Npgsql;
using NpgsqlTypes;
using static EventDock.Adapters.Postgres.ViewBuildTables;

/// <summary>
/// Views folded again from position 1 into fresh tables beside the old ones, while commands go on; then indexed, brought up to
/// what has come meanwhile, and put in the place of the old ones in one short transaction, the only moment in which an append
/// waits. How far it has come is written down on the way: a rebuild that was cut off goes on from there.
/// </summary>
internal static class ViewBuild
{
    /// <summary>"Rebuild" and a zero in ASCII: the advisory lock that one rebuild holds.</summary>
    internal const long Lock = 0x52656275696c6400;

    /// <summary>So many events are taken in one by one; when there are more, in bulk, as long as there are no indexes yet.</summary>
    private const long FewEnough = 20_000;

    /// <summary>So many may be left for the swap, while which appends wait.</summary>
    private const long LeftForSwap = 200;

    /// <summary>Error: LedgerUnreadable or ViewUnfoldable, naming the event, or RebuildRunning; the views stay as they were.</summary>
    public static Task<Either<DomainError, BuiltViews>> RunAsync(
        Database database, Seq<AnyProjection> views, BuildPace pace, Action<BuildProgress> told, CancellationToken cancel) =>
        database.Use(
            connection => database.Use(
                async reader =>
                {
                    if (!await TakeLockAsync(connection, pace.Patience, cancel))
                    {
                        return new DomainError.RebuildRunning();
                    }

                    try
                    {
                        return await BuildAsync(database.Segments, connection, reader, views, pace, told, cancel);
                    }
                    catch (FoldFailed e)
                    {
                        return e.Error;
                    }
                    catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.DependentObjectsStillExist)
                    {
                        return new DomainError.RebuildBlocked(e.Detail ?? e.MessageText);
                    }
                    finally
                    {
                        await ReleaseAsync(connection);
                    }
                },
                cancel),
            cancel);

    private static async Task<Either<DomainError, BuiltViews>> BuildAsync(
        SegmentFiles files, NpgsqlConnection connection, NpgsqlConnection reader, Seq<AnyProjection> views, BuildPace pace,
        Action<BuildProgress> told, CancellationToken cancel)
    {
        var stands = await PrepareAsync(connection, views, cancel);
        var resumed = stands.Min(s => s.Position);
        var filled = await FillAsync(files, connection, reader, stands, pace, told, cancel);
        return await filled.MatchAsync(
            all => EndAsync(files, connection, all, told, resumed, cancel), Left<DomainError, BuiltViews>);
    }

    private static async Task<Either<DomainError, IReadOnlyList<Stand>>> FillAsync(
        SegmentFiles files, NpgsqlConnection connection, NpgsqlConnection reader, IReadOnlyList<Stand> stands, BuildPace pace, Action<BuildProgress> told,
        CancellationToken cancel)
    {
        for (var first = true; ; first = false)
        {
            var raw = stands.Where(s => !s.Indexed).ToList();
            if (raw.Count == 0)
            {
                return Right<DomainError, IReadOnlyList<Stand>>(stands);
            }

            var head = await HeadAsync(connection, cancel);
            if (!first && head - raw.Min(s => s.Position) <= FewEnough)
            {
                await IndexAsync(connection, reader, raw, head, told, cancel);
                return Right<DomainError, IReadOnlyList<Stand>>(stands.Select(s => s with { Indexed = true }).ToList());
            }

            var folded = await ViewBulk.RunAsync(files, reader, connection, raw, head, pace, told, cancel);
            if (folded.IsLeft)
            {
                return folded.Map(_ => stands);
            }

            stands = stands.Select(s => s.Indexed ? s : s with { Position = Math.Max(s.Position, head) }).ToList();
        }
    }

    /// <summary>On two connections. The first view is the containers', whose indexes take longer than those of all others together.</summary>
    private static async Task IndexAsync(
        NpgsqlConnection connection, NpgsqlConnection other, IReadOnlyList<Stand> stands, long head, Action<BuildProgress> told,
        CancellationToken cancel)
    {
        var large = stands[0].View;
        told(new BuildProgress(BuildStage.Indexing, stands[0].Position, head));
        await JoinAsync(connection, large, cancel);
        await Task.WhenAll(
            MakeIndexAsync(connection, "make_key_index", large, cancel), MakeIndexAsync(other, "make_as_of_index", large, cancel));
        await Task.WhenAll(
            ViewBuildTables.IndexAsync(connection, large, cancel), IndexAsync(other, stands.Skip(1), head, told, cancel));
    }

    private static async Task IndexAsync(
        NpgsqlConnection connection, IEnumerable<Stand> stands, long head, Action<BuildProgress> told, CancellationToken cancel)
    {
        foreach (var stand in stands)
        {
            told(new BuildProgress(BuildStage.Indexing, stand.Position, head));
            await JoinAsync(connection, stand.View, cancel);
            await ViewBuildTables.IndexAsync(connection, stand.View, cancel);
        }
    }

    private static async Task<Either<DomainError, BuiltViews>> EndAsync(
        SegmentFiles files, NpgsqlConnection connection, IReadOnlyList<Stand> stands, Action<BuildProgress> told, long resumed, CancellationToken cancel)
    {
        for (var wait = 100; ; wait = Math.Min(wait * 2, 2000))
        {
            for (;;)
            {
                var head = await HeadAsync(connection, cancel);
                if (head - stands.Min(s => s.Position) <= LeftForSwap)
                {
                    break;
                }

                told(new BuildProgress(BuildStage.CatchingUp, stands.Min(s => s.Position), head));
                var caught = await ViewFollow.RunAsync(files, connection, stands, head, commit: true, cancel);
                if (caught.IsLeft)
                {
                    return caught.Map(_ => new BuiltViews(Seq<string>(), 0, 0));
                }

                stands = caught.IfLeft(stands);
            }

            try
            {
                return await SwapAsync(files, connection, stands, resumed, cancel);
            }
            catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected)
            {
                // Appends must not queue up behind somebody's long look at the old tables: step back, and try again.
                told(new BuildProgress(BuildStage.WaitingForReaders, stands.Min(s => s.Position), stands.Min(s => s.Position)));
                await Task.Delay(wait, cancel);
            }
        }
    }

    /// <summary>Under the head's lock, which every append takes first.</summary>
    private static async Task<Either<DomainError, BuiltViews>> SwapAsync(
        SegmentFiles files, NpgsqlConnection connection, IReadOnlyList<Stand> stands, long resumed, CancellationToken cancel)
    {
        var names = stands.Select(s => s.View.Name).ToArray();
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        // An autovacuum of the old tables gives way after a second to whoever waits for it: here, where no append does. Nor does
        // another begin then.
        await ExecuteAsync(
            connection,
            $"""
            set local lock_timeout = '3s';
            lock table {string.Join(", ", names.Select(n => $"eventdock.view_{n}"))} in share update exclusive mode;
            set local lock_timeout = '500ms';
            lock table eventdock.head in exclusive mode;
            """,
            cancel);
        var head = await HeadAsync(connection, cancel);
        var caught = await ViewFollow.RunAsync(files, connection, stands, head, commit: false, cancel);
        if (caught.IsLeft)
        {
            return caught.Map(_ => new BuiltViews(Seq<string>(), 0, 0));
        }

        await using var swap = new NpgsqlCommand(
            """
            with versions as (
                insert into eventdock.view_versions (name, version) select * from unnest($1, $2)
                on conflict (name) do update set version = excluded.version),
            done as (delete from eventdock.view_builds where name = any($1)),
            lifted as (delete from eventdock.view_stops where view = any($1))
            select eventdock.swap_views($1)
            """, connection)
        {
            Parameters =
            {
                new() { Value = names, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
                new() { Value = stands.Select(s => s.View.Version).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer },
            },
        };
        await swap.ExecuteNonQueryAsync(cancel);
        await transaction.CommitAsync(cancel);
        return new BuiltViews(names.ToSeq(), head, resumed);
    }

    private static async Task<bool> TakeLockAsync(NpgsqlConnection connection, TimeSpan patience, CancellationToken cancel)
    {
        // So that the server lets go of the lock soon when this program is killed in the midst of a long statement.
        await ExecuteAsync(connection, "set client_connection_check_interval = '500ms'", cancel);
        for (var since = System.Diagnostics.Stopwatch.StartNew(); ;)
        {
            await using var command = new NpgsqlCommand("select pg_try_advisory_lock($1)", connection)
            {
                Parameters = { new() { Value = Lock, NpgsqlDbType = NpgsqlDbType.Bigint } },
            };
            if ((bool)(await command.ExecuteScalarAsync(cancel))!)
            {
                return true;
            }

            if (since.Elapsed > patience)
            {
                return false;
            }

            await Task.Delay(100, cancel);
        }
    }

    /// <summary>The pool does not reset a session; one that is broken has let go by itself.</summary>
    private static async Task ReleaseAsync(NpgsqlConnection connection)
    {
        if (connection.State == System.Data.ConnectionState.Open)
        {
            await ExecuteAsync(connection, $"select pg_advisory_unlock({Lock}); reset client_connection_check_interval", CancellationToken.None);
        }
    }

    private static async Task<long> HeadAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand("select position from eventdock.head", connection);
        return (long)(await command.ExecuteScalarAsync(cancel))!;
    }
}
