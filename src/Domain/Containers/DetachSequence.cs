namespace EventDock.Domain.Containers;

using EventDock.Domain.Kernel;

/// <summary>The keys by which one leaves a container's terminal while it goes on; docker's form: <c>ctrl-p,ctrl-q</c>, <c>a</c>, <c>DEL</c>.</summary>
public sealed record DetachSequence
{
    private const string Control = "ctrl-", AfterLetters = "[\\]^_";

    public static readonly DetachSequence Default = new(Seq<byte>(0x10, 0x11));

    private DetachSequence(Seq<byte> keys) => Keys = keys;

    /// <summary>At least one.</summary>
    public Seq<byte> Keys { get; }

    /// <summary>Null and nothing are docker's own.</summary>
    public static Either<DomainError, DetachSequence> Parse(string? text) =>
        string.IsNullOrEmpty(text)
            ? Default
            : text.Split(',').ToSeq().All(key => Key(key).ToEither<DomainError>(
                    () => new DomainError.Invalid("detach keys", text, $"unknown character: '{key}'")))
                .Map(keys => new DetachSequence(keys));

    private static Option<byte> Key(string key) =>
        key is [< (char)0x80] ? Some((byte)key[0])
        : key == "DEL" ? Some((byte)0x7f)
        : key.Length == Control.Length + 1 && key.StartsWith(Control, StringComparison.Ordinal) ? Code(key[^1])
        : None;

    private static Option<byte> Code(char control) => control switch
    {
        '@' => Some((byte)0),
        >= 'a' and <= 'z' => Some((byte)(control - 'a' + 1)),
        _ => AfterLetters.IndexOf(control) is var at and >= 0 ? Some((byte)('z' - 'a' + 2 + at)) : None,
    };
}
