namespace EventDock.Tests.Cli;

using System.IO;
using System.Text.Json;

/// <summary>Images on their way out, to a docker-registry.</summary>
public sealed class PushTests(MirroredInstallation eventdock) : IClassFixture<MirroredInstallation>
{
    private string Host => $"127.0.0.1:{eventdock.Registry.Port}";

    [Fact]
    public void What_was_pulled_goes_elsewhere_in_the_same_registry_under_the_same_digest_without_a_layer_being_sent()
    {
        // Where a layer's files are known in another packing already, that one is sent, under another digest.
        eventdock.Forget();
        eventdock.Run("pull", $"{Host}/library/node:6.9.2").Good();
        var digest = Inspected($"{Host}/library/node:6.9.2", "Digest");
        eventdock.Run("tag", $"{Host}/library/node:6.9.2", $"{Host}/mine/node:1").Good();
        var said = eventdock.Run("push", $"{Host}/mine/node:1").Good();
        Assert.Equal($"The push refers to repository [{Host}/mine/node]", said.Lines[0]);
        Assert.Equal(2, said.Lines.Count(l => l.EndsWith(": Preparing", StringComparison.Ordinal)));
        Assert.Equal(2, said.Lines.Count(l => l.EndsWith(": Mounted from library/node", StringComparison.Ordinal)));
        Assert.Matches($"^1: digest: {digest} size: [0-9]+$", said.Lines[^1]);
        Assert.Equal(digest, Inspected($"{Host}/mine/node:1", "Digest"));

        var pushed = Logged()[0];
        Assert.Equal((Host, "mine/node", "1", digest), (Text(pushed, "Registry"), Text(pushed, "Repository"), Text(pushed, "Tag"), Text(pushed, "Manifest")));
        Assert.Equal((0, 2, 0), (Number(pushed, "Sent"), Number(pushed, "Mounted"), Number(pushed, "Existing")));

        var again = eventdock.Run("push", $"{Host}/mine/node:1").Good();
        Assert.Equal(2, again.Lines.Count(l => l.EndsWith(": Layer already exists", StringComparison.Ordinal)));
        Assert.Equal(said.Lines[^1], again.Lines[^1]);
        eventdock.Run("rmi", $"{Host}/mine/node:1").Good();
        eventdock.Run("rmi", $"{Host}/library/node:6.9.2").Good();
    }

    [Fact]
    public void What_was_built_here_is_pulled_again_with_the_id_that_it_has_here_and_the_pushed_digest_names_it()
    {
        eventdock.Write("ctx/Dockerfile", "FROM busybox:pushed\nCOPY file /file\nCMD [\"cat\", \"/file\"]\n");
        eventdock.Write("ctx/file", Guid.NewGuid().ToString());
        eventdock.Import("busybox:pushed");
        eventdock.Run("build", "-q", "-t", $"{Host}/built/it:2", "ctx").Good();
        var id = eventdock.Out("inspect", "-f", "{{.Id}}", $"{Host}/built/it:2");
        var last = eventdock.Run("push", $"{Host}/built/it:2").Good().Lines[^1];
        var digest = last.Split(' ')[2];
        Assert.Contains($"{Host}/built/it@{digest}", eventdock.Out("inspect", "-f", "{{.RepoDigests}}", $"{Host}/built/it:2"), StringComparison.Ordinal);
        Assert.Equal(digest, Inspected($"{Host}/built/it:2", "Digest"));

        eventdock.Run("rmi", $"{Host}/built/it:2").Good();
        eventdock.Run("pull", "-q", $"{Host}/built/it@{digest}").Good();
        Assert.Equal(id, eventdock.Out("inspect", "-f", "{{.Id}}", $"{Host}/built/it@{digest}"));
        eventdock.Run("rmi", $"{Host}/built/it@{digest}").Good();
    }

