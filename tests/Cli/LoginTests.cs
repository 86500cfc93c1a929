namespace EventDock.Tests.Cli;

using System.IO;

/// <summary>A docker-registry that asks for a password.</summary>
public sealed class GuardedInstallation : Installation
{
    public const string User = "me", Password = "s3cret-of-a-test";

    public GuardedInstallation()
    {
        var users = Path.Combine(Place, "htpasswd");
        File.WriteAllText(users, $"{User}:$2y$04$2xrxdq5RMV74pQlANf7/2uo9mf7NJI1.SgjmCkJZYvSMPJh85fDRC\n");
        Registry = new DockerRegistry(
            Path.Combine(Place, "registry"), $"auth: {{ htpasswd: {{ realm: here, path: {users} }} }}", $"{User}:{Password}");
        Registry.Publish("my/busybox:1", Busybox.Archive, Busybox.Tar(("second", "layer\n")));

        // Making the ledger says so on stderr, once.
        Run("images").Done();
    }

    internal DockerRegistry Registry { get; }

    internal string Host => $"127.0.0.1:{Registry.Port}";

    /// <summary>docker's configuration.</summary>
    internal string Known => Path.Combine(Place, "docker");

    internal Said Login(string? stdin, params string[] args) => Eventdock.Run(
        Eventdock.Binary, args, stdin is null ? null : System.Text.Encoding.UTF8.GetBytes(stdin),
        new Dictionary<string, string?>(Environment) { ["DOCKER_CONFIG"] = Known, ["REGISTRY_AUTH_FILE"] = null, ["XDG_RUNTIME_DIR"] = Place, ["HOME"] = Place },
        Work);

    public override void Dispose()
    {
        Registry.Dispose();
        base.Dispose();
    }
}

/// <summary>Logging in and out, with docker's words.</summary>
public sealed class LoginTests(GuardedInstallation eventdock) : IClassFixture<GuardedInstallation>
{
    [Fact]
    public void What_needs_a_password_is_pulled_between_login_and_logout_only()
    {
        Assert.Contains("needs credentials", Pull().Refused(1), StringComparison.Ordinal);

        var said = eventdock.Login(GuardedInstallation.Password + "\n", "login", "-u", GuardedInstallation.User, "--password-stdin", eventdock.Host).Done();
        Assert.Equal("Login Succeeded\n", said.Out);
        Assert.Equal(
            $"""
            WARNING! Your password will be stored unencrypted in {eventdock.Known}/config.json.
            Configure a credential helper to remove this warning. See
            https://docs.docker.com/engine/reference/commandline/login/#credentials-store


            """,
            said.Error);
        Assert.Contains("my/busybox:1", Pull().Done().Out, StringComparison.Ordinal);
        Assert.Equal(
            "Authenticating with existing credentials...\nLogin Succeeded\n", eventdock.Login(null, "login", eventdock.Host).Good().Out);

        // The ledger has the pull, and nothing of the password.
        Assert.DoesNotContain(GuardedInstallation.Password, eventdock.Out("log", "--format", "json"), StringComparison.Ordinal);

        Assert.Equal($"Removing login credentials for {eventdock.Host}\n", eventdock.Login(null, "logout", eventdock.Host).Good().Out);
        Assert.Contains("needs credentials", Pull().Refused(1), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("eventdock: cannot perform an interactive login from a non TTY device", "login", "-u", "a")]
    [InlineData("eventdock: must provide --username with --password-stdin", "login", "--password-stdin")]
    [InlineData("eventdock: invalid registry \"a b\": must be host[:port]", "login", "-u", "a", "--password-stdin", "a b")]
    public void A_login_that_cannot_be_made_is_one_line(string line, params string[] args) =>
        Assert.Equal(line, eventdock.Login("x\n", args).Refused(1));

    [Fact]
    public void A_wrong_password_is_refused_and_not_kept()
    {
        var line = eventdock.Login("wr0ng", "login", "-u", "me", "--password-stdin", eventdock.Host).Refused(1);
        Assert.StartsWith($"eventdock: login to {eventdock.Host} refused", line, StringComparison.Ordinal);
        Assert.DoesNotContain("wr0ng", line, StringComparison.Ordinal);
    }

    private Said Pull() => eventdock.Login(null, "pull", "-q", $"{eventdock.Host}/my/busybox:1");
}
