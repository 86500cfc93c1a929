namespace EventDock.Domain.Images;

using System.Text.Json;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;

/// <summary>What is to be known of who has signed an image.</summary>
/// <param name="Prefix">host/repository, or the beginning of one up to a slash; <c>*</c> for all.</param>
/// <param name="Key">The path of a public key in PEM.</param>
/// <param name="Required">Without a signature that the key verifies there is no pull.</param>
/// <param name="Identity">The repository that a signature must name, where that is another than the one pulled from.</param>
public sealed record SignatureRule(string Prefix, string Key, bool Required, string? Identity)
{
    public const string Everything = "*";

    public bool Covers(ImageReference reference) =>
        Prefix == Everything || reference.Repository == Prefix
        || reference.Repository.StartsWith(Prefix + "/", StringComparison.Ordinal);
}

/// <summary>What config.json says under <c>signatures</c>: <c>"off"</c>, or a list of rules.</summary>
/// <param name="Look">Whether signatures are looked for at all.</param>
public sealed record SignatureRules(bool Look, Seq<SignatureRule> Rules)
{
    public const string Key = "signatures";

    private const string Off = "off";

    public static readonly SignatureRules Default = new(true, Seq<SignatureRule>());

    /// <summary>Those with the longest prefix that covers the image: one signature that a required key verifies satisfies those that require one.</summary>
    public Seq<SignatureRule> For(ImageReference reference)
    {
        var covering = Rules.Filter(r => r.Covers(reference)).Strict();
        var longest = covering.Fold(0, (most, r) => Math.Max(most, Weight(r)));
        return covering.Filter(r => Weight(r) == longest).Strict();
    }

    private static int Weight(SignatureRule rule) => rule.Prefix == SignatureRule.Everything ? 0 : rule.Prefix.Length;

    public static Either<DomainError, SignatureRules> Read(JsonShape shape, JsonElement root) =>
        JsonShape.Member(root, Key) is not { } given ? Default
        : given.ValueKind == JsonValueKind.String && given.GetString() == Off ? new SignatureRules(false, Seq<SignatureRule>())
        : given.ValueKind != JsonValueKind.Array
            ? new DomainError.Invalid(Key, given.ToString(), "must be \"off\" or a list of rules")
        : given.EnumerateArray().ToArray().ToSeq().All(item => Rule(shape, item)).Map(rules => new SignatureRules(true, rules));

    private static Either<DomainError, SignatureRule> Rule(JsonShape shape, JsonElement item)
    {
        if (item.ValueKind != JsonValueKind.Object)
        {
            return new DomainError.Invalid(Key, item.ToString(), "must be a list of objects");
        }

        var unknown = item.EnumerateObject().Select(m => m.Name).FirstOrDefault(n => n is not ("prefix" or "key" or "policy" or "identity"));
        var (prefix, key, policy) = (shape.Text(item, "prefix"), shape.Text(item, "key"), shape.Text(item, "policy"));
        return unknown is not null ? new DomainError.Invalid(Key, unknown, "is none of prefix, key, policy, identity")
            : prefix != SignatureRule.Everything && !IsPrefix(prefix)
                ? new DomainError.Invalid($"{Key} prefix", prefix, "must be * or host[:port] with a repository or the beginning of one")
            : key.Length < 2 || key[0] != '/' || key.Contains('\0')
                ? new DomainError.Invalid($"{Key} key", key, "must be an absolute path")
            : policy is not ("require" or "record")
                ? new DomainError.Invalid($"{Key} policy", policy, "must be require or record")
            : new SignatureRule(prefix, key, policy == "require", shape.OptionalText(item, "identity"));
    }

    /// <summary>Whole parts of a canonical name; docker.io is to be said.</summary>
    private static bool IsPrefix(string text) =>
        ImageReference.Parse(text + "/x").Match(Right: r => r.Repository == text + "/x", Left: _ => false);
}
