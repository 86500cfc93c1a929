namespace EventDock.Adapters.Postgres;

using System.IO;
using EventDock.Domain.Kernel;
using Npgsql;

/// <summary>
/// Puts a backup in the ledger's place, in one transaction: psql gets a beginning of ours, what pg_restore makes of the file, and
/// the commit only once pg_restore has read the file to its end. Whatever dies before that leaves the ledger as it was.
/// </summary>
internal static class LedgerRestore
{
    private const string NotEmpty = "ED020", Newer = "ED021";

    /// <param name="ours">A private cluster: it has the roles that the backup's rights name.</param>
    public static async Task<Either<DomainError, Restored>> ReadAsync(
        Database owner, ClientPrograms programs, string path, bool replace, bool ours, CancellationToken cancel)
    {
        var file = Path.GetFullPath(path);
        var listed = File.Exists(file)
            ? await programs.RunAsync(cancel, "pg_restore", "--list", file)
            : new DomainError.FileFailed(file, "no such file");
        var fit = await Checked(file, listed).MatchAsync(_ => HeldAsync(owner, cancel), Left<DomainError, Option<long>>);
        return await fit
            .Bind<Unit>(held => held.IfNone(0) is var position and > 0 && !replace
                ? new DomainError.LedgerNotEmpty(owner.Where, position)
                : unit)
            .MatchAsync(
                async _ =>
                {
                    var done = await StreamAsync(owner.Where, programs, file, replace, ours, cancel);
                    return await done.MatchAsync(
                        async _ => (await HeldAsync(owner, cancel)).Map(now => new Restored(now.IfNone(0))), Left<DomainError, Restored>);
                },
                Left<DomainError, Restored>);
    }

    private static Either<DomainError, Unit> Checked(string file, Either<DomainError, string> listed) =>
        listed
            .MapLeft(error => error is DomainError.CopyFailed failed ? new DomainError.NotABackup(file, failed.Detail) : error)
            .Bind<Unit>(list => list.Contains(" TABLE eventdock mt_events ", StringComparison.Ordinal)
                ? unit
                : new DomainError.NotABackup(file, "it holds no events"));

    /// <summary>The position of the ledger that is there, if there is one.</summary>
    private static Task<Either<DomainError, Option<long>>> HeldAsync(Database owner, CancellationToken cancel) =>
        owner.Use<Option<long>>(
            async connection =>
            {
                try
                {
                    await using var command = new NpgsqlCommand("select position from eventdock.head", connection);
                    return Some((long)(await command.ExecuteScalarAsync(cancel))!);
                }
                catch (PostgresException e)
                    when (e.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName)
                {
                    return Option<long>.None;
                }
            },
            cancel);

    private static async Task<Either<DomainError, Unit>> StreamAsync(
        string where, ClientPrograms programs, string file, bool replace, bool ours, CancellationToken cancel)
    {
        // Rights and owners are those of a private cluster's roles; on another server all belongs to the user who restores.
        string[] whose = ours ? [] : ["--no-owner", "--no-privileges"];
        var done = await ScriptPipe.RunAsync(
            () => programs.Start("pg_restore", ["--exit-on-error", "--file=-", .. whose, file]), programs,
            Before(replace, ours), After(ours), cancel);
        return done.MapLeft(error => error is DomainError.CopyFailed { Program: "psql" } refused ? Refused(where, refused) : error);
    }

    private static DomainError Refused(string where, DomainError.CopyFailed refused) =>
        refused.Detail.StartsWith(NotEmpty, StringComparison.Ordinal)
            ? new DomainError.LedgerNotEmpty(where, Number(refused.Detail))
        : refused.Detail.StartsWith(Newer, StringComparison.Ordinal) ? Migrations.Newer((int)Number(refused.Detail))
        : refused;

    /// <summary>The one that stands behind the code.</summary>
    private static long Number(string said) =>
        long.Parse(said.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);

    private static string Before(bool replace, bool ours) =>
        "begin;\n"
        + (replace ? "" : $"""
            do $$ begin
                if to_regclass('eventdock.head') is not null then
                    lock table eventdock.head in access exclusive mode;
                    if (select position from eventdock.head) > 0 then
                        raise exception '{NotEmpty} %', (select position from eventdock.head);
                    end if;
                end if;
            end $$;

            """)
        + (ours ? $"""
            do $$ begin
                if not exists (select from pg_roles where rolname = '{ClusterPlace.Audit}') then
                    create role {ClusterPlace.Audit} login connection limit 20;
                    alter role {ClusterPlace.Audit} set default_transaction_read_only = on;
                    alter role {ClusterPlace.Audit} set idle_in_transaction_session_timeout = '1min';
                end if;
            end $$;

            """ : "")
        // The first takes the audit views along. What is not the ledger's in that schema keeps it, and so refuses the restore.
        + "drop schema if exists eventdock cascade;\ndrop schema if exists eventdock_fresh cascade;\ndrop schema if exists audit;\n";

    /// <summary>
    /// A sequence is read when the dump comes to it, and may be ahead of the snapshot. A dump of schemas has no default rights, and
    /// ours has not the empty one that a rebuild moves old tables through.
    /// </summary>
    private static string After(bool ours) =>
        $"""

        create schema if not exists eventdock_old;
        {(ours ? $"alter schema eventdock_old owner to {ClusterPlace.Engine};" : "")}
        do $$
        declare
            made int := (select max(version) from eventdock.migrations);
            name text;
        begin
            if made > {Migrations.Newest} then
                raise exception '{Newer} %', made;
            end if;
            perform setval('eventdock.mt_events_sequence', greatest(position, 1), position > 0) from eventdock.head;
            if to_regprocedure('eventdock.grant_audit()') is not null then
                perform eventdock.grant_audit();
            end if;
            for name in select tablename from pg_tables where schemaname = 'eventdock' loop
                execute format('analyze eventdock.%I', name);
            end loop;
        end
        $$;
        commit;

        """;
}
