namespace EventDock.Adapters.Postgres;

using System.IO;
using EventDock.Domain.Kernel;
using EventDock.Projections;
using Npgsql;
using NpgsqlTypes;

/// <summary>The ledger's tables, made by numbered scripts; each is applied once, all that are missing in one transaction.</summary>
internal static class Migrations
{
    private static readonly string[] Scripts =
    [
        "001_ledger", "002_views", "003_append", "004_roles", "005_chain", "006_append", "007_append_one", "008_tree", "009_view_builds",
        "010_audit", "011_redactions", "012_segments", "013_foreign_before", "014_append",
        "015_view_indexes", "016_first_append", "017_no_change", "018_actor_names",
    ];

    /// <summary>The schema version of this program: the number of its last script.</summary>
    public static int Newest => Scripts.Length;

    public static Task<Either<DomainError, Unit>> ApplyAsync(Database owner, CancellationToken cancel) =>
        owner.Use<Unit>(
            async connection =>
            {
                await using var transaction = await connection.BeginTransactionAsync(cancel);
                // One at a time: a second command that finds no tables waits here, and then finds them. The number is
                // "EventDoc" in ASCII.
                await RunAsync(connection, "select pg_advisory_xact_lock(x'4576656e74446f63'::bigint)", cancel);
                await RunAsync(
                    connection,
                    """
                    create schema if not exists eventdock;
                    create table if not exists eventdock.migrations (
                        version int primary key, name text not null, applied timestamptz not null default clock_timestamp());
                    """,
                    cancel);
                var done = await DoneAsync(connection, cancel);
                if (done > Newest)
                {
                    return Newer(done);
                }

                for (var version = done + 1; version <= Newest; version++)
                {
                    var name = Scripts[version - 1];
                    await RunAsync(connection, Script(name), cancel);
                    await using var applied = new NpgsqlCommand("insert into eventdock.migrations (version, name) values ($1, $2)", connection)
                    {
                        Parameters = { new() { Value = version }, new() { Value = name } },
                    };
                    await applied.ExecuteNonQueryAsync(cancel);
                }

                await VersionsAsync(connection, cancel);
                await transaction.CommitAsync(cancel);
                return unit;
            },
            cancel);

    public static DomainError Newer(int version) =>
        new DomainError.LedgerUnreadable(0, $"its tables are of version {version}, this program knows versions up to {Newest}");

    /// <summary>
    /// Notes which folds fill the views that are new: this program's in an empty ledger; else none has, and they are built.
    /// </summary>
    private static async Task VersionsAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(
            """
            insert into eventdock.view_versions (name, version)
            select n, case when h.position = 0 then v else 0 end from unnest($1, $2) x(n, v), eventdock.head h
            on conflict (name) do nothing
            """, connection)
        {
            Parameters =
            {
                new() { Value = AllViews.Projections.Map(v => v.Name).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
                new() { Value = AllViews.Projections.Map(v => v.Version).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer },
            },
        };
        await command.ExecuteNonQueryAsync(cancel);
    }

    private static async Task<int> DoneAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand("select coalesce(max(version), 0) from eventdock.migrations", connection);
        return (int)(await command.ExecuteScalarAsync(cancel))!;
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancel);
    }

    private static string Script(string name)
    {
        using var stream = typeof(Migrations).Assembly.GetManifestResourceStream($"schema/{name}.sql")
            ?? throw new System.Diagnostics.UnreachableException($"{name}.sql is not in the assembly");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
