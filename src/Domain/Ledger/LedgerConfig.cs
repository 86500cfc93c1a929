namespace EventDock.Domain.Ledger;

using System.Text.Json;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;

/// <summary>A place outside the host's reach that is handed checkpoints.</summary>
public abstract record AnchorTarget
{
    /// <summary>As messages and the record of anchors name it.</summary>
    public abstract string Name { get; }

    /// <summary>A program that takes the note on stdin and ends with 0 when it is kept.</summary>
    public sealed record Program(Seq<string> Arguments) : AnchorTarget
    {
        public override string Name => string.Join(' ', Arguments);
    }

    /// <summary>A file to which the note is appended.</summary>
    public sealed record File(string Path) : AnchorTarget
    {
        public override string Name => Path;
    }
}

/// <summary>A program that signs: the message on stdin, 64 bytes or their base64 on stdout.</summary>
/// <param name="PublicKey">The 32 bytes, base64.</param>
public sealed record ExternalSigner(Seq<string> Arguments, string PublicKey);

/// <summary>What config.json says of checkpoints: keys <c>anchor</c>, <c>anchor-events</c>, <c>anchor-minutes</c>, <c>signer</c>.</summary>
/// <param name="Events">Anchor by itself when so many events are not anchored yet.</param>
/// <param name="Minutes">Or when there is one, and the last anchoring is so long ago.</param>
public sealed record LedgerConfig(Seq<AnchorTarget> Anchors, long Events, long Minutes, Option<ExternalSigner> Signer)
{
    public static readonly LedgerConfig Empty = new(Seq<AnchorTarget>(), 1000, 60, None);

    private const long MostMinutes = 60 * 24 * 366;

    public static bool Knows(string key) => key is "anchor" or "anchor-events" or "anchor-minutes" or "signer";

    public static Either<DomainError, LedgerConfig> Read(JsonShape shape, JsonElement root)
    {
        var signer = shape.OptionalObject(root, "signer") is { } given
            ? SignerOf(shape, given).Map(Some)
            : Option<ExternalSigner>.None;
        return shape.Items(root, "anchor").ToArray().ToSeq().All(item => Target(shape, item)).Bind(anchors =>
            AtLeastOne(shape, root, "anchor-events", Empty.Events, long.MaxValue).Bind(events =>
                AtLeastOne(shape, root, "anchor-minutes", Empty.Minutes, MostMinutes).Bind(minutes =>
                    signer.Map(s => new LedgerConfig(anchors, events, minutes, s)))));
    }

    private static Either<DomainError, AnchorTarget> Target(JsonShape shape, JsonElement item) =>
        item.ValueKind != JsonValueKind.Object ? shape.Wrong<Either<DomainError, AnchorTarget>>("anchor", "an array of objects", new AnchorTarget.File("/"))
        : item.EnumerateObject().Count() != 1
            ? new DomainError.Invalid("anchor", item.ToString(), "must have one key, command or file")
        : item.TryGetProperty("file", out _)
            ? Absolute("anchor file", shape.Text(item, "file")).Map(path => (AnchorTarget)new AnchorTarget.File(path))
        : item.TryGetProperty("command", out _)
            ? Arguments("anchor command", shape.Texts(item, "command")).Map(words => (AnchorTarget)new AnchorTarget.Program(words))
        : new DomainError.Invalid("anchor", item.ToString(), "must have one key, command or file");

    private static Either<DomainError, ExternalSigner> SignerOf(JsonShape shape, JsonElement signer) =>
        signer.EnumerateObject().FirstOrDefault(m => m.Name is not ("command" or "public-key")) is { Value.ValueKind: not JsonValueKind.Undefined } other
            ? new DomainError.Invalid("signer key", other.Name, "must be command or public-key")
            : Arguments("signer command", shape.Texts(signer, "command")).Bind(words =>
                StrictBase64.Parse(shape.Text(signer, "public-key")).Filter(b => b.Length == VerifierKey.KeyLength).Match(
                    Some: bytes => Right<DomainError, ExternalSigner>(new ExternalSigner(words, Convert.ToBase64String(bytes))),
                    None: () => new DomainError.Invalid(
                        "signer public-key", shape.Text(signer, "public-key"), "must be the base64 of the 32 bytes of an Ed25519 key")));

    /// <summary>No shell reads it, and no PATH is searched: the first word is the program.</summary>
    private static Either<DomainError, Seq<string>> Arguments(string what, Seq<string> words) =>
        words.IsEmpty || words.Exists(w => w.Contains('\0'))
            ? new DomainError.Invalid(what, string.Join(' ', words), "must be a list of arguments")
            : Absolute(what, words.Head).Map(_ => words);

    private static Either<DomainError, string> Absolute(string what, string path) =>
        path.Length > 1 && path[0] == '/' && !path.Contains('\0')
            ? path
            : new DomainError.Invalid(what, path, "must be an absolute path");

    private static Either<DomainError, long> AtLeastOne(JsonShape shape, JsonElement root, string key, long otherwise, long most) =>
        JsonShape.Member(root, key) is null ? otherwise
        : shape.Count(root, key) is var count && count >= 1 && count <= most ? count
        : new DomainError.Invalid(key, JsonShape.Member(root, key).ToString() ?? "", $"must be a number from 1 to {most}");
}
