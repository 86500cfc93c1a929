namespace EventDock.Domain.Containers;

using EventDock.Domain.Kernel;

/// <summary>Whose namespace a container is put in, as --pid, --ipc, --uts and --network say it.</summary>
public static class NamespaceMode
{
    public const string Host = "host", None = "none", Private = "private", Shareable = "shareable";

    private const string Of = "container:";

    /// <summary>The container that is meant, as typed or by its id; null where none is.</summary>
    public static string? Container(string? mode) =>
        mode is not null && mode.StartsWith(Of, StringComparison.Ordinal) ? mode[Of.Length..] : null;

    public static string With(string container) => Of + container;

    /// <param name="flag">With its dashes.</param>
    /// <param name="words">What there is beside host and container:X.</param>
    /// <returns>Null for a namespace of its own.</returns>
    public static Either<DomainError, Option<string>> Parse(string flag, string? text, params string[] words) =>
        text is null or "" or Private && (text != Private || words.Contains(Private)) ? Option<string>.None
        : text == Host || words.Contains(text) || Container(text) is { Length: > 0 } ? Some(text)
        : new DomainError.BadFlag(flag, text, $"invalid {flag[2..].ToUpperInvariant()} mode");
}
