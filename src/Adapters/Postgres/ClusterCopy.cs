namespace EventDock.Adapters.Postgres;

using EventDock.Domain.Kernel;
using Npgsql;

/// <summary>All that is in one private cluster into another: roles and databases, each database in one transaction.</summary>
internal static class ClusterCopy
{
    /// <summary>Of the ledger: how long it is, how many events there are, and every leaf.</summary>
    private const string Sum =
        """
        select (select position from eventdock.head) || ' ' || (select count(*) from eventdock.mt_events) || ' '
            || coalesce((select encode(sha256(string_agg(hash, ''::bytea order by position)), 'hex') from eventdock.leaves), '')
            || ' ' || (select count(*) from eventdock.salts)
        """;

    public static async Task<Either<DomainError, Unit>> AllAsync(ClusterPlace old, ClusterPlace next, CancellationToken cancel)
    {
        var roles = await RolesAsync(old, next, cancel);
        var databases = await roles.MatchAsync(_ => DatabasesAsync(old, cancel), Left<DomainError, Seq<string>>);
        var copied = await databases.MatchAsync(names => EachAsync(names, old, next, cancel), Left<DomainError, Unit>);
        return await copied.MatchAsync(_ => SameAsync(old, next, cancel), Left<DomainError, Unit>);
    }

    /// <summary>The new cluster has our own already; others, and what was set for any, come from the old one.</summary>
    private static async Task<Either<DomainError, Unit>> RolesAsync(ClusterPlace old, ClusterPlace next, CancellationToken cancel)
    {
        var dumped = await Programs(old, null).MatchAsync(
            programs => programs.RunAsync(cancel, "pg_dumpall", "--roles-only"), Left<DomainError, string>);
        return await dumped.MatchAsync(
            async script =>
            {
                string[] ours = [ClusterPlace.Owner, ClusterPlace.Engine, ClusterPlace.Audit];
                var others = script.Split('\n').Where(line => !ours.Any(role => line == $"CREATE ROLE {role};"));
                return await Programs(next, null).MatchAsync(
                    programs => ScriptPipe.RunTextAsync(programs, "begin;\n" + string.Join('\n', others) + "\ncommit;\n", cancel),
                    Left<DomainError, Unit>);
            },
            Left<DomainError, Unit>);
    }

    private static async Task<Either<DomainError, Seq<string>>> DatabasesAsync(ClusterPlace old, CancellationToken cancel) =>
        await AskAsync<Seq<string>>(
            old,
            "select array_agg(datname::text order by datname) from pg_database where datallowconn and not datistemplate",
            found => ((string[])found!).ToSeq(), cancel);

    private static async Task<Either<DomainError, Unit>> EachAsync(
        Seq<string> names, ClusterPlace old, ClusterPlace next, CancellationToken cancel)
    {
        foreach (var name in names)
        {
            var made = name is ClusterPlace.Database or "postgres"
                ? unit
                : await AskAsync<Unit>(next, $"create database {Quoted(name)} template template0", _ => unit, cancel);
            var copied = await made.MatchAsync(_ => OneAsync(name, old, next, cancel), Left<DomainError, Unit>);
            if (copied.IsLeft)
            {
                return copied;
            }
        }

        return unit;
    }

    private static async Task<Either<DomainError, Unit>> OneAsync(
        string name, ClusterPlace old, ClusterPlace next, CancellationToken cancel) =>
        await Programs(old, name).MatchAsync(
            from => Programs(next, name).MatchAsync(
                into => ScriptPipe.RunAsync(() => from.Start("pg_dump", "--format=plain"), into, "begin;\n", After, cancel),
                Left<DomainError, Unit>),
            Left<DomainError, Unit>);

    /// <summary>The rights on the database itself are not in its dump.</summary>
    private const string After =
        """

        do $$ begin
            if to_regprocedure('eventdock.grant_audit()') is not null then
                perform eventdock.grant_audit();
            end if;
        end $$;
        analyze;
        commit;

        """;

    private static async Task<Either<DomainError, Unit>> SameAsync(ClusterPlace old, ClusterPlace next, CancellationToken cancel)
    {
        var held = await AskAsync<bool>(old, "select to_regclass('eventdock.leaves') is not null", there => (bool)there!, cancel);
        return await held.MatchAsync(
            async there =>
            {
                if (!there)
                {
                    return unit;
                }

                var was = await AskAsync<string>(old, Sum, sum => (string)sum!, cancel);
                var now = await AskAsync<string>(next, Sum, sum => (string)sum!, cancel);
                return was.Bind(before => now.Bind<Unit>(after => before == after
                    ? unit
                    : new DomainError.CopyFailed("pg_dump", $"the copy is not what it should be: {after}, and not {before}")));
            },
            Left<DomainError, Unit>);
    }

    private static async Task<Either<DomainError, T>> AskAsync<T>(
        ClusterPlace place, string sql, Func<object?, T> read, CancellationToken cancel)
    {
        var database = PrivateCluster.Database(place, ClusterPlace.Owner);
        await using (database.Source)
        {
            return await database.Use<T>(
                async connection =>
                {
                    await using var command = new NpgsqlCommand(sql, connection);
                    return read(await command.ExecuteScalarAsync(cancel));
                },
                cancel);
        }
    }

    /// <summary>The newest programs read the dumps of older servers, and not the other way round.</summary>
    private static Either<DomainError, ClientPrograms> Programs(ClusterPlace place, string? database) =>
        LibpqUri.Parse(place.Url).Bind(uri => ClientPrograms.For(uri with { Database = database ?? uri.Database }));

    private static string Quoted(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