    [Fact]
    public void All_tags_of_a_repository_go_at_once_and_quietly_where_that_is_asked_for()
    {
        eventdock.Import($"{Host}/many/tags:a");
        eventdock.Run("tag", $"{Host}/many/tags:a", $"{Host}/many/tags:b").Good();
        var lines = eventdock.Lines("push", "-a", $"{Host}/many/tags");
        Assert.StartsWith("a: digest: sha256:", lines.Single(l => l.StartsWith("a: ", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.StartsWith("b: digest: sha256:", lines[^1], StringComparison.Ordinal);
        Assert.Equal($"{Host}/many/tags:b", eventdock.Out("push", "-q", $"{Host}/many/tags:b"));
        Assert.Equal(["a", "b"], JsonDocument.Parse(
            Eventdock.Run("skopeo", ["list-tags", "--tls-verify=false", $"docker://{Host}/many/tags"]).Done().Out).RootElement.GetProperty("Tags")
            .EnumerateArray().Select(t => t.GetString()).Order());
    }

    [Theory]
    [InlineData("tag does not exist: HOST/some/tags:none", "HOST/some/tags:none")]
    [InlineData("an image does not exist locally with the tag: HOST/no/such", "HOST/no/such:1")]
    [InlineData("an image does not exist locally with the tag: HOST/no/such", "-a", "HOST/no/such")]
    [InlineData("tag can't be used with --all-tags/-a", "-a", "HOST/some/tags:a")]
    [InlineData("cannot push a digest reference", "HOST/x@sha256:0000000000000000000000000000000000000000000000000000000000000000")]
    public void What_cannot_be_pushed_is_told_in_dockers_words(string says, params string[] args)
    {
        eventdock.Import($"{Host}/some/tags:a");
        var said = eventdock.Run(["push", .. args.Select(a => a.Replace("HOST", Host))]).Refused(1);
        Assert.Equal($"eventdock: {says.Replace("HOST", Host)}", said);
    }

    [Fact]
    public void A_registry_that_refuses_is_told_in_one_line_and_nothing_is_recorded()
    {
        using var registry = new HostileRegistry(context => HostileRegistry.Status(
            context, 403, "{\"errors\":[{\"code\":\"DENIED\",\"message\":\"requested access to the resource is denied\"}]}"));
        eventdock.Import(registry.Reference);
        var before = Logged().Length;
        Assert.Contains("requested access to the resource is denied", eventdock.Run("push", registry.Reference).Refused(1), StringComparison.Ordinal);
        Assert.Equal(before, Logged().Length);
        eventdock.Run("rmi", registry.Reference).Good();
    }

    private JsonElement[] Logged() =>
        eventdock.Lines("log", "--type", "ImagePushed", "--format", "json").Select(l => JsonDocument.Parse(l).RootElement).ToArray();

    private static JsonElement Data(JsonElement line) => line.GetProperty("Data");

    private static string Text(JsonElement line, string name) => Data(line).GetProperty(name).GetString()!;

    private static int Number(JsonElement line, string name) => Data(line).GetProperty(name).GetInt32();

    private static string Inspected(string reference, string name) => JsonDocument.Parse(
        Eventdock.Run("skopeo", ["inspect", "--no-tags", "--tls-verify=false", $"docker://{reference}"]).Done().Out).RootElement.GetProperty(name).GetString()!;
}

/// <summary>docker takes what EventDock pushes, and the other way round.</summary>
public sealed class PushBesideDockerTests(BesideDocker both) : IClassFixture<BesideDocker>
{
    [DockerFact]
    [InlineData(true)]
    [InlineData(false)]
    public void Docker_pulls_what_we_have_pushed_under_our_id_and_we_what_docker_has(bool packed)
    {
        using var registry = new DockerRegistry(Path.Combine(both.Place, $"registry-{packed}"));
        var reference = $"127.0.0.1:{registry.Port}/our/own:1";
        if (packed)
        {
            File.WriteAllBytes(Path.Combine(both.Place, "packed.tar.gz"), Busybox.Gzip(Busybox.Tar(("packed", "yes"))));
            both.Run("import", Path.Combine(both.Place, "packed.tar.gz"), reference).Good();
        }
        else
        {
            both.Run("tag", "busybox", reference).Good();
        }

        var id = both.Out("inspect", "-f", "{{.Id}}", reference);
        var last = both.Lines("push", reference)[^1];
        Assert.Contains($"Digest: {last.Split(' ')[2]}", both.Docker("pull", reference).Done().Out, StringComparison.Ordinal);
        Assert.Equal(id, both.Docker("inspect", "-f", "{{.Id}}", reference).Done().Out.Trim());

        var back = $"127.0.0.1:{registry.Port}/dockers/own:1";
        both.Docker("tag", reference, back).Done();
        both.Docker("push", back).Done();
        Assert.Equal(back, both.Lines("pull", back)[^1]);
        Assert.Equal(id, both.Out("inspect", "-f", "{{.Id}}", back));
    }
}
