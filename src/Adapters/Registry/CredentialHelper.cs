namespace EventDock.Adapters.Registry;

using System.IO;
using System.Text;
using System.Text.Json;
using EventDock.Adapters.Posix;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;

/// <summary>docker-credential-NAME: a program that keeps credentials (its four words are docker-credential-helpers' protocol).</summary>
internal static class CredentialHelper
{
    private const string Prefix = "docker-credential-", NotFound = "credentials not found";
    private const int MaxBytes = 64 * 1024;

    /// <summary>An unlocked agent answers at once; one that asks a person for a passphrase takes longer.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>What keepers of passwords need to find their own; the rest of our environment is not theirs.</summary>
    private static readonly string[] Passed =
    [
        "PATH", "HOME", "USER", "LOGNAME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "DBUS_SESSION_BUS_ADDRESS", "DISPLAY",
        "GNUPGHOME", "GPG_TTY", "PASSWORD_STORE_DIR", "DOCKER_CONFIG", "REGISTRY_AUTH_FILE", "AWS_PROFILE", "AWS_REGION", "AWS_CONFIG_FILE",
        "AWS_SHARED_CREDENTIALS_FILE", "GOOGLE_APPLICATION_CREDENTIALS", "CLOUDSDK_CONFIG", "AZURE_CONFIG_DIR",
    ];

    /// <summary>What it keeps under a key; nothing where it says that it has nothing.</summary>
    public static async Task<Either<DomainError, Found>> GetAsync(string name, string key, CancellationToken cancel)
    {
        var ran = await RunAsync(name, "get", Encoding.UTF8.GetBytes(key), cancel);
        return ran.Bind(answer => answer.Error is null ? Read(name, answer.Output)
            : Said(answer).StartsWith(NotFound, StringComparison.Ordinal) ? new Found(null)
            : Left<DomainError, Found>(Failed(name, answer)));
    }

    public static Task<Either<DomainError, Unit>> StoreAsync(string name, string key, Credential credential, CancellationToken cancel)
    {
        using var stream = new MemoryStream();
        using (var output = new Utf8JsonWriter(stream))
        {
            output.WriteStartObject();
            output.WriteString("ServerURL", key);
            output.WriteString("Username", credential.IdentityToken is null ? credential.User : Credential.TokenUser);
            output.WriteString("Secret", credential.IdentityToken ?? credential.Password);
            output.WriteEndObject();
        }

        return DoneAsync(name, "store", stream.ToArray(), cancel);
    }

    /// <summary>That there was nothing is as good.</summary>
    public static Task<Either<DomainError, Unit>> EraseAsync(string name, string key, CancellationToken cancel) =>
        DoneAsync(name, "erase", Encoding.UTF8.GetBytes(key), cancel);

    private static async Task<Either<DomainError, Unit>> DoneAsync(string name, string word, byte[] input, CancellationToken cancel)
    {
        var ran = await RunAsync(name, word, input, cancel);
        return ran.Bind(answer => answer.Error is null || word == "erase" && Said(answer).StartsWith(NotFound, StringComparison.Ordinal)
            ? Right<DomainError, Unit>(unit)
            : Failed(name, answer));
    }

    private static async Task<Either<DomainError, PipedResult>> RunAsync(string name, string word, byte[] input, CancellationToken cancel)
    {
        var program = Prefix + name;
        return Where(program) is { } path
            ? await Piped.RunAsync(Seq(path, word), input, Patience, cancel, Environment())
            : new DomainError.CredentialHelperFailed(program, "is not in PATH");
    }

    private static Either<DomainError, Found> Read(string name, byte[] output) =>
        StrictJson.Read<Found>($"answer of {Prefix}{name}", output, MaxBytes, (shape, root) =>
        {
            var (user, secret) = (shape.Text(root, "Username"), shape.Text(root, "Secret"));
            return new Found(user.Length == 0 && secret.Length == 0 ? null
                : user == Credential.TokenUser ? new Credential(user, "", secret)
                : new Credential(user, secret, null));
        });

    /// <summary>Only a failed helper's words are shown: what a good one prints is a secret.</summary>
    private static DomainError Failed(string name, PipedResult answer) =>
        new DomainError.CredentialHelperFailed(
            Prefix + name, Said(answer) is { Length: > 0 } said ? $"{answer.Error} ({said})" : answer.Error ?? "");

    /// <summary>Helpers write what went wrong to stdout: the first line, of bearable length.</summary>
    private static string Said(PipedResult answer)
    {
        var text = Encoding.UTF8.GetString(answer.Output).Trim();
        var line = text.Split('\n')[0].TrimEnd();
        return text.StartsWith('{') ? "" : line.Length > 200 ? line[..200] : line;
    }

    private static string? Where(string program) =>
        (System.Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
            .Where(d => d.StartsWith('/')).Select(d => Path.Combine(d, program)).FirstOrDefault(File.Exists);

    private static List<string> Environment() =>
        Passed.Select(n => (Name: n, Value: System.Environment.GetEnvironmentVariable(n)))
            .Where(v => v.Value is not null).Select(v => $"{v.Name}={v.Value}").Append("LC_ALL=C.UTF-8").ToList();
}
