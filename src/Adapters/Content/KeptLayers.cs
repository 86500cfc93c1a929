namespace EventDock.Adapters.Content;

using System.Globalization;
using System.Text;
using EventDock.Adapters.Posix;
using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using Microsoft.Win32.SafeHandles;

/// <summary>Containers' directories in the trash that still have the name under which they are kept: each of them is whole.</summary>
internal static class KeptLayers
{
    internal static Seq<string> List(Paths paths)
    {
        using var trash = Fs.OpenDirectory(paths.Trash);
        return Names(trash).OrderByDescending(kept => kept.Second).Select(kept => kept.Id).Distinct().ToSeq().Strict();
    }

    internal static Option<string> At(Paths paths, string id)
    {
        using var trash = Fs.OpenDirectory(paths.Trash);
        return Names(trash).Where(kept => kept.Id == id).OrderByDescending(kept => kept.Second)
            .Select(kept => $"{paths.Trash}/{Bytes.Show(kept.Name)}").HeadOrNone();
    }

    internal static Option<Func<EitherAsync<DomainError, Unit>>> Bring(Paths paths, byte[] id)
    {
        using var trash = Fs.OpenDirectory(paths.Trash);
        using var containers = Fs.OpenDirectory(paths.Containers);
        foreach (var (name, _, _) in Names(trash).Where(kept => kept.Id == Bytes.Show(id)).OrderByDescending(kept => kept.Second))
        {
            paths.Claims?.Note(new Claim(ClaimKind.Container, Bytes.Show(id)));
            if (Fs.TryStat(containers, id, out _))
            {
                throw new RefusedException(new DomainError.NotRemoved(Bytes.Show(id)));
            }

            if (Fs.TryRenameExisting(trash, name, containers, id))
            {
                FaultPoints.At(FaultPoint.ContainerBrought);
                Fs.Sync(containers);
                return Some<Func<EitherAsync<DomainError, Unit>>>(
                    () => Guarded.Run(() => Back(paths, id, name), CancellationToken.None).ToAsync());
            }
        }

        return None;
    }

    private static Unit Back(Paths paths, byte[] id, byte[] name)
    {
        using var trash = Fs.OpenDirectory(paths.Trash);
        using var containers = Fs.OpenDirectory(paths.Containers);
        Fs.TryRenameExisting(containers, id, trash, name);
        return unit;
    }

    /// <summary>SECOND-GUID-ID; layers and blobs have such names, too, and no upper directory.</summary>
    private static IEnumerable<(byte[] Name, long Second, string Id)> Names(SafeFileHandle trash)
    {
        foreach (var name in Fs.Names(trash))
        {
            if (Encoding.ASCII.GetString(name).Split('-') is [var second, _, var id]
                && long.TryParse(second, NumberStyles.None, CultureInfo.InvariantCulture, out var at)
                && ContainerId.Parse(id).IsRight
                && Fs.TryStat(trash, Bytes.Join(name, "upper"u8), out _))
            {
                yield return (name, at, id);
            }
        }
    }
}
