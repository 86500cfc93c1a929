namespace EventDock.Adapters.Postgres;

using System.IO;
using EventDock.Domain.Kernel;
using EventDock.Projections;
using Npgsql;
using NpgsqlTypes;

/// <summary>The ledger's tables, made by numbered scripts; each is applied once, all that are missing in one transaction.</summary>
internal static class Migrations
{
    private static readonly string[] Scripts = ["001_ledger", "002_views", "003_append", "004_roles", "005_audit"];

    /// <summary>The schema version of this program: the number of its last script.</summary>
    public static int Newest => Scripts.Length;

    /// <summary>Which folds fill this program's views, as one text to compare.</summary>
    public static readonly string Views =
        string.Join(',', AllViews.Projections.Map(v => $"{v.Name}:{v.Version}").OrderBy(v => v, StringComparer.Ordinal));

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

                await VersionsAsync(connection, onlyNew: true, cancel);
                await transaction.CommitAsync(cancel);
                return unit;
            },
            cancel);

    public static DomainError Newer(int version) =>
        new DomainError.LedgerUnreadable(0, $"its tables are of version {version}, this program knows versions up to {Newest}");

    /// <summary>Notes which folds fill the views: of new ones, or (after a rebuild) of all.</summary>
    public static async Task VersionsAsync(NpgsqlConnection connection, bool onlyNew, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(
            "insert into eventdock.view_versions (name, version) select * from unnest($1, $2) on conflict (name) do "
            + (onlyNew ? "nothing" : "update set version = excluded.version"), connection)
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
