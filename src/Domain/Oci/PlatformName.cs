namespace EventDock.Domain.Oci;

using EventDock.Domain.Kernel;

/// <summary>A platform as it is typed: <c>os[/arch[/variant]]</c>, in Go's words or the kernel's.</summary>
public static class PlatformName
{
    /// <param name="host">Whose architecture is meant where none is said.</param>
    public static Either<DomainError, Platform> Parse(string text, Platform host)
    {
        var parts = text.ToLowerInvariant().Split('/');
        return parts.Length > 3 || !parts.All(IsWord)
            ? new DomainError.Invalid("platform", text, "must be os[/arch[/variant]]")
            : parts[0] != host.Os ? new DomainError.NotSupported($"operating system {parts[0]}")
            : parts.Length == 1 ? host
            : Right<DomainError, Platform>(Named(parts[1], parts.Length == 3 ? parts[2] : null));
    }

    private static bool IsWord(string part) =>
        part.Length > 0 && part.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.');

    private static Platform Named(string architecture, string? variant) =>
        (architecture, variant) switch
        {
            ("x86_64" or "x86-64", _) => new("linux", "amd64", variant),
            ("aarch64" or "arm64", "8" or "v8") => new("linux", "arm64", null),
            ("aarch64", _) => new("linux", "arm64", variant),
            ("i386" or "i686", _) => new("linux", "386", variant),
            ("armhf", _) => new("linux", "arm", "v7"),
            ("armel", _) => new("linux", "arm", "v6"),
            ("arm", null) => new("linux", "arm", "v7"),
            _ => new("linux", architecture, variant),
        };
}
