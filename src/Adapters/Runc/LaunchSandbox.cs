namespace EventDock.Adapters.Runc;

using System.Globalization;
using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;

/// <summary>What a container's flags come to on this host.</summary>
/// <param name="Filter">linux.seccomp; empty for none.</param>
/// <param name="Init">The process is started by an init program.</param>
internal sealed record LaunchSetting(Sandbox Sandbox, ProcessRights Rights, byte[] Filter, bool Init);

/// <summary>Joins a container's settings with what this host has: devices, sources of mounts, programs, profiles.</summary>
internal sealed class LaunchSandbox(RuntimePaths paths, SeccompCache seccomp, Programs programs, SharedMemory memory)
{
    private const string Effective = "CapEff:";

    /// <summary>What we may do ourselves, and so can pass on: inside another container that is less than everything.</summary>
    public static readonly Lazy<Seq<string>> Possible = new(() =>
        PrivateFiles.ReadText("/proc/self/status")?.Split('\n')
                .FirstOrDefault(l => l.StartsWith(Effective, StringComparison.Ordinal)) is { } line
            ? Capabilities.Named(ulong.Parse(line[Effective.Length..].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture))
            : Seq<string>());

    public Either<DomainError, LaunchSetting> Of(LaunchSpec spec)
    {
        var settings = spec.Settings;
        if (settings.Options is not { } options && spec.Joined.IsEmpty)
        {
            return seccomp.Docker(RuntimeSpecDefaults.Capabilities).Map(filter => new LaunchSetting(
                settings.Network == NamespaceMode.Host ? Sandbox.DockerOnHost : Sandbox.Docker, ProcessRights.Docker, filter,
                Init: false));
        }

        options = settings.More;
        if (spec.Joined.Find(j => !Processes.Alive(j.Process)).OrNull() is { } joined)
        {
            return new DomainError.CannotJoin(joined.Kind, joined.Id.Value, "it is not running");
        }

        if (SecurityOptions.Parse(options.SecurityOpt).Fails(out var error, out var security)
            || Fits(options).Fails(out error, out _)
            || Init(options).Fails(out error, out var init)
            || MountSources.Prepare(options.Mounts).Fails(out error, out _)
            || HostDevices.Of(options).Fails(out error, out var devices)
            || memory.Of(spec).Fails(out error, out var shm)
            || SandboxMounts.Of(options, shm.OrNull(), init.OrNull()).Fails(out error, out var mounts))
        {
            return error;
        }

        var rights = ProcessRights.Of(options, security, Possible.Value);
        rights = Bundle.AppArmorEnabled ? rights : rights with { AppArmor = null };
        return Filter(spec.Id, options, security, rights.Capabilities).Map(filter => new LaunchSetting(
            Sandbox.Of(settings, security, mounts, devices, spec.Joined), rights, filter, init.IsSome));
    }

    /// <summary>Says what of it this host cannot give a container.</summary>
    public Either<DomainError, Unit> Fits(ContainerOptions options) =>
        SecurityOptions.Parse(options.SecurityOpt)
            .Bind(security => AppArmor(security.AppArmor))
            .Bind(_ => programs.Named(options.Runtime).Map(_ => unit))
            .Bind(_ => Init(options).Map(_ => unit))
            .Bind(_ => MountSources.Named(options.Mounts));

    private static Either<DomainError, Unit> AppArmor(string? profile) =>
        profile is null or SecurityOptions.Unconfined || Bundle.HasAppArmor(profile)
            ? unit
            : new DomainError.NotOnThisHost(
                $"--security-opt apparmor={profile}",
                Bundle.AppArmorEnabled ? "no such profile is loaded" : "the kernel has no AppArmor");

    /// <summary>In another's PID namespace there is a first process already; docker leaves it out there, too.</summary>
    private Either<DomainError, Option<string>> Init(ContainerOptions options) =>
        !options.Init || options.Pid is not null ? Option<string>.None : programs.Init.Map(Some);

    private Either<DomainError, byte[]> Filter(
        ContainerId id, ContainerOptions options, SecurityOptions security, Seq<string> capabilities) =>
        options.Privileged || security.Seccomp == SecurityOptions.Unconfined ? System.Array.Empty<byte>()
        : security.SeccompFile is not null ? seccomp.Of(paths.SeccompProfile(id), capabilities)
        : seccomp.Docker(capabilities);
}
