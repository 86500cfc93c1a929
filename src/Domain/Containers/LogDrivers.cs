namespace EventDock.Domain.Containers;

using EventDock.Domain.Kernel;

/// <summary>Where a container's output is kept: conmon writes a file of its own form, or nothing.</summary>
public static class LogDrivers
{
    public const string None = "none", File = "k8s-file";

    /// <summary>What docker calls its own file; ours stands for it.</summary>
    private const string Docker = "json-file";

    /// <param name="options">--log-opt.</param>
    /// <returns>Null for the file.</returns>
    public static Either<DomainError, Option<string>> Parse(string? driver, Seq<string> options) =>
        driver is not (null or "" or None or File or Docker) ? new DomainError.NotSupported($"--log-driver {driver}")
        : options.HeadOrNone().Match<Either<DomainError, Option<string>>>(
            Some: first => driver == None
                ? new DomainError.BadFlag("--log-opt", first, $"invalid logging opts for driver {None}")
                : new DomainError.NotSupported(
                    $"--log-opt {first} (logs are not rotated: leave it out, or keep none with --log-driver {None})"),
            None: () => driver is null or "" ? Option<string>.None : Some(driver));
}
