namespace EventDock.Domain.Containers;

using EventDock.Domain.Kernel;

/// <summary><c>--device HOST[:CONTAINER][:rwm]</c>, by docker's rules.</summary>
public static class DeviceText
{
    public const string Everything = "rwm";

    private const string Flag = "--device";

    public static Either<DomainError, ContainerDevice> Parse(string text)
    {
        var parts = text.Split(':');
        return parts.Length > 3 || parts[0].Length == 0 ? Bad(text, $"bad format for path: {text}")
            : parts.Length == 3 && !IsMode(parts[2]) ? Bad(text, $"bad mode specified: {parts[2]}")
            : parts switch
            {
                [var host] => Mapped(text, host, host, Everything),
                [var host, var mode] when IsMode(mode) => Mapped(text, host, host, mode),
                [var host, var inside] => Mapped(text, host, inside, Everything),
                _ => Mapped(text, parts[0], parts[1], parts[2]),
            };
    }

    /// <summary>Each of r, w and m at most once, and one at least.</summary>
    private static bool IsMode(string text) => text.Length > 0 && text.All(Everything.Contains) && text.Distinct().Count() == text.Length;

    private static Either<DomainError, ContainerDevice> Mapped(string text, string host, string inside, string permissions) =>
        inside.Length == 0 || inside[0] != '/' ? Bad(text, $"{inside} is not an absolute path")
        : host[0] != '/' ? Bad(text, $"{host} is not an absolute path")
        : new ContainerDevice(PathText.Clean(host), permissions, PathText.Clean(inside));

    private static DomainError Bad(string text, string reason) => new DomainError.BadFlag(Flag, text, reason);
}
