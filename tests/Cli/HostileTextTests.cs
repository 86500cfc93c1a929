namespace EventDock.Tests.Cli;

/// <summary>Control characters in whatever comes from outside: they never reach a terminal as such.</summary>
public sealed class HostileTextTests : IClassFixture<HostileInstallation>
{
    private const string Evil = "\x1b]0;title\a\x1b[31m\u009b2J\u202e\U000e0041\r";

    private readonly HostileInstallation eventdock;

    public HostileTextTests(HostileInstallation installation)
    {
        eventdock = installation;
        if (eventdock.Lines("images", "-q", "text:1").Length > 0)
        {
            return;
        }

        var config = new { Cmd = new[] { "sh", Evil }, Labels = new Dictionary<string, string> { [Evil] = Evil }, Env = new[] { $"A={Evil}" }, User = Evil };
        var layer = new Crafted().File(Evil).File("plain", Evil + "\n").Done();
        var written = Crafted.Config(config, layer);
        var history = System.Text.Json.JsonSerializer.Serialize(new[] { new { created_by = Evil, comment = Evil, author = Evil } });
        var archive = Crafted.Archive(
            "[{\"Config\":\"config.json\",\"RepoTags\":[\"text:1\"],\"Layers\":[\"layer0.tar\"]}]",
            $"{written[..^1]},\"author\":{System.Text.Json.JsonSerializer.Serialize(Evil)},\"history\":{history}}}", [("layer0.tar", layer)]);
        eventdock.Run("load", "-i", eventdock.Write("text.tar", archive)).Good();
        eventdock.Run("create", "--name", "text", "--network", "none", "text:1").Good();
    }

    [Theory]
    [InlineData("images")]
    [InlineData("images", "--format", "{{json .}}")]
    [InlineData("history", "text:1")]
    [InlineData("ps", "-a", "--no-trunc")]
    [InlineData("ps", "-a", "--no-trunc", "--format", "{{.Command}} {{json .}}")]
    [InlineData("inspect", "text:1", "text")]
    [InlineData("log", "--no-pager")]
    [InlineData("log", "--format", "json")]
    [InlineData("show", "--format", "json")]
    [InlineData("why", "text")]
    [InlineData("why", "--format", "json", "text")]
    [InlineData("blame", "--format", "json", "text:1", "/plain")]
    [InlineData("system", "df", "-v")]
    [InlineData("check")]
    public void Nothing_that_is_listed_holds_a_control_character(params string[] args) => Harmless(eventdock.Run(args).Done().Out);

    /// <summary>A program that asks for a label gets it as it is; a person does not.</summary>
    [Theory]
    [InlineData("inspect", "-f", "{{.Config.Labels}} {{index .Config.Cmd 1}} {{.Author}}", "text:1")]
    [InlineData("inspect", "-f", "{{.Args}} {{.Config.User}}", "text")]
    [InlineData("history", "--no-trunc", "--format", "{{.CreatedBy}} {{.Comment}}", "text:1")]
    public void A_template_over_an_image_shows_escapes_on_a_terminal_only(params string[] args)
    {
        Assert.Contains(Evil, eventdock.Run(args).Good().Out, StringComparison.Ordinal);
        using var terminal = new OnTerminal(eventdock, args);
        Assert.Equal(0, terminal.Ends());
        Assert.Contains(@"\x1b]0;title\x07", terminal.Screen, StringComparison.Ordinal);
        Harmless(terminal.Screen.Replace("\r\n", "\n", StringComparison.Ordinal));
    }

    [Fact]
    public void What_a_registry_says_is_told_with_its_escapes_shown()
    {
        var body = System.Text.Json.JsonSerializer.Serialize(new { errors = new[] { new { code = "DENIED", message = Evil + "\nsecond line", detail = Evil } } });
        using var registry = new HostileRegistry(context => HostileRegistry.Status(context, 403, body));
        eventdock.Refuses(1, null, "pull", registry.Reference);
    }

    private static void Harmless(string text) =>
        Assert.DoesNotContain(text, c => c is not ('\n' or '\t') && char.IsControl(c) || c is '\u202e' or '\udb40');
}
