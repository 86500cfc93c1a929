namespace EventDock.Domain.Oci;

using EventDock.Domain.Kernel;

/// <summary><c>--platform</c>: os[/arch[/variant]], or an architecture alone, in the names that docker takes (containerd, platforms.Parse).</summary>
public static class PlatformText
{
    private static readonly string[] Systems = ["linux", "windows", "darwin", "freebsd", "netbsd", "openbsd", "solaris", "wasip1"];

    /// <param name="here">What is not said is this machine's.</param>
    public static Either<DomainError, Platform> Parse(string text, Platform here)
    {
        var parts = text.ToLowerInvariant().Split('/');
        if (parts.Length > 3 || parts.Any(p => p.Length is 0 or > 64 || !p.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')))
        {
            return new DomainError.Invalid("platform", text, "must be os[/arch[/variant]]");
        }

        return parts switch
        {
            [var os] when Systems.Contains(os) => here with { Os = os },
            [var architecture] => Named(here.Os, architecture, null),
            [var os, var architecture] => Named(os, architecture, null),
            _ => Named(parts[0], parts[1], parts[2]),
        };
    }

    private static Platform Named(string os, string architecture, string? variant) => (architecture, variant) switch
    {
        ("x86_64" or "x86-64", _) => new(os, "amd64", variant),
        ("i386", _) => new(os, "386", variant),
        ("aarch64", _) => new(os, "arm64", variant),
        ("armhf", null) => new(os, "arm", "v7"),
        ("armel", null) => new(os, "arm", "v6"),
        _ => new(os, architecture, variant),
    };
}
