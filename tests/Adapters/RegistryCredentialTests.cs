namespace EventDock.Tests.Adapters;

using System.IO;
using System.Text;
using EventDock.Adapters.Registry;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using static EventDock.Tests.Adapters.RegistryFixtures;
using static EventDock.Tests.Adapters.RegistryServer;

/// <summary>Who learns a password, and who does not.</summary>
public sealed class RegistryCredentialTests : IDisposable
{
    private const string Secret = "hunter2-and-more", Bearer = "Bearer t0ken";

    private static readonly TestImage Image = new();
    private static readonly string Basic = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("me:" + Secret));

    private readonly string directory = Directory.CreateTempSubdirectory("eventdock-credentials-").FullName;

    private CredentialPlaces Places => new(Path.Combine(directory, "config.json"), null, []);

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public async Task A_password_is_sent_to_a_registry_that_asks_for_it_and_with_every_later_request()
    {
        await using var server = new RegistryServer(r =>
            r.Header("Authorization") == Basic ? Image.Answer(r.Path)! : Answer(401, "", "WWW-Authenticate: Basic realm=\"r\""));
        Write(Auths(server.Host));
        Value(await Pull(EngineConfig.Empty, server));
        Assert.Single(server.Requests, r => r.Header("Authorization") is null);
    }

    [Fact]
    public async Task A_password_is_exchanged_for_a_token_on_the_registrys_own_host()
    {
        await using var server = new RegistryServer(r =>
            r.Path.StartsWith("/token", StringComparison.Ordinal)
                ? r.Header("Authorization") == Basic ? Answer(200, "{\"token\":\"t0ken\"}") : Answer(401, "")
            : r.Header("Authorization") == Bearer ? Image.Answer(r.Path)!
            : Answer(401, "", $"WWW-Authenticate: Bearer realm=\"http://{r.Header("Host")}/token\",service=\"s\",scope=\"repository:a/b:pull\""));
        Write(Auths(server.Host));
        Value(await Pull(EngineConfig.Empty, server));
        var asked = Assert.Single(server.Requests, r => r.Path.StartsWith("/token", StringComparison.Ordinal));
        Assert.Equal("/token?service=s&scope=repository%3Aa%2Fb%3Apull&account=me", asked.Path);
        Assert.DoesNotContain(server.Requests, r => r != asked && r.Header("Authorization") == Basic);
    }

    [Fact]
    public async Task A_realm_on_another_host_is_asked_for_an_anonymous_token_only()
    {
        await using var elsewhere = new RegistryServer(_ => Answer(200, "{\"token\":\"t0ken\"}"));
        await using var server = new RegistryServer(r =>
            r.Header("Authorization") == Bearer ? Image.Answer(r.Path)! : Answer(401, "", Challenge(elsewhere)));
        Write(Auths(server.Host));
        Value(await Pull(EngineConfig.Empty, server));
        Assert.NotEmpty(elsewhere.Requests);
        Assert.All(elsewhere.Requests, r => Assert.Null(r.Header("Authorization")));
        Assert.All(elsewhere.Requests, r => Assert.DoesNotContain("account", r.Path, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Where_an_anonymous_token_is_not_enough_the_error_names_the_other_host_and_configured_it_gets_the_password()
    {
        await using var elsewhere = new RegistryServer(r =>
            r.Header("Authorization") == Basic ? Answer(200, "{\"access_token\":\"t0ken\"}") : Answer(401, "no"));
        await using var server = new RegistryServer(r =>
            r.Header("Authorization") == Bearer ? Image.Answer(r.Path)! : Answer(401, "", Challenge(elsewhere)));
        Write(Auths(server.Host));
        var realm = elsewhere.Host.Replace("127.0.0.1", "localhost", StringComparison.Ordinal);
        Assert.Equal(new DomainError.RealmNotTrusted(server.Host, realm), Error(await Pull(EngineConfig.Empty, server)));
        Assert.DoesNotContain(elsewhere.Requests, r => r.Header("Authorization") is not null);

        var trusting = EngineConfig.Empty with { TrustedRealms = Seq1(new TrustedRealm(server.Host, realm)) };
        Value(await Pull(trusting, server));
        Assert.Contains(elsewhere.Requests, r => r.Header("Authorization") == Basic);
    }

    [Fact]
    public async Task An_identity_token_is_posted_and_stands_in_no_address()
    {
        await using var server = new RegistryServer(r =>
            r.Path.StartsWith("/token", StringComparison.Ordinal)
                ? Answer(200, r.Body.Contains("refresh_token=1dentity", StringComparison.Ordinal) ? "{\"access_token\":\"t0ken\"}" : "{}")
            : r.Header("Authorization") == Bearer ? Image.Answer(r.Path)!
            : Answer(401, "", $"WWW-Authenticate: Bearer realm=\"http://{r.Header("Host")}/token\",service=\"s\""));
        Write(Json("""{"auths":{"HOST":{"auth":"AUTH","identitytoken":"1dentity"}}}""", server.Host, "me:"));
        Value(await Pull(EngineConfig.Empty, server));
        Assert.DoesNotContain(server.Requests, r => r.Path.Contains("1dentity", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_token_server_that_redirects_elsewhere_does_not_take_the_password_along()
    {
        await using var elsewhere = new RegistryServer(_ => Answer(200, "{\"token\":\"t0ken\"}"));
        await using var server = new RegistryServer(r =>
            r.Path.StartsWith("/token", StringComparison.Ordinal) ? Answer(307, "", $"Location: {elsewhere.Base}/token")
            : r.Header("Authorization") == Bearer ? Image.Answer(r.Path)!
            : Answer(401, "", $"WWW-Authenticate: Bearer realm=\"http://{r.Header("Host")}/token\""));
        Write(Auths(server.Host));
        Value(await Pull(EngineConfig.Empty, server));
        Assert.NotEmpty(elsewhere.Requests);
        Assert.All(elsewhere.Requests, r => Assert.Null(r.Header("Authorization")));
    }

    [Fact]
    public async Task Login_keeps_what_the_registry_takes_beside_what_is_in_the_file_for_its_owners_eyes_only()
    {
        await using var server = Asking();
        Write("""{"auths":{"other.example":{"auth":"YTpi"}},"detachKeys":"ctrl-x"}""");
        var accounts = RegistryAdapter.Accounts(EngineConfig.Empty, Places, timing: Quick);
        var registry = Value(RegistryName.Parse(server.Host));
        var worth = Value(await accounts.Check(registry, new Credential("me", Secret, null), default).ToEither());
        Assert.Equal(new CredentialPlace(Places.Docker, null), Value(await accounts.Keep(registry, worth, default).ToEither()));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Places.Docker));
        Assert.Contains("ctrl-x", File.ReadAllText(Places.Docker), StringComparison.Ordinal);
        Assert.Contains("other.example", File.ReadAllText(Places.Docker), StringComparison.Ordinal);
        Assert.Equal([Places.Docker], Directory.GetFiles(directory));
        Value(await Pull(EngineConfig.Empty, server));

        Value(await accounts.Forget(registry, default).ToEither());
        Assert.DoesNotContain(server.Host, File.ReadAllText(Places.Docker), StringComparison.Ordinal);
        Assert.Contains("other.example", File.ReadAllText(Places.Docker), StringComparison.Ordinal);
        Assert.IsType<DomainError.RegistryDenied>(Error(await Pull(EngineConfig.Empty, server)));
    }

    [Fact]
    public async Task A_wrong_password_is_refused_and_told_to_nobody()
    {
        await using var server = Asking();
        var accounts = RegistryAdapter.Accounts(EngineConfig.Empty, Places, timing: Quick);
        var refused = Error(await accounts.Check(Value(RegistryName.Parse(server.Host)), new Credential("me", "wr0ng", null), default).ToEither());
        Assert.Equal(new DomainError.LoginRefused(server.Host, "no such user"), refused);
    }

    [Fact]
    public async Task A_refresh_token_takes_the_passwords_place()
    {
        await using var server = new RegistryServer(r =>
            r.Path.StartsWith("/token", StringComparison.Ordinal) ? Answer(200, "{\"token\":\"t0ken\",\"refresh_token\":\"1dentity\"}")
            : r.Header("Authorization") == Bearer ? Answer(200, "{}")
            : Answer(401, "", $"WWW-Authenticate: Bearer realm=\"http://{r.Header("Host")}/token\""));
        var accounts = RegistryAdapter.Accounts(EngineConfig.Empty, Places, timing: Quick);
        var worth = Value(await accounts.Check(Value(RegistryName.Parse(server.Host)), new Credential("me", Secret, null), default).ToEither());
        Assert.Equal(new Credential("me", "", "1dentity"), worth);
    }

    [Fact]
    public async Task A_credential_helper_is_asked_for_its_registry_and_the_file_holds_no_password()
    {
        var kept = Path.Combine(directory, "kept");
        var program = Path.Combine(directory, "docker-credential-edt");
        File.WriteAllText(program, $"""
            #!/bin/sh
            case "$1" in
              store) cat > {kept} ;;
              get) if [ -f {kept} ]; then cat {kept}; else echo "credentials not found in native keychain"; exit 1; fi ;;
              erase) rm -f {kept} ;;
            esac

            """);
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var path = Environment.GetEnvironmentVariable("PATH");
        Environment.SetEnvironmentVariable("PATH", $"{directory}:{path}");
        try
        {
            await using var server = Asking();
            Write(Json("""{"credHelpers":{"HOST":"edt"}}""", server.Host, ""));
            Assert.IsType<DomainError.RegistryDenied>(Error(await Pull(EngineConfig.Empty, server)));
            var accounts = RegistryAdapter.Accounts(EngineConfig.Empty, Places, timing: Quick);
            var registry = Value(RegistryName.Parse(server.Host));
            Assert.Equal("edt", Value(await accounts.Keep(registry, new Credential("me", Secret, null), default).ToEither()).Helper);
            Assert.DoesNotContain(Encoded("me:" + Secret), File.ReadAllText(Places.Docker), StringComparison.Ordinal);
            Assert.Contains(Secret, File.ReadAllText(kept), StringComparison.Ordinal);
            Value(await Pull(EngineConfig.Empty, server));
            Value(await accounts.Forget(registry, default).ToEither());
            Assert.False(File.Exists(kept));
        }
        finally
        {
            Environment.SetEnvironmentVariable("PATH", path);
        }
    }

    [Fact]
    public async Task A_credential_helper_that_is_not_there_is_named()
    {
        await using var server = Asking();
        Write("""{"credsStore":"nobody-has-this"}""");
        Assert.Equal(
            new DomainError.CredentialHelperFailed("docker-credential-nobody-has-this", "is not in PATH"), Error(await Pull(EngineConfig.Empty, server)));
    }

    /// <summary>A registry that wants the password itself.</summary>
    private static RegistryServer Asking() => new(r =>
        r.Header("Authorization") != Basic
            ? Answer(401, "{\"errors\":[{\"message\":\"no such user\"}]}", "WWW-Authenticate: Basic realm=\"r\"")
        : r.Path == "/v2/" ? Answer(200, "{}")
        : Image.Answer(r.Path)!);

    /// <summary>The same machine by another name: that is another host.</summary>
    private static string Challenge(RegistryServer realm) =>
        $"WWW-Authenticate: Bearer realm=\"{realm.Base.Replace("127.0.0.1", "localhost", StringComparison.Ordinal)}/token\",service=\"s\"";

    private async Task<Either<DomainError, RemoteImage>> Pull(EngineConfig config, RegistryServer server) =>
        await RegistryAdapter.Create(config, timing: Quick, credentials: Places).Resolve(Ref($"{server.Host}/a/b:1"), Here, default).ToEither();

    private void Write(string json) => File.WriteAllText(Places.Docker, json);

    private static string Auths(string host) => Json("""{"auths":{"HOST":{"auth":"AUTH"}}}""", host, "me:" + Secret);

    private static string Json(string text, string host, string pair) =>
        text.Replace("HOST", host, StringComparison.Ordinal).Replace("AUTH", Encoded(pair), StringComparison.Ordinal);

    private static string Encoded(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
