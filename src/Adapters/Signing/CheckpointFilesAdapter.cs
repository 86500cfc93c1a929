namespace EventDock.Adapters.Signing;

using System.Globalization;
using System.Text;
using EventDock.Adapters.Posix;
using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;

/// <summary>
/// <c>signing/checkpoint</c>, the newest that this root has signed, and <c>signing/anchored</c>, its last anchoring: beside the
/// ledger and not in it, so that a ledger which has lost its end is known for it.
/// </summary>
public static class CheckpointFilesAdapter
{
    private static readonly byte[] Newest = Bytes.Of("checkpoint"), Anchored = Bytes.Of("anchored"), Lock = Bytes.Of("lock");

    public static CheckpointFiles Create(string root) => new(
        cancel => ReadAsync(root, cancel).ToAsync(),
        (signed, cancel) => Guarded.RunAsync(() => WriteAsync(root, signed, cancel), cancel).ToAsync(),
        (origin, cancel) => Guarded.Run(() => Memory(root, origin), cancel).ToAsync(),
        (memory, cancel) => Guarded.Run(() => Remember(root, memory), cancel).ToAsync());

    private static async Task<Either<DomainError, Option<SignedCheckpoint>>> ReadAsync(string root, CancellationToken cancel)
    {
        var text = await Guarded.Run<Option<string>>(
            () =>
            {
                using var directory = SigningFiles.Open(root);
                return SigningFiles.Read(directory, Newest) is { } note ? Some(note) : None;
            },
            cancel);
        return text.Bind(read => read.Match(
            Some: note => SignedCheckpoint.Parse(SigningFiles.Directory(root) + "/checkpoint", Encoding.UTF8.GetBytes(note)).Map(Some),
            None: () => Right<DomainError, Option<SignedCheckpoint>>(None)));
    }

    /// <summary>Of two commands at once the larger checkpoint stays. One of another log is replaced: the root was adopted.</summary>
    private static async Task<Unit> WriteAsync(string root, SignedCheckpoint signed, CancellationToken cancel)
    {
        using var directory = SigningFiles.Open(root);
        using var held = await FileLock.HoldAsync(directory, Lock, true, cancel);
        var larger = SigningFiles.Read(directory, Newest) is { } text
            && SignedCheckpoint.Parse("checkpoint", Encoding.UTF8.GetBytes(text)).Match(
                Right: there => there.Checkpoint.Origin == signed.Checkpoint.Origin
                    && there.Checkpoint.Size > signed.Checkpoint.Size,
                Left: _ => false);
        if (!larger)
        {
            SigningFiles.Replace(directory, Newest, Encoding.UTF8.GetBytes(signed.ToString()));
        }

        return unit;
    }

    /// <summary>One line: origin, size, and two times in milliseconds since 1970, 0 for never. What cannot be read is not remembered.</summary>
    private static AnchorMemory Memory(string root, string origin)
    {
        using var directory = SigningFiles.Open(root);
        return SigningFiles.Read(directory, Anchored)?.TrimEnd('\n').Split(' ') is [var of, var size, var done, var tried]
            && of == origin && Number(size) is { } s && Number(done) is { } d && Number(tried) is { } t
            ? new AnchorMemory(origin, s, Time(d), Time(t))
            : AnchorMemory.Nothing(origin);
    }

    private static Unit Remember(string root, AnchorMemory memory)
    {
        using var directory = SigningFiles.Open(root);
        SigningFiles.Replace(directory, Anchored, Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $"{memory.Origin} {memory.Size} {memory.Done?.ToUnixTimeMilliseconds() ?? 0} {memory.Tried?.ToUnixTimeMilliseconds() ?? 0}\n")));
        return unit;
    }

    /// <summary>Up to the year 9999, which is as far as a time goes.</summary>
    private static long? Number(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= 253_402_300_799_999
            ? number
            : null;

    private static DateTimeOffset? Time(long millis) =>
        millis == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(millis);
}
