namespace EventDock.Adapters.Postgres;

using System.IO;
using System.Net.Sockets;
using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;
using Npgsql;

/// <summary>A way to one database: the driver's pool, and how the database is named in messages (never with a password).</summary>
internal sealed record Database(NpgsqlDataSource Source, string Where)
{
    /// <summary>The files of events whose rows have been dropped.</summary>
    public SegmentFiles Segments { get; init; } = SegmentFiles.None;

    /// <summary>
    /// No types are loaded on connecting: every type used here is built in, and the loading costs more than all the rest of a
    /// short command. The slim builder leaves out what a native build would have to carry along.
    /// </summary>
    public static Database Open(NpgsqlConnectionStringBuilder settings, string where, bool encrypted)
    {
        settings.NoResetOnClose = true;
        settings.IncludeErrorDetail = true;
        settings.Enlist = false;
        settings.CommandTimeout = 0;
        // A command that lives for more than a few statements sends each text once, and the server plans it once.
        settings.MaxAutoPrepare = 20;
        settings.AutoPrepareMinUsages = 2;
        // What is read by the million comes in pieces of this size.
        settings.ReadBufferSize = 1 << 16;
        settings.ApplicationName ??= "eventdock";
        // Ten thousand rows of a view are sorted in memory.
        settings.Options = "-c work_mem=32MB";
        var builder = new NpgsqlSlimDataSourceBuilder(settings.ConnectionString);
        builder.ConfigureTypeLoading(loading => loading.EnableTypeLoading(false));
        builder.EnableArrays();
        if (encrypted)
        {
            builder.EnableTransportSecurity();
        }

        return new Database(builder.Build(), where);
    }

    /// <summary>
    /// Runs the work on a connection, and gives the errors that are the database's own (out of reach, shutting down, full)
    /// their names; every other error of the driver is a bug and passes.
    /// </summary>
    public async Task<Either<DomainError, T>> Use<T>(
        Func<NpgsqlConnection, Task<Either<DomainError, T>>> work, CancellationToken cancel)
    {
        try
        {
            await using var connection = await Source.OpenConnectionAsync(cancel);
            return await work(connection);
        }
        catch (NpgsqlException e) when (Named(e) is { } error)
        {
            return error;
        }
    }

    /// <summary>The connection is gone, and another may be had: what was sent on it may have been carried out or not.</summary>
    public static bool IsLost(NpgsqlException thrown) =>
        thrown is PostgresException refused
            // Class 08 connection, 57P01–57P05 the backend is being ended, 53300 too many of them.
            ? refused.SqlState is ['0', '8', ..] or ['5', '7', 'P', '0', >= '1' and <= '5'] or "53300"
            : thrown.InnerException is SocketException or IOException or TimeoutException || thrown.IsTransient
                || thrown.GetType() == typeof(NpgsqlException);

    /// <summary>What the database says of itself; null for anything that is about the statement.</summary>
    public DomainError? Named(NpgsqlException thrown) =>
        thrown is PostgresException refused
            ? refused.SqlState switch
            {
                // Class 28 authorization, 3D000 no such database.
                ['2', '8', ..] or "3D000" => new DomainError.LedgerUnreachable(Where, refused.MessageText),
                "53100" => new DomainError.DiskFull(Where),
                // Every append takes its time from the head; from one that is infinite no line comes.
                PostgresErrorCodes.NotNullViolation when refused is { TableName: "leaves", ColumnName: "line" } =>
                    new DomainError.LedgerUnreadable(0, "its head has no time to go on from"),
                // Class 53 resources, 57 intervention, 58 the system's files, XX damage, 25006 a server that only reads, 42501 rights.
                ['0', '8', ..] or ['5', '3' or '7' or '8', ..] or ['X', 'X', ..] or "25006" or "42501" =>
                    new DomainError.LedgerUnreachable(Where, refused.MessageText),
                _ => null,
            }
            : IsLost(thrown)
                ? new DomainError.LedgerUnreachable(Where, thrown.InnerException?.Message ?? thrown.Message)
                : null;
}
