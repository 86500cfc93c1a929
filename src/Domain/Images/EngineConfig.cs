namespace EventDock.Domain.Images;

using System.Text;
using System.Text.Json;
using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;
using EventDock.Domain.Oci;

/// <summary>What config.json may say; keys and meaning are those of dockerd's daemon.json, but for the ledger's.</summary>
/// <param name="RegistryMirrors">For docker.io, in the order they are asked: http(s)://host[:port], without a slash at the end.</param>
/// <param name="InsecureRegistries">host[:port], or addresses as a CIDR: these may have a bad certificate or none.</param>
public sealed record EngineConfig(Seq<string> RegistryMirrors, Seq<string> InsecureRegistries)
{
    public static readonly EngineConfig Empty = new(Seq<string>(), Seq<string>());

    private const int MaxBytes = 1024 * 1024;

    private static readonly string[] Keys =
    [
        "registry-mirrors", "insecure-registries", "ballast-size", "trusted-realms", "max-concurrent-downloads", "max-concurrent-uploads",
        SignatureRules.Key, Retention.Key, ContentLimits.Key, QuotaKey, IntervalKey, ReasonKey,
    ];

    /// <summary>Checkpoints and anchors: keys of EventDock's own.</summary>
    public LedgerConfig Ledger { get; init; } = LedgerConfig.Empty;

    /// <summary>Bytes kept on the disk to be given up when it is full: <c>ballast-size</c>, 0 for none.</summary>
    public long Ballast { get; init; } = Roots.Ballast.DefaultSize;

    /// <summary>Where else a registry's credentials may go: <c>trusted-realms</c>, from a registry to the hosts of its token servers.</summary>
    public Seq<TrustedRealm> TrustedRealms { get; init; } = Seq<TrustedRealm>();

    /// <summary>Layers fetched at the same time: <c>max-concurrent-downloads</c>, as dockerd has it.</summary>
    public int Downloads { get; init; } = DefaultDownloads;

    /// <summary>How long what has been removed stays in the trash: <c>retain-removed</c>; zero for not at all.</summary>
    public TimeSpan RetainRemoved { get; init; } = TimeSpan.Zero;

    /// <summary>Bytes of a thin layer's files, beyond which --record content keeps none of them: <c>record-quota</c>.</summary>
    public long RecordQuota { get; init; } = DefaultQuota;

    /// <summary>Between two looks at what running containers write: <c>record-interval</c>, in seconds; zero for none.</summary>
    public TimeSpan RecordInterval { get; init; } = TimeSpan.Zero;

    /// <summary>No command changes anything without saying why: <c>require-reason</c>.</summary>
    public bool RequireReason { get; init; }

    /// <summary>What a layer and an archive may hold: <c>limits</c>.</summary>
    public ContentLimits Limits { get; init; } = ContentLimits.Default;

    /// <summary>Layers sent at the same time: <c>max-concurrent-uploads</c>, as dockerd has it.</summary>
    public int Uploads { get; init; } = DefaultUploads;

    /// <summary>Who must have signed what: <c>signatures</c>.</summary>
    public SignatureRules Signatures { get; init; } = SignatureRules.Default;

    public const int DefaultDownloads = 3;

    public const int DefaultUploads = 3;

    public const long DefaultQuota = 1L << 30;

    private const string QuotaKey = "record-quota", IntervalKey = "record-interval", ReasonKey = "require-reason";

    private const int MostAtOnce = 64, MostSeconds = 24 * 3600;

    private const long MostBallast = 1L << 40;

    /// <summary>Reads the text of the file. A key that is not known is an error, as it is to dockerd.</summary>
    public static Either<DomainError, EngineConfig> Parse(string json) =>
        json.Length == 0 || string.IsNullOrWhiteSpace(json)
            ? Empty
            : StrictJson.Read<EngineConfig>("configuration", Encoding.UTF8.GetBytes(json), MaxBytes, Read);

