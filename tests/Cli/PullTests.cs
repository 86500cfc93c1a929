namespace EventDock.Tests.Cli;

using System.IO;
using System.Net;
using System.Text;

/// <summary>An installation beside a docker-registry that serves busybox as library/node:6.9.2 to its mirrors.</summary>
public sealed class MirroredInstallation : Installation
{
    public MirroredInstallation()
    {
        Registry = new DockerRegistry(Path.Combine(Place, "registry"));
        Registry.Publish("library/node:6.9.2", Busybox.Archive, Busybox.Tar(("second", "layer\n")));
        File.WriteAllText(Config, $"{{ \"registry-mirrors\": [\"{Registry.Address}\"] }}\n");
    }

    internal DockerRegistry Registry { get; }

    public override void Dispose()
    {
        Registry.Dispose();
        base.Dispose();
    }
}

/// <summary>Images that are not here yet.</summary>
public sealed class PullTests(MirroredInstallation eventdock) : IClassFixture<MirroredInstallation>
{
    [Fact]
    public void A_missing_image_is_pulled_through_the_mirror_with_dockers_lines_on_stderr_and_then_run()
    {
        eventdock.Forget();
        var said = eventdock.Run("run", "--rm", "node:6.9.2", "cat", "/second");
        Assert.Equal(("layer\n", 0), (said.Out, said.Code));
        var lines = said.Error.TrimEnd('\n').Split('\n');
        Assert.Equal("Unable to find image 'node:6.9.2' locally", lines[0]);
        Assert.Equal("6.9.2: Pulling from library/node", lines[1]);
        Assert.Equal(2, lines.Count(l => System.Text.RegularExpressions.Regex.IsMatch(l, "^[0-9a-f]{12}: Pull complete$")));
        Assert.Matches("^Digest: sha256:[0-9a-f]{64}$", lines[^2]);
        Assert.Equal("Status: Downloaded newer image for node:6.9.2", lines[^1]);

        Assert.Equal("again\n", eventdock.Run("run", "--rm", "node:6.9.2", "echo", "again").Good().Out);
        Assert.Equal("node 6.9.2", eventdock.Out("images", "--format", "{{.Repository}} {{.Tag}}"));
    }

