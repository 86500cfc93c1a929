namespace EventDock.Domain.Containers;

using EventDock.Domain.Kernel;

/// <summary>What all --security-opt of a container say together.</summary>
/// <param name="Seccomp">unconfined, or the file of a profile as it was named; null for docker's.</param>
/// <param name="AppArmor">unconfined, or the name of a loaded profile; null for docker's.</param>
/// <param name="SystemPaths">Nothing under /proc and /sys is masked or made read-only.</param>
public sealed record SecurityOptions(bool NoNewPrivileges, string? Seccomp, string? AppArmor, bool SystemPaths)
{
    public const string Unconfined = "unconfined";

    public static readonly SecurityOptions Docker = new(false, null, null, false);

    /// <summary>A profile of one's own.</summary>
    public string? SeccompFile => Seccomp is null or Unconfined ? null : Seccomp;

    public static Either<DomainError, SecurityOptions> Parse(Seq<string> options) =>
        options.Fold(Right<DomainError, SecurityOptions>(Docker), (sofar, option) => sofar.Bind(s => One(s, option)));

    private static Either<DomainError, SecurityOptions> One(SecurityOptions sofar, string option)
    {
        var at = option.IndexOf('=') is var equals and >= 0 ? equals : option.IndexOf(':');
        var (name, value) = at < 0 ? (option, "") : (option[..at], option[(at + 1)..]);
        return (name, at) switch
        {
            ("no-new-privileges", < 0) => sofar with { NoNewPrivileges = true },
            (_, < 0) => new DomainError.BadFlag("--security-opt", option, "it is NAME=VALUE"),
            ("no-new-privileges", _) => GoBool.Read(value) is { } on ? sofar with { NoNewPrivileges = on } : Wrong(option),
            ("seccomp", _) => value.Length == 0 ? Wrong(option) : sofar with { Seccomp = value },
            ("apparmor", _) => value.Length == 0 ? Wrong(option) : sofar with { AppArmor = value },
            ("systempaths", _) => value == Unconfined ? sofar with { SystemPaths = true } : Wrong(option),

            // Without SELinux a process has no label that could be disabled: so it is, already.
            ("label", _) => value == "disable" ? sofar : new DomainError.NotSupported($"--security-opt {option}"),
            _ => Wrong(option),
        };
    }

    private static DomainError Wrong(string option) =>
        new DomainError.Invalid("security option", option, "there is none of that name and value");
}