    private static Either<DomainError, EngineConfig> Read(JsonShape shape, JsonElement root) =>
        Known(root)
            .Bind(_ => shape.Texts(root, "registry-mirrors").All(Mirror).Map(mirrors => Empty with { RegistryMirrors = mirrors }))
            .Bind(c => shape.Texts(root, "insecure-registries").All(Insecure).Map(hosts => c with { InsecureRegistries = hosts }))
            .Bind(c => LedgerConfig.Read(shape, root).Map(ledger => c with { Ledger = ledger }))
            .Bind(c => TrustedRealm.Read(shape, root).Map(realms => c with { TrustedRealms = realms }))
            .Bind(c => AtOnce(shape, root, "max-concurrent-downloads", DefaultDownloads).Map(most => c with { Downloads = most }))
            .Bind(c => AtOnce(shape, root, "max-concurrent-uploads", DefaultUploads).Map(most => c with { Uploads = most }))
            .Bind(c => BallastOf(shape, root).Map(bytes => c with { Ballast = bytes }))
            .Bind(c => SignatureRules.Read(shape, root).Map(rules => c with { Signatures = rules }))
            .Bind(c => Retention.Of(root).Map(kept => c with { RetainRemoved = kept }))
            .Bind(c => Number(shape, root, QuotaKey, DefaultQuota, MostBallast).Map(bytes => c with { RecordQuota = bytes }))
            .Bind(c => Number(shape, root, IntervalKey, 0, MostSeconds).Map(s => c with { RecordInterval = TimeSpan.FromSeconds(s) }))
            .Bind(c => ContentLimits.Read(shape, root).Map(limits => c with { Limits = limits }))
            .Map(c => c with { RequireReason = shape.Flag(root, ReasonKey) });

    private static Either<DomainError, Unit> Known(JsonElement root) =>
        root.EnumerateObject().Select(member => member.Name).FirstOrDefault(name => !Keys.Contains(name) && !LedgerConfig.Knows(name)) is { } stranger
            ? new DomainError.Invalid("configuration key", stranger, "is not a key that EventDock knows")
            : unit;

    private static Either<DomainError, int> AtOnce(JsonShape shape, JsonElement root, string key, int usual) =>
        JsonShape.Member(root, key) is not { } given ? usual
        : shape.Count(root, key) is var count and >= 1 and <= MostAtOnce ? (int)count
        : new DomainError.Invalid(key, given.ToString(), $"must be a number from 1 to {MostAtOnce}");

    private static Either<DomainError, long> Number(JsonShape shape, JsonElement root, string key, long usual, long most) =>
        JsonShape.Member(root, key) is not { } given ? usual
        : shape.Count(root, key) is var count && count >= 0 && count <= most ? count
        : new DomainError.Invalid(key, given.ToString(), $"must be a number from 0 to {most}");

    private static Either<DomainError, long> BallastOf(JsonShape shape, JsonElement root) =>
        JsonShape.Member(root, "ballast-size") is not { } given ? Roots.Ballast.DefaultSize
        : shape.Count(root, "ballast-size") is var size && size <= MostBallast ? size
        : new DomainError.Invalid("ballast-size", given.ToString(), $"must be a number of bytes from 0 to {MostBallast}");

    private static Either<DomainError, string> Mirror(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.Host.Length == 0)
        {
            return new DomainError.Invalid("registry-mirrors", text, "must be an http:// or https:// URL");
        }

        if (uri.UserInfo.Length > 0)
        {
            return new DomainError.Invalid("registry-mirrors", uri.Host, "must not hold a user name or password");
        }

        return uri.PathAndQuery == "/" && uri.Fragment.Length == 0
            ? $"{uri.Scheme}://{uri.Authority}"
            : new DomainError.Invalid("registry-mirrors", text, "must not have a path, query or fragment");
    }

    private static Either<DomainError, string> Insecure(string text)
    {
        var cidr = text.IndexOf('/');
        var good = cidr < 0
            ? text.Length is > 0 and <= 255 && ImageReference.Parse(text + "/x").Match(
                Right: r => r.Repository == text + "/x" || text == "localhost", Left: _ => IsName(text))
            : text[..cidr].Length > 0 && text.AsSpan(0, cidr).IndexOfAnyExcept("0123456789abcdefABCDEF.:") < 0
                && byte.TryParse(text.AsSpan(cidr + 1), out var bits) && bits <= (text.Contains(':') ? 128 : 32);
        return good ? text : new DomainError.Invalid("insecure-registries", text, "must be host[:port] or a CIDR");
    }

    private static bool IsName(string text) => text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.');
}
