namespace EventDock.Adapters.Postgres;

using EventDock.Domain.Kernel;
using EventDock.Projections;
using Npgsql;
using NpgsqlTypes;

/// <summary>Whether an append is to be tried again, and what comes before that.</summary>
internal enum Again
{
    /// <summary>The result stands.</summary>
    No,

    /// <summary>The connection was lost: nobody knows whether it came through.</summary>
    Lost,

    /// <summary>Another program's events are in the way, and are recorded first.</summary>
    Strangers,
}

/// <summary>One try of an append.</summary>
internal static class AppendOnce
{
    public static async Task<(Either<DomainError, Appended> Result, Again Again)> RunAsync(
        Database database, PreparedAppend prepared, KnownRows known, CancellationToken cancel)
    {
        try
        {
            await using var connection = await database.Source.OpenConnectionAsync(cancel);
            var changes = await RowChanges.FoldAsync(connection, prepared, known, cancel);
            var needed = NeededViews.Of(prepared);
            if (changes.Stopped.FirstOrDefault(s => needed.Contains(s.View)) is { } stopped)
            {
                return (Stopped(prepared, stopped), Again.No);
            }

            cancel.ThrowIfCancellationRequested();
            return await SendAsync(connection, prepared, changes, needed, known, cancel);
        }
        catch (NpgsqlException e) when (database.Named(e) is { } error)
        {
            return (error, Database.IsLost(e) ? Again.Lost : Again.No);
        }
    }

    private static async Task<(Either<DomainError, Appended>, Again)> SendAsync(
        NpgsqlConnection connection, PreparedAppend prepared, RowChanges changes, string[] needed, KnownRows known,
        CancellationToken cancel)
    {
        try
        {
            var appended = known.PrefersOne() && AppendOneCommand.Fits(prepared, changes, needed)
                ? await OneAsync(connection, prepared, changes)
                : null;
            if (appended is null)
            {
                await using var command = AppendCommand.Of(connection, prepared, changes, needed);
                appended = await ExecuteAsync(command);
                known.SentWide();
            }

            known.Keep(prepared, changes);
            return (appended, Again.No);
        }
        catch (PostgresException e) when (AppendErrors.IsStrangers(e))
        {
            return (new DomainError.Conflict(prepared.Streams.IsEmpty ? "" : prepared.Streams[0].Stream), Again.Strangers);
        }
        catch (PostgresException e) when (e.ConstraintName == "appends_pkey")
        {
            return (await FirstAsync(connection, prepared.Id), Again.No);
        }
        catch (PostgresException e) when (AppendErrors.Of(e, prepared.Streams) is { } error)
        {
            return (error, Again.No);
        }
        catch (PostgresException e) when (e.ConstraintName == "view_containers_name")
        {
            return (await TakenAsync(connection, changes, cancel), Again.No);
        }
    }

    /// <summary>Null: it is not that simple, and nothing has been written.</summary>
    private static async Task<Appended?> OneAsync(NpgsqlConnection connection, PreparedAppend prepared, RowChanges changes)
    {
        try
        {
            await using var command = AppendOneCommand.Of(connection, prepared, changes);
            return await ExecuteAsync(command);
        }
        catch (PostgresException e) when (e.SqlState == "ED007")
        {
            return null;
        }
    }

    /// <summary>Not called off once it is sent: nobody could say whether it came through, and what it stands for would be undone.</summary>
    private static async Task<Appended> ExecuteAsync(NpgsqlCommand command)
    {
        await using var reader = await command.ExecuteReaderAsync(CancellationToken.None);
        await reader.ReadAsync(CancellationToken.None);
        var first = reader.GetInt64(0);
        var appended = new Appended(first, reader.FieldCount == 1 ? first : reader.GetInt64(1));
        // The commit is behind the row; the disposal of a reader says nothing of one that failed.
        await reader.NextResultAsync(CancellationToken.None);
        return appended;
    }

    /// <summary>What the first append of this id has got.</summary>
    private static async Task<Either<DomainError, Appended>> FirstAsync(NpgsqlConnection connection, Guid id)
    {
        await using var command = new NpgsqlCommand(
            "select first_position, last_position from eventdock.appends where id = $1", connection);
        command.Parameters.Add(new NpgsqlParameter { Value = id, NpgsqlDbType = NpgsqlDbType.Uuid });
        await using var reader = await command.ExecuteReaderAsync(CancellationToken.None);
        await reader.ReadAsync(CancellationToken.None);
        return new Appended(reader.GetInt64(0), reader.GetInt64(1));
    }

    /// <summary>It would be the event at which the view stops, and its guards ask that view: so it is not recorded.</summary>
    private static DomainError Stopped(PreparedAppend prepared, StoppedView stopped) =>
        new DomainError.ViewStopped(stopped.View, 0, prepared.Events[(int)stopped.Event - 1].Kind.Alias, stopped.Reason);

    private static async Task<Either<DomainError, Appended>> TakenAsync(
        NpgsqlConnection connection, RowChanges changes, CancellationToken cancel)
    {
        var wanted = changes.Opened.Where(c => c.View == ContainersView.Projection.Name)
            .Select(c => (ContainerRow)ContainersView.Projection.Erased.Read(c.Row)).ToList();
        await using var command = new NpgsqlCommand(
            "select row->>'Name', key from eventdock.view_containers where valid_to is null and row->>'Name' = any($1) and key <> all($2)",
            connection)
        {
            Parameters = { ArrayParameter.Texts(wanted.Select(c => c.Name)), ArrayParameter.Texts(wanted.Select(c => c.Id.Value)) },
        };
        await using var reader = await command.ExecuteReaderAsync(cancel);
        return await reader.ReadAsync(cancel)
            ? new DomainError.NameTaken(reader.GetString(0), reader.GetString(1))
            // Its holder has been removed since: deciding again will find the name free.
            : new DomainError.Conflict(Streams.Container(wanted[0].Id.Value));
    }
}
