namespace EventDock.Domain.Containers;

using EventDock.Domain.Kernel;

/// <summary><c>-v HOST:CONTAINER[:MODE]</c>, by docker's rules. A volume, named or not, is refused until there are some.</summary>
public static class VolumeText
{
    private const string What = "volume specification";

    /// <param name="here">The caller's working directory: where ./PATH is.</param>
    /// <param name="labels">The host labels files (SELinux): without that z and Z have no effect in docker, too.</param>
    public static Either<DomainError, ContainerMount> Parse(string text, string here, bool labels)
    {
        var parts = text.Split(':');
        return parts.Length > 3 || parts.Any(p => p.Length == 0) || (parts.Length == 2 && MountMode.Read(parts[1]).IsSome)
                ? new DomainError.Invalid(What, text, "it is HOST:CONTAINER[:MODE]")
            : parts.Length == 1 ? new DomainError.NotSupported($"the volume of -v {text}")
            : MountMode.Read(parts.Length == 3 ? parts[2] : "").Match(
                Some: mode => Bind(text, parts, mode, here, labels),
                None: () => new DomainError.Invalid("mode", parts[2], "it is made of ro, rw, z, Z and a propagation"));
    }

    private static Either<DomainError, ContainerMount> Bind(
        string text, string[] parts, MountMode mode, string here, bool labels)
    {
        var source = parts[0] is "." or ".." || parts[0].StartsWith("./", StringComparison.Ordinal)
                                         || parts[0].StartsWith("../", StringComparison.Ordinal)
            ? $"{here}/{parts[0]}"
            : parts[0];
        return source[0] != '/' ? Named(text, source)
            : MountTarget.Check(parts[1]).Bind<ContainerMount>(target =>
                mode.NoCopy ? new DomainError.Invalid(What, text, "nocopy is for volumes")
                : mode.Relabel && labels ? new DomainError.NotSupported("relabelling for SELinux (z, Z)")
                : new ContainerMount(
                    ContainerMount.OfVolume, ContainerMount.Bind, PathText.Clean(source), target, parts.Length == 3 ? parts[2] : "",
                    mode.ReadOnly, mode.Propagation.Length == 0 ? ContainerMount.Private : mode.Propagation, NonRecursive: false));
    }

    private static DomainError Named(string text, string name) =>
        name.Length > 1 && char.IsAsciiLetterOrDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-')
            ? new DomainError.NotSupported($"the volume of -v {text}")
            : new DomainError.Invalid(What, text, "a directory of the host's needs an absolute path");
}

/// <summary>Where something is mounted.</summary>
public static class MountTarget
{
    public static Either<DomainError, string> Check(string path) =>
        path.Length == 0 || path[0] != '/' ? new DomainError.Invalid("mount path", path, "it must be absolute")
        : PathText.Clean(path) == "/" ? new DomainError.Invalid("mount path", path, "it cannot be /")
        : PathText.Clean(path);

    /// <summary>Nothing is mounted twice in one place.</summary>
    public static Either<DomainError, Unit> Distinct(Seq<ContainerMount> mounts) =>
        mounts.GroupBy(m => m.Target, StringComparer.Ordinal).FirstOrDefault(g => g.Skip(1).Any()) is { } twice
            ? new DomainError.Invalid("mount path", twice.Key, "something else is mounted there, too")
            : unit;
}
