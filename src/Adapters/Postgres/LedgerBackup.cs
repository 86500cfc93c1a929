namespace EventDock.Adapters.Postgres;

using System.Data;
using System.Globalization;
using System.IO;
using System.Runtime.InteropServices;
using EventDock.Domain.Kernel;
using Npgsql;

/// <summary>
/// The ledger as one file of pg_dump's: its three schemas as they are in one snapshot, while commands go on appending. The salts
/// are in it, so it is 0600. What lies on the root's disk (blobs, layers, keys) is not.
/// </summary>
internal static class LedgerBackup
{
    public static readonly string[] Schemas = ["eventdock", "eventdock_fresh", "audit"];

    public static Task<Either<DomainError, BackedUp>> WriteAsync(
        Database owner, ClientPrograms programs, string path, CancellationToken cancel) =>
        owner.Use<BackedUp>(
            async connection =>
            {
                await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancel);
                var taken = await SnapshotAsync(connection, owner.Where, cancel);
                return await taken.MatchAsync(
                    snapshot => ToFileAsync(programs, Named(path, snapshot.Position), snapshot, cancel),
                    Left<DomainError, BackedUp>);
            },
            cancel);

    private sealed record Snapshot(string Id, long Position);

    /// <summary>
    /// A rebuild's swap would wait for the dump, and every append for the swap: so the two wait for each other before they begin.
    /// The lock is taken before the transaction sees anything.
    /// </summary>
    private static async Task<Either<DomainError, Snapshot>> SnapshotAsync(
        NpgsqlConnection connection, string where, CancellationToken cancel)
    {
        try
        {
            await using (var alone = new NpgsqlCommand("lock table eventdock.view_versions in row exclusive mode", connection))
            {
                await alone.ExecuteNonQueryAsync(cancel);
            }

            await using var command = new NpgsqlCommand("select pg_export_snapshot(), position from eventdock.head", connection);
            await using var reader = await command.ExecuteReaderAsync(cancel);
            await reader.ReadAsync(cancel);
            return new Snapshot(reader.GetString(0), reader.GetInt64(1));
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName)
        {
            return new DomainError.NoLedger(where);
        }
    }

    private static string Named(string path, long position) =>
        Directory.Exists(path)
            ? Path.Combine(path, string.Create(
                CultureInfo.InvariantCulture, $"eventdock-{position:D10}-{DateTime.UtcNow:yyyyMMdd'T'HHmmss'Z'}.dump"))
            : path;

    /// <summary>Under a name of its own until it is whole and on disk.</summary>
    private static async Task<Either<DomainError, BackedUp>> ToFileAsync(
        ClientPrograms programs, string path, Snapshot snapshot, CancellationToken cancel)
    {
        var file = Path.GetFullPath(path);
        if (Path.Exists(file))
        {
            return new DomainError.FileExists(file);
        }

        var staged = $"{file}.{Environment.ProcessId}.partial";
        try
        {
            var options = new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            };
            await using (new FileStream(staged, options))
            {
            }

            var dumped = await programs.RunAsync(
                cancel, "pg_dump",
                ["--format=custom", $"--snapshot={snapshot.Id}", $"--file={staged}", .. Schemas.Select(s => $"--schema={s}")]);
            return dumped.Bind(_ => Publish(staged, file, snapshot.Position));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new DomainError.FileFailed(file, e.Message);
        }
        finally
        {
            if (File.Exists(staged))
            {
                File.Delete(staged);
            }
        }
    }

    private static Either<DomainError, BackedUp> Publish(string staged, string file, long position)
    {
        using (var written = new FileStream(staged, FileMode.Open, FileAccess.ReadWrite))
        {
            written.Flush(flushToDisk: true);
        }

        File.Move(staged, file, overwrite: false);
        var directory = Path.GetDirectoryName(file)!;
        return Libc.SyncDirectory(directory)
            ? new BackedUp(file, position, new FileInfo(file).Length)
            : new DomainError.FileFailed(directory, Marshal.GetLastPInvokeErrorMessage());
    }
}
