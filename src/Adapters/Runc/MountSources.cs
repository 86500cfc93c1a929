namespace EventDock.Adapters.Runc;

using System.IO;
using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;

/// <summary>What is mounted into a container from the host: made where docker makes it, refused where it cannot be.</summary>
internal static class MountSources
{
    private const UnixFileMode Everyone = (UnixFileMode)0x1ed; // rwxr-xr-x

    public static Either<DomainError, Unit> Prepare(Seq<ContainerMount> mounts) =>
        Named(mounts)
            .Bind(_ => mounts.Filter(m => m.Type == ContainerMount.Bind).Strict().All(m => There(m).Bind(_ => Passes(m))))
            .Map(_ => unit);

    /// <summary>What --mount names has to be there when the container is made, too.</summary>
    public static Either<DomainError, Unit> Named(Seq<ContainerMount> mounts) =>
        mounts.Find(m => m is { Type: ContainerMount.Bind, Form: ContainerMount.OfMount } && !Path.Exists(m.Source))
            .Match<Either<DomainError, Unit>>(
                Some: m => new DomainError.Invalid("mount", m.Source, "bind source path does not exist"), None: () => unit);

    /// <summary>docker makes what -v names and is not there: a directory.</summary>
    private static Either<DomainError, Unit> There(ContainerMount mount)
    {
        if (!Path.Exists(mount.Source))
        {
            Directory.CreateDirectory(mount.Source, Everyone);
        }

        return unit;
    }

    /// <summary>A propagation that the source's own mount has not would do nothing.</summary>
    private static Either<DomainError, Unit> Passes(ContainerMount mount)
    {
        var (shared, slave) = (mount.Propagation is "shared" or "rshared", mount.Propagation is "slave" or "rslave");
        if (!shared && !slave)
        {
            return unit;
        }

        var (point, flags) = Mounted(new DirectoryInfo(mount.Source).FullName);
        return Has("shared:") || (slave && Has("master:"))
            ? unit
            : new DomainError.Invalid(
                "mount", mount.Source, $"path is mounted on {point} but it is not a {(shared ? "shared" : "shared or slave")} mount");

        bool Has(string flag) => flags.Any(f => f.StartsWith(flag, StringComparison.Ordinal));
    }

    /// <summary>The mount that a path is on, and its optional fields (proc(5), /proc/self/mountinfo).</summary>
    private static (string Point, string[] Flags) Mounted(string path)
    {
        var best = (Point: "", Flags: System.Array.Empty<string>());
        foreach (var line in File.ReadLines("/proc/self/mountinfo"))
        {
            var fields = line.Split(' ');
            var point = fields[4].Replace("\\040", " ", StringComparison.Ordinal);
            var above = point == "/" || path == point || path.StartsWith(point + "/", StringComparison.Ordinal);

            // Of two on one place the later hides the earlier.
            if (above && point.Length >= best.Point.Length)
            {
                best = (point, fields.Skip(6).TakeWhile(f => f != "-").ToArray());
            }
        }

        return best;
    }
}
