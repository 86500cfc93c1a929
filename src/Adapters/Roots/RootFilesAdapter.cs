namespace EventDock.Adapters.Roots;

using System.Globalization;
using System.IO;
using System.Text.Json;
using EventDock.Domain.Kernel;
using EventDock.Domain.Roots;

/// <summary>
/// <c>root.json</c> (the root's id and host) and <c>position</c> (the highest one this root has appended) in the root directory.
/// </summary>
public static class RootFilesAdapter
{
    private const string PositionFile = "position";

    public static RootFiles Create(string root) => new(
        cancel => Guard(root, async () => await ReadAsync(root, cancel)),
        (id, host, cancel) => Guard(root, async () => await WriteAsync(root, id, host, cancel)),
        (position, cancel) => Guard(root, async () => await SeenAsync(root, position, cancel)),
        (position, cancel) => Guard(root, async () => await PutAsync(root, position, cancel)));

    private static async Task<Either<DomainError, DiskRoot>> ReadAsync(string root, CancellationToken cancel)
    {
        if (await PositionAsync(root, cancel) is not { } position)
        {
            return new DomainError.RootMismatch(root, $"{Path.Combine(root, PositionFile)} holds no position");
        }

        var path = Path.Combine(root, "root.json");
        if (!File.Exists(path))
        {
            return new DiskRoot(null, null, position);
        }

        try
        {
            using var document = JsonDocument.Parse(await File.ReadAllBytesAsync(path, cancel));
            return new DiskRoot(
                document.RootElement.GetProperty("id").GetString(), document.RootElement.GetProperty("host").GetString(), position);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return new DomainError.RootMismatch(root, $"{path} cannot be read: {e.Message}");
        }
    }

    private static async Task<Either<DomainError, Unit>> WriteAsync(string root, string id, string host, CancellationToken cancel)
    {
        using var memory = new MemoryStream();
        await using (var writer = new Utf8JsonWriter(memory))
        {
            writer.WriteStartObject();
            writer.WriteString("id", id);
            writer.WriteString("host", host);
            writer.WriteEndObject();
        }

        var path = Path.Combine(root, "root.json");
        var staged = $"{path}.{Environment.ProcessId}";
        await using (var file = new FileStream(staged, FileMode.Create, FileAccess.Write))
        {
            await file.WriteAsync(memory.ToArray(), cancel);
            file.Flush(flushToDisk: true);
        }

        File.Move(staged, path, overwrite: true);
        return unit;
    }

    private static async Task<Either<DomainError, Unit>> SeenAsync(string root, long position, CancellationToken cancel) =>
        await PositionAsync(root, cancel) < position ? await PutAsync(root, position, cancel) : unit;

    /// <summary>
    /// Not fsynced, since it is written with every append: a position lost in a power cut makes the check weaker, never wrong.
    /// The file has one length and is written in place, so that a reader never finds half a number.
    /// </summary>
    private static async Task<Either<DomainError, Unit>> PutAsync(string root, long position, CancellationToken cancel)
    {
        await using var file = new FileStream(
            Path.Combine(root, PositionFile), FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        await file.WriteAsync(System.Text.Encoding.ASCII.GetBytes(position.ToString("D19", CultureInfo.InvariantCulture) + "\n"), cancel);
        return unit;
    }

    /// <summary>Zero where there is none, or a power cut has left the file without its content; null for anything else.</summary>
    private static async Task<long?> PositionAsync(string root, CancellationToken cancel)
    {
        var path = Path.Combine(root, PositionFile);
        var text = File.Exists(path) ? (await File.ReadAllTextAsync(path, cancel)).Trim('\n', '\0') : "";
        return text.Length == 0 ? 0
            : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var position) ? position
            : null;
    }

    private static EitherAsync<DomainError, T> Guard<T>(string root, Func<Task<Either<DomainError, T>>> work)
    {
        return Run().ToAsync();

        async Task<Either<DomainError, T>> Run()
        {
            try
            {
                return await work();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return new DomainError.FileFailed(root, e.Message);
            }
        }
    }
}
