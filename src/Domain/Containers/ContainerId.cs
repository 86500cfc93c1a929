namespace EventDock.Domain.Containers;

using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;

/// <summary>64 hex digits, drawn at random.</summary>
public sealed record ContainerId
{
    private ContainerId(string value) => Value = value;

    public string Value { get; }

    public string Short => Value[..12];

    public static Either<DomainError, ContainerId> Parse(string? text) =>
        text is { Length: 64 } && Digest.IsHex(text)
            ? new ContainerId(text)
            : new DomainError.Invalid("container id", text ?? "", "must be 64 lower-case hex digits");

    /// <summary>
    /// From 32 random bytes. An id whose first 12 digits are all decimal is avoided, as docker does: it would be taken for
    /// a number where a short id is a host name.
    /// </summary>
    public static Option<ContainerId> FromRandom(ReadOnlySpan<byte> bytes)
    {
        var hex = Convert.ToHexStringLower(bytes);
        return hex.Length == 64 && hex.AsSpan(0, 12).IndexOfAnyExceptInRange('0', '9') >= 0
            ? Some(new ContainerId(hex))
            : None;
    }

    public override string ToString() => Value;
}
