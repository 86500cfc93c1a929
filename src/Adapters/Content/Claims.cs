namespace EventDock.Adapters.Content;

using System.IO;
using EventDock.Adapters.Posix;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using Microsoft.Win32.SafeHandles;

/// <summary>
/// What this process has claimed: a line each in one file <c>staging/claims-…</c>, made with the first of them and locked while the process
/// lives. What is on disk and in no event is known by it for a command's that is at work, or dead.
/// </summary>
public sealed class Claims(string root)
{
    private const string Prefix = "claims-";
    private readonly Lock gate = new();
    private readonly System.Collections.Generic.HashSet<Claim> noted = [];
    private readonly System.Collections.Generic.HashSet<string> settling = new(StringComparer.Ordinal);
    private SafeFileHandle? file;
    private byte[] name = [];

    /// <summary>Whether what was removed is kept; null: all goes at once.</summary>
    public TrashCare? TrashCare { get; init; }

    private Paths paths => field ??= new Paths(root) { TrashCare = TrashCare };

    public ClaimStore Store => new(
        Note: (claims, cancel) => Guarded.Run(() => claims.Iter(Note), cancel).ToAsync(),
        Own: () =>
        {
            lock (gate)
            {
                return noted.ToArray().ToSeq().Strict();
            }
        },
        Left: cancel => Guarded.Run(Left, cancel).ToAsync(),
        Withdraw: (claim, removed, cancel) => Guarded.RunAsync(() => WithdrawAsync(claim, removed, cancel), cancel).ToAsync(),
        Release: Release);

    internal static bool IsName(ReadOnlySpan<byte> staged) => staged.StartsWith(Bytes.Of(Prefix));

    /// <summary>Before the act. It need not be on disk earlier than what is claimed is under its name, and is not waited for.</summary>
    internal void Note(Claim claim)
    {
        lock (gate)
        {
            if (noted.Contains(claim))
            {
                return;
            }

            Fs.Write(file ??= Make(), Bytes.Of(claim.Line + "\n"));
            noted.Add(claim);
        }

        FaultPoints.At(FaultPoint.Claimed);
    }

    private SafeFileHandle Make()
    {
        using var staging = Fs.OpenDirectory(paths.Staging);
        while (true)
        {
            name = Bytes.Of(Prefix + Guid.NewGuid().ToString("N"));
            var made = Fs.At(staging, name, Open.Write | Open.Create | Open.Exclusive | Open.NoFollow, 0x180);
            // Another command may meet the name before it is locked, and take it for a dead one's: then another is made.
            if (FileLock.TryTake(made, exclusive: true) && Fs.TryStat(staging, name, out var found) && found.Inode == Fs.Stat(made).Inode)
            {
                return made;
            }

            made.Dispose();
        }
    }

    private Either<DomainError, Unit> Release()
    {
        lock (gate)
        {
            if (file is null)
            {
                return unit;
            }

            try
            {
                using var staging = Fs.OpenDirectory(paths.Staging);
                Fs.Unlink(staging, name);
                return unit;
            }
            catch (PosixException e)
            {
                return e.Error;
            }
            finally
            {
                file.Dispose();
                file = null;
                noted.Clear();
            }
        }
    }

    private Option<LeftClaims> Left()
    {
        var found = new List<(SafeFileHandle File, byte[] Name)>();
        var claims = new List<Claim>();
        Others((staging, staged, handle) =>
        {
            if (!FileLock.TryTake(handle, exclusive: true))
            {
                return true;
            }

            found.Add((handle, staged));
            settling.Add(Bytes.Show(staged));
            claims.AddRange(Read(staging, staged));
            return false;
        });
        return found.Count == 0
            ? None
            : Some(new LeftClaims(
                claims.Distinct().ToArray().ToSeq().Strict(),
                () =>
                {
                    using var staging = Fs.OpenDirectory(paths.Staging);
                    found.ForEach(f => Fs.Unlink(staging, f.Name));
                },
                () => found.ForEach(f => f.File.Dispose())));
    }

    /// <summary>All that is claimed, by the living and the dead: for who compares the disk with the ledger.</summary>
    internal static Seq<Claim> All(Paths paths)
    {
        var all = new List<Claim>();
        using var staging = Fs.OpenDirectory(paths.Staging);
        foreach (var staged in Fs.Names(staging).Where(n => IsName(n)))
        {
            all.AddRange(Read(staging, staged));
        }

        return all.Distinct().ToArray().ToSeq().Strict();
    }

    /// <summary>Claimed by another command that is at work, or settled at this moment by another that sweeps.</summary>
    private bool Lives(Claim claim)
    {
        var lives = false;
        Others((staging, staged, handle) =>
        {
            // One that we settle is locked by ourselves.
            lives |= !settling.Contains(Bytes.Show(staged)) && Read(staging, staged).Contains(claim)
                && !FileLock.TryTake(handle, exclusive: false);
            return true;
        });
        return lives;
    }

    /// <param name="done">What to do with each file; true where it is to be closed again.</param>
    private void Others(Func<SafeFileHandle, byte[], SafeFileHandle, bool> done)
    {
        using var staging = Fs.OpenDirectory(paths.Staging);
        foreach (var staged in Fs.Names(staging).Where(n => IsName(n) && !n.AsSpan().SequenceEqual(name)))
        {
            if (!Fs.TryAt(staging, staged, Open.Read | Open.NoFollow, 0, out var handle, out _) || done(staging, staged, handle))
            {
                handle.Dispose();
            }
        }
    }

    private static IEnumerable<Claim> Read(SafeFileHandle staging, byte[] staged) =>
        Bytes.Show(Fs.ReadAll(staging, staged) ?? []).Split('\n').Select(Claim.Parse).SelectMany(claim => claim.ToSeq()).ToArray();

    /// <summary>Under the lock under which names are given: who has claimed it by then is seen, and who claims it later finds it gone.</summary>
    private async Task<Unit> WithdrawAsync(Claim claim, bool removed, CancellationToken cancel)
    {
        if (claim.Kind == ClaimKind.Layer)
        {
            return await LayerPublisher.DiscardAsync(paths, claim.Name, () => Lives(claim), removed, cancel).ConfigureAwait(false);
        }

        using var trash = Fs.OpenDirectory(paths.Trash);
        using var blobs = Fs.OpenDirectory(paths.Blobs);
        byte[]? taken;
        using (await StoreLocks.HoldAsync(paths, LayerPublisher.Lock, exclusive: true, cancel).ConfigureAwait(false))
        {
            var name = Bytes.Of(claim.Name);
            taken = Lives(claim) ? null : removed ? Trash.Take(blobs, name, trash) : Trash.TakeLeft(blobs, name, trash);
        }

        Trash.Empty(paths, trash, taken, kept: removed);

        return unit;
    }
}
