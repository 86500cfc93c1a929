namespace EventDock.Domain.Images;

using System.Buffers;
using System.Text;
using System.Text.Json;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;

/// <summary>docker's config.json and containers-auth.json(5): who we are to which registry, and which program knows it.</summary>
public sealed class AuthFile
{
    private const int MaxBytes = 1024 * 1024;

    private readonly byte[] bytes;
    private readonly IReadOnlyList<(string Key, Credential? Credential)> entries;
    private readonly IReadOnlyDictionary<string, string> helpers;
    private readonly string? store;

    private AuthFile(
        byte[] bytes, IReadOnlyList<(string Key, Credential? Credential)> entries, IReadOnlyDictionary<string, string> helpers, string? store) =>
        (this.bytes, this.entries, this.helpers, this.store) = (bytes, entries, helpers, store);

    /// <summary>Reads the whole file; errors name it and none of its content.</summary>
    public static Either<DomainError, AuthFile> Parse(string path, byte[] bytes)
    {
        var text = bytes.AsSpan().Trim(" \t\r\n"u8).Length == 0 ? "{}"u8.ToArray() : bytes;
        return StrictJson.Read<AuthFile>(path, text, MaxBytes, (shape, root) => new AuthFile(
            text, Entries(shape, root), Helpers(shape, root), Name(shape, shape.OptionalText(root, "credsStore"))));
    }

    /// <summary>The name (after docker-credential-) of the program that keeps what belongs to a registry; null where the file does.</summary>
    public string? Helper(RegistryName registry) =>
        helpers.TryGetValue(registry.Key, out var own) || helpers.TryGetValue(registry.Host, out own) ? own : store;

    /// <summary>
    /// What the file itself holds: of the repository or the nearest name above it (as podman writes them), then of the registry.
    /// </summary>
    public Credential? Find(RegistryName registry, string repository)
    {
        for (var name = $"{registry.Host}/{repository}"; name.Contains('/'); name = name[..name.LastIndexOf('/')])
        {
            if (entries.FirstOrDefault(e => e.Key == name).Credential is { } found)
            {
                return found;
            }
        }

        return entries.FirstOrDefault(e => e.Key == registry.Key).Credential
            ?? entries.FirstOrDefault(e => IsOf(e.Key, registry) && e.Credential is not null).Credential;
    }

    /// <summary>The file with an entry for the registry. Where a program keeps the credential, the entry only says that there is one.</summary>
    public byte[] With(RegistryName registry, Credential? credential) => Written(registry, output =>
    {
        output.WritePropertyName(registry.Key);
        output.WriteStartObject();
        if (credential is not null)
        {
            output.WriteString("auth", (credential.IdentityToken is null ? credential : credential with { Password = "" }).Basic);
            if (credential.IdentityToken is { } token)
            {
                output.WriteString("identitytoken", token);
            }
        }

        output.WriteEndObject();
    });

    /// <summary>The file without any entry for the registry.</summary>
    public byte[] Without(RegistryName registry) => Written(registry, _ => { });

    /// <summary>All but the registry's own entries stays as it is, in its order; tabs, as docker writes it.</summary>
    private byte[] Written(RegistryName registry, Action<Utf8JsonWriter> entry)
    {
        using var document = JsonDocument.Parse(bytes);
        var written = new ArrayBufferWriter<byte>();
        using (var output = new Utf8JsonWriter(written, new JsonWriterOptions
        {
            Indented = true,
            IndentCharacter = '\t',
            IndentSize = 1,
            Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        }))
        {
            output.WriteStartObject();
            var auths = JsonShape.Member(document.RootElement, "auths");
            output.WriteStartObject("auths");
            foreach (var kept in auths?.EnumerateObject().Where(m => !IsOf(m.Name, registry)) ?? [])
            {
                kept.WriteTo(output);
            }

            entry(output);
            output.WriteEndObject();
            foreach (var member in document.RootElement.EnumerateObject().Where(m => m.Name != "auths"))
            {
                member.WriteTo(output);
            }

            output.WriteEndObject();
        }

        return written.WrittenSpan.ToArray();
    }

    /// <summary>podman's keys may name a repository: those are not the registry's own.</summary>
    private static bool IsOf(string key, RegistryName registry) =>
        key == registry.Key
        || (key.Contains("://", StringComparison.Ordinal) || !key.Contains('/')) && RegistryName.Bare(key) is var host
            && (host == registry.Host || registry.IsHub && host == "index.docker.io");

    private static List<(string, Credential?)> Entries(JsonShape shape, JsonElement root) =>
        shape.OptionalObject(root, "auths") is { } auths
            ? auths.EnumerateObject().Select(m => (m.Name, Entry(shape, m.Value))).ToList()
            : [];

    private static Credential? Entry(JsonShape shape, JsonElement entry)
    {
        var token = shape.OptionalText(entry, "identitytoken") is { Length: > 0 } given ? given : null;
        if (shape.OptionalText(entry, "auth") is not { Length: > 0 } encoded)
        {
            // docker reads these two, too, though it never writes them.
            var (user, password) = (shape.OptionalText(entry, "username") ?? "", shape.OptionalText(entry, "password") ?? "");
            return user.Length == 0 && token is null ? null : new Credential(user, password, token);
        }

        var buffer = new byte[encoded.Length];
        var pair = Convert.TryFromBase64String(encoded, buffer, out var length) ? Encoding.UTF8.GetString(buffer, 0, length) : "";
        var colon = pair.IndexOf(':');
        if (colon < 0)
        {
            shape.Complain("'auth' is not user:password in base64");
            return null;
        }

        return new Credential(pair[..colon], pair[(colon + 1)..].TrimEnd('\0'), token);
    }

    private static Dictionary<string, string> Helpers(JsonShape shape, JsonElement root)
    {
        var helpers = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var member in shape.OptionalObject(root, "credHelpers")?.EnumerateObject().ToArray() ?? [])
        {
            if (Name(shape, member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString() : "/") is { } name)
            {
                helpers[member.Name] = name;
            }
        }

        return helpers;
    }

    /// <summary>A program's name is put behind docker-credential-: nothing in it may lead elsewhere.</summary>
    private static string? Name(JsonShape shape, string? text)
    {
        if (text is null or "")
        {
            return null;
        }

        if (text.Length > 128 || !text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
        {
            shape.Complain("names a credential helper that is no program's name");
        }

        return text;
    }
}