    [Fact]
    public void On_a_terminal_there_is_a_line_a_layer()
    {
        eventdock.Forget();
        using var terminal = new OnTerminal(eventdock, "run", "-it", "--rm", "node:6.9.2", "echo", "it runs");
        terminal.Sees("it runs");
        Assert.Equal(0, terminal.Ends());
        Assert.Contains("Unable to find image 'node:6.9.2' locally", terminal.Screen, StringComparison.Ordinal);
        Assert.Contains(": Pull complete", terminal.Screen, StringComparison.Ordinal);
        Assert.Contains("Status: Downloaded newer image for node:6.9.2", terminal.Screen, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b[?1h", terminal.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public void Pull_prints_on_stdout_ends_with_the_reference_and_does_nothing_twice()
    {
        eventdock.Forget();
        var first = eventdock.Lines("pull", "node:6.9.2");
        Assert.Equal("Status: Downloaded newer image for node:6.9.2", first[^2]);
        Assert.Equal("docker.io/library/node:6.9.2", first[^1]);
        Assert.Equal("Status: Image is up to date for node:6.9.2", eventdock.Lines("pull", "node:6.9.2")[^2]);
        Assert.Equal("docker.io/library/node:6.9.2", eventdock.Out("pull", "-q", "node:6.9.2"));
        Assert.Single(eventdock.Lines("log", "--type", "ImagePulled", "--type", "ImageTagged", "--since", "1h").Where(l => l.Contains("ImagePulled", StringComparison.Ordinal)).TakeLast(1));
        var digest = first.Single(l => l.StartsWith("Digest: ", StringComparison.Ordinal))["Digest: ".Length..];
        Assert.Equal($"docker.io/library/node@{digest}", eventdock.Lines("pull", $"node@{digest}")[^1]);
    }

    [Fact]
    public void All_tags_are_pulled_in_the_registrys_order_with_dockers_lines_and_what_is_no_image_is_left_out()
    {
        var repository = $"127.0.0.1:{eventdock.Registry.Port}/all/tags";
        eventdock.Registry.Publish("all/tags:one", Busybox.Tar(("one", "1")));
        eventdock.Registry.Publish("all/tags:two", Busybox.Tar(("two", "2")));
        var lines = eventdock.Run("pull", "-a", repository).Good().Lines;
        Assert.Equal(["one: Pulling from all/tags", "two: Pulling from all/tags"], lines.Where(l => l.Contains("Pulling from", StringComparison.Ordinal)).Order());
        Assert.Equal(2, lines.Count(l => l.StartsWith("Digest: sha256:", StringComparison.Ordinal)));
        Assert.Equal([$"Status: Downloaded newer image for {repository}", repository], lines[^2..]);
        Assert.Equal([$"Status: Image is up to date for {repository}", repository], eventdock.Lines("pull", "-a", repository)[^2..]);
        Assert.Equal(repository, eventdock.Out("pull", "-a", "-q", repository));

        PutChart(repository, "chart");
        var beside = eventdock.Run("pull", "-a", "-q", repository).Done();
        Assert.Equal(
            $"eventdock: {repository}:chart is a Helm chart (application/vnd.cncf.helm.config.v1+json) and not an image, left out\n", beside.Error);
        Assert.Contains("is a Helm chart", eventdock.Refused(1, "pull", "-q", $"{repository}:chart"), StringComparison.Ordinal);
        Assert.Equal("eventdock: tag can't be used with --all-tags/-a", eventdock.Refused(1, "pull", "-a", $"{repository}:one"));
        Assert.Contains("not found", eventdock.Refused(1, "pull", "-a", $"127.0.0.1:{eventdock.Registry.Port}/all/none"), StringComparison.Ordinal);
        eventdock.Run("rmi", $"{repository}:one", $"{repository}:two").Good();
    }

    [Fact]
    public void What_an_image_was_pulled_from_is_in_its_event()
    {
        var reference = $"127.0.0.1:{eventdock.Registry.Port}/of/record:3";
        eventdock.Registry.Publish("of/record:3", Busybox.Tar(("recorded", Guid.NewGuid().ToString())));
        eventdock.Run("pull", "-q", reference).Good();
        var data = System.Text.Json.JsonDocument.Parse(eventdock.Lines("log", "--type", "ImagePulled", "--format", "json")[0]).RootElement.GetProperty("Data");
        var source = data.GetProperty("Source");
        Assert.Equal(
            ("of/record", "3", $"sha256:{data.GetProperty("Id").GetString()}", data.GetProperty("Manifest").GetString(), $"127.0.0.1:{eventdock.Registry.Port}"),
            (source.GetProperty("Repository").GetString(), source.GetProperty("Tag").GetString(), source.GetProperty("Config").GetString(),
                source.GetProperty("Own").GetString(), source.GetProperty("Host").GetString()));
        eventdock.Run("rmi", reference).Good();
    }

    [Fact]
    public void A_pulled_image_that_is_removed_leaves_nothing_of_it_in_the_store()
    {
        eventdock.Forget();
        var before = eventdock.Entries("blobs/sha256");
        eventdock.Out("pull", "-q", "node:6.9.2");
        Assert.NotEqual(before, eventdock.Entries("blobs/sha256"));

        eventdock.Out("rmi", "node:6.9.2");

        Assert.Equal(before, eventdock.Entries("blobs/sha256"));
    }

    [Fact]
    public void History_of_a_pulled_image_is_its_own_and_its_environment_reaches_the_process()
    {
        eventdock.Run("pull", "-q", "node:6.9.2").Good();
        Assert.Equal(
            ["/bin/sh -c #(nop)  CMD [\"sh\"]|0B", "/bin/sh -c #(nop) ADD file:1 in / |6B"],
            eventdock.Lines("history", "--no-trunc", "--format", "{{.CreatedBy}}|{{.Size}}", "node:6.9.2")[..2]);
        Assert.Equal("yes", eventdock.Out("run", "--rm", "node:6.9.2", "sh", "-c", "echo $FROM_IMAGE"));
    }

    [Fact]
    public void A_build_pulls_what_from_names()
    {
        eventdock.Forget();
        var said = eventdock.Run("FROM node:6.9.2\nCMD [\"echo\", \"built\"]\n", ["build", "-t", "on-node", "-"]).Good();
        Assert.Contains("Status: Downloaded newer image for node:6.9.2", said.Out, StringComparison.Ordinal);
        Assert.Equal("built", eventdock.Out("run", "--rm", "on-node"));
        eventdock.Run("rmi", "on-node").Good();
    }

    [Fact]
    public void An_address_on_this_machine_may_be_plain_http()
    {
        var reference = $"127.0.0.1:{eventdock.Registry.Port}/library/node:6.9.2";
        eventdock.Run("pull", reference).Good();
        Assert.Contains($"127.0.0.1:{eventdock.Registry.Port}/library/node 6.9.2", eventdock.Out("images", "--format", "{{.Repository}} {{.Tag}}"), StringComparison.Ordinal);
        eventdock.Run("rmi", reference).Good();
    }

    [Fact]
    public void FROM_of_an_image_that_is_not_here_pulls_it_below_the_first_step_on_stdout_as_docker_does()
    {
        eventdock.Forget();
        var lines = eventdock.Run("FROM node:6.9.2\nRUN hostname; echo $HOSTNAME\n", ["build", "--no-cache", "-"]).Good().Lines;
        Assert.Equal("Step 1/2 : FROM node:6.9.2", lines[0]);
        Assert.Equal("6.9.2: Pulling from library/node", lines[1]);
        var pulled = System.Array.IndexOf(lines, "Status: Downloaded newer image for node:6.9.2");
        Assert.StartsWith(" ---> ", lines[pulled + 1], StringComparison.Ordinal);
        Assert.Equal("Step 2/2 : RUN hostname; echo $HOSTNAME", lines[pulled + 2]);
        Assert.Matches("^ ---> Running in [0-9a-f]{12}$", lines[pulled + 3]);
        Assert.Equal([lines[pulled + 3][^12..], lines[pulled + 3][^12..]], lines[(pulled + 4)..(pulled + 6)]);
    }

    [Fact]
    public void A_tag_that_is_not_there_is_named()
    {
        var reference = $"127.0.0.1:{eventdock.Registry.Port}/library/node:7";
        Assert.Contains(reference, Failing("pull", reference).Refused(1), StringComparison.Ordinal);
        var said = Failing("run", reference, "true");
        Assert.Equal(125, said.Code);
        Assert.Contains(reference, said.Error.TrimEnd('\n').Split('\n')[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(401, "denied")]
    [InlineData(403, "denied")]
    [InlineData(404, "not found")]
    [InlineData(500, "500")]
    public void What_a_registry_refuses_with_is_told_in_one_line(int status, string says)
    {
        using var registry = new HostileRegistry(context => HostileRegistry.Status(context, status));
        var pull = Failing("pull", registry.Reference).Refused(1);
        Assert.Contains(says, pull, StringComparison.Ordinal);
        Assert.Contains("some/image", pull, StringComparison.Ordinal);

        var run = Failing("run", registry.Reference, "true");
        Assert.Equal(125, run.Code);
        Assert.Equal(["Unable to find image '" + registry.Reference + "' locally", pull], run.Error.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public void A_layer_that_is_cut_off_or_lies_leaves_nothing()
    {
        var layer = Busybox.Gzip(Busybox.Tar(("file", new string('x', 200_000) + Guid.NewGuid())));
        var digest = Sha(layer);
        var config = Encoding.UTF8.GetBytes(
            $"{{\"architecture\":\"amd64\",\"os\":\"linux\",\"config\":{{}},\"rootfs\":{{\"type\":\"layers\",\"diff_ids\":[\"{Sha(Gunzipped(layer))}\"]}},\"history\":[]}}");
        var manifest = Encoding.UTF8.GetBytes(
            $"{{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"config\":{{\"mediaType\":\"application/vnd.oci.image.config.v1+json\",\"digest\":\"{Sha(config)}\",\"size\":{config.Length}}},"
            + $"\"layers\":[{{\"mediaType\":\"application/vnd.oci.image.layer.v1.tar+gzip\",\"digest\":\"{digest}\",\"size\":{layer.Length}}}]}}");
        var before = Store();
        foreach (var lies in new[] { false, true })
        {
            using var registry = new HostileRegistry(context =>
            {
                var path = context.Request.Url!.AbsolutePath;
                if (path.EndsWith(digest, StringComparison.Ordinal))
                {
                    context.Response.ContentLength64 = layer.Length;
                    var wrong = layer.ToArray();
                    wrong[^20] ^= 1;
                    context.Response.OutputStream.Write(lies ? wrong : layer[..(layer.Length / 2)]);
                    context.Response.OutputStream.Flush();
                    if (lies)
                    {
                        context.Response.Close();
                    }
                    else
                    {
                        context.Response.Abort();
                    }
                }
                else if (path == "/v2/")
                {
                    HostileRegistry.Status(context, 200);
                }
                else
                {
                    context.Response.ContentType = path.Contains("/manifests/", StringComparison.Ordinal)
                        ? "application/vnd.oci.image.manifest.v1+json"
                        : "application/octet-stream";
                    var body = path.Contains("/manifests/", StringComparison.Ordinal) ? manifest : config;
                    context.Response.ContentLength64 = body.Length;
                    if (context.Request.HttpMethod == "HEAD")
                    {
                        context.Response.Close();
                    }
                    else
                    {
                        context.Response.Close(body, true);
                    }
                }
            });
            Failing("pull", "-q", registry.Reference).Refused(1);
            Assert.Equal(before, Store());
            eventdock.Refused(1, "rm", "nothing-but-a-changing-command-that-clears");
            eventdock.NothingWaitsInStaging();
        }

        (string, string) Store() => (
            eventdock.Out("images", "-a", "--format", "{{.ID}} {{.Repository}} {{.Tag}} {{.Size}}"),
            string.Join(' ', eventdock.Entries("layers")));
    }

    [Fact]
    public void A_registry_that_is_not_there_is_named()
    {
        var port = FreePort.Find();
        Assert.Contains($"127.0.0.1:{port}", Failing("pull", $"127.0.0.1:{port}/image").Refused(1), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{ not json", "config.json")]
    [InlineData("[]", "config.json")]
    [InlineData("{\"registry-mirrors\": [\"not a url\"]}", "not a url")]
    public void A_configuration_that_cannot_be_read_is_named(string text, string names)
    {
        var config = Path.Combine(eventdock.Place, "broken", "config.json");
        Directory.CreateDirectory(Path.GetDirectoryName(config)!);
        File.WriteAllText(config, text);
        Assert.Contains(names, eventdock.RunWith([("EVENTDOCK_CONFIG", config)], "pull", "-q", "missing:image").Refused(1), StringComparison.Ordinal);
        eventdock.RunWith([("EVENTDOCK_CONFIG", config)], "ps").Good();
    }

    [Fact]
    public void A_configuration_that_is_named_must_be_there() =>
        Assert.Contains("/nowhere.json", eventdock.RunWith([("EVENTDOCK_CONFIG", "/nowhere.json")], "pull", "-q", "missing:image").Refused(1), StringComparison.Ordinal);

    /// <summary>Progress may have been printed; the refusal is what counts.</summary>
    private Said Failing(params string[] args)
    {
        var said = eventdock.Run(args);
        Assert.NotEqual(0, said.Code);
        return said;
    }

    /// <summary>A chart as helm pushes it: a configuration of its own kind, and no layer that matters.</summary>
    private static void PutChart(string repository, string tag)
    {
        using var http = new System.Net.Http.HttpClient();
        var at = $"http://{repository[..repository.IndexOf('/')]}/v2/{repository[(repository.IndexOf('/') + 1)..]}";
        var config = "{}"u8.ToArray();
        var begun = http.PostAsync($"{at}/blobs/uploads/", null).Result;
        Assert.True(http.PutAsync($"{begun.Headers.Location}&digest={Sha(config)}", new System.Net.Http.ByteArrayContent(config)).Result.IsSuccessStatusCode);
        var manifest = new System.Net.Http.ByteArrayContent(Encoding.UTF8.GetBytes(
            "{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"config\":"
            + $"{{\"mediaType\":\"application/vnd.cncf.helm.config.v1+json\",\"digest\":\"{Sha(config)}\",\"size\":2}},\"layers\":[]}}"));
        manifest.Headers.ContentType = new("application/vnd.oci.image.manifest.v1+json");
        Assert.True(http.PutAsync($"{at}/manifests/{tag}", manifest).Result.IsSuccessStatusCode);
    }

    private static string Sha(byte[] bytes) => $"sha256:{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes))}";

    private static byte[] Gunzipped(byte[] bytes)
    {
        using var gzip = new System.IO.Compression.GZipStream(new MemoryStream(bytes), System.IO.Compression.CompressionMode.Decompress);
        using var memory = new MemoryStream();
        gzip.CopyTo(memory);
        return memory.ToArray();
    }
}
