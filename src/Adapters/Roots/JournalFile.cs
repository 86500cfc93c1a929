namespace EventDock.Adapters.Roots;

using System.IO;
using System.Text;
using EventDock.Adapters.Posix;
using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using Microsoft.Win32.SafeHandles;

/// <summary><c>journal</c> in the root directory, under the lock <c>locks/journal</c>. 0600; it is there only while something waits.</summary>
public static class JournalFile
{
    private static readonly byte[] Name = "journal"u8.ToArray();

    public static Journal Create(string root)
    {
        var path = Path.Combine(root, "journal");
        return new Journal(
            path,
            Waiting: () => File.Exists(path),
            Add: (entry, cancel) => Guarded.RunAsync(() => AddAsync(root, entry, cancel), cancel).ToAsync(),
            Take: (work, cancel) => Taken(root, path, work, cancel));
    }

    private static async Task<Unit> AddAsync(string root, JournalEntry entry, CancellationToken cancel)
    {
        using var alone = await LockAsync(root, cancel);
        using var directory = Fs.OpenDirectory(root);
        using var file = Fs.At(directory, Name, Open.ReadWrite | Open.Create | Open.NoFollow, 0x180);
        var (whole, length) = Whole(Fs.ReadAll(directory, Name) ?? []);
        // What a killed command has begun to write tells of nothing that it did; after it no line could be read.
        Fs.SetLength(file, length);
        var known = whole.Contains($"{{\"Command\":{{", StringComparison.Ordinal)
            && whole.Contains($"\"Command\":\"{entry.Origin.Command:D}\"", StringComparison.Ordinal);
        var text = (known ? "" : JournalText.Command(entry.Origin, entry.At)) + JournalText.Entry(entry);
        try
        {
            Fs.WriteAt(file, Encoding.UTF8.GetBytes(text), length);
            Fs.Sync(file);
        }
        catch (PosixException)
        {
            Fs.SetLength(file, length);
            if (length == 0)
            {
                Fs.Unlink(directory, Name);
            }

            throw;
        }

        Fs.Sync(directory);
        return unit;
    }

    private static EitherAsync<DomainError, Unit> Taken(
        string root, string path, Func<Seq<JournalEntry>, EitherAsync<DomainError, Unit>> work, CancellationToken cancel)
    {
        return Run().ToAsync();

        async Task<Either<DomainError, Unit>> Run() =>
            await (await Guarded.RunAsync(() => LockAsync(root, cancel), cancel)).MatchAsync(
                RightAsync: async alone =>
                {
                    using (alone)
                    {
                        var read = await Guarded.Run(() => Read(root), cancel);
                        var done = await read.Bind(lines => JournalText.Read(path, lines)).ToAsync().Bind(work).ToEither();
                        return await done.MatchAsync(
                            RightAsync: _ => Guarded.Run(() => Remove(root), CancellationToken.None), Left: Left<DomainError, Unit>);
                    }
                },
                Left: Left<DomainError, Unit>);
    }

    private static Seq<string> Read(string root)
    {
        using var directory = Fs.OpenDirectory(root);
        return Whole(Fs.ReadAll(directory, Name) ?? []).Text.Split('\n')[..^1].ToSeq();
    }

    private static Unit Remove(string root)
    {
        using var directory = Fs.OpenDirectory(root);
        Fs.Unlink(directory, Name);
        Fs.Sync(directory);
        return unit;
    }

    /// <summary>Up to the end of the last line that has one.</summary>
    private static (string Text, int Length) Whole(byte[] content)
    {
        var length = content.AsSpan().LastIndexOf((byte)'\n') + 1;
        return (Encoding.UTF8.GetString(content, 0, length), length);
    }

    private static async Task<SafeFileHandle> LockAsync(string root, CancellationToken cancel)
    {
        using var locks = Fs.OpenDirectory(Path.Combine(root, "locks"));
        return await FileLock.HoldAsync(locks, Name, exclusive: true, cancel);
    }
}
