namespace EventDock.Tests.Adapters;

using System.IO;
using System.Text;
using EventDock.Adapters.Registry;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;
using static EventDock.Tests.Adapters.RegistryFixtures;
using static EventDock.Tests.Adapters.RegistryServer;

/// <summary>Uploads to registries that forget, cut off, refuse and send elsewhere.</summary>
public sealed class RegistryPushTests
{
    private static readonly byte[] Layer = Enumerable.Range(0, 3_000_000).Select(i => (byte)(i * 7 + i / 251)).ToArray();

    private static readonly Descriptor Blob = new(MediaType.DockerLayerGzip, Digest.Of(Layer), Layer.Length);

    /// <summary>What a registry keeps of one upload, and its honest answers.</summary>
    private sealed class Kept
    {
        public MemoryStream Bytes { get; private set; } = new();

        public bool Done { get; private set; }

        public int Begun { get; private set; }

        public byte[] Honest(HttpRequest request)
        {
            switch (request.Method)
            {
                case "HEAD":
                    return Answer(Done ? 200 : 404, []);
                case "POST":
                    Begun++;
                    Bytes = new MemoryStream();
                    return Answer(202, "", "Location: /v2/a/b/blobs/uploads/1?state=x");
                case "PATCH":
                    Bytes.Write(request.Bytes);
                    return Answer(202, "", "Location: /v2/a/b/blobs/uploads/1?state=y", $"Range: 0-{Bytes.Length - 1}");
                case "GET":
                    return Answer(204, "", "Location: /v2/a/b/blobs/uploads/1?state=z", $"Range: 0-{Bytes.Length - 1}");
                case "PUT" when request.Path.Contains($"&digest={Uri.EscapeDataString(Digest.Of(Bytes.ToArray()).Value)}"):
                    Done = true;
                    return Answer(201, "");
                default:
                    return Answer(400, "{\"errors\":[{\"code\":\"DIGEST_INVALID\",\"message\":\"provided digest did not match uploaded content\"}]}");
            }
        }

        public void Lose() => Bytes = new MemoryStream();
    }

    [Fact]
    public async Task A_blob_that_is_there_is_not_sent_and_one_that_is_not_is_sent_whole()
    {
        var kept = new Kept();
        await using var server = new RegistryServer(kept.Honest);
        var told = new List<long>();
        Assert.Equal(new PushedBlob.Sent(Layer.Length), Value(await PushAsync(server, told.Add)));
        Assert.Equal(Layer, kept.Bytes.ToArray());
        Assert.Equal(Layer.Length, told[^1]);
        var patch = server.Requests.Single(r => r.Method == "PATCH");
        Assert.Equal(($"0-{Layer.Length - 1}", "application/octet-stream"), (patch.Header("Content-Range"), patch.Header("Content-Type")));
        Assert.Equal(new PushedBlob.Existing(), Value(await PushAsync(server)));
        Assert.Single(server.Requests, r => r.Method == "POST");
    }

    [Fact]
    public async Task An_upload_that_is_cut_off_goes_on_where_the_registry_says_it_has_come_to()
    {
        var (kept, cut) = (new Kept(), 0);
        await using var server = new RegistryServer((request, stream) =>
        {
            var answer = kept.Honest(request);
            return request.Bytes.Length < int.Parse(request.Header("Content-Length") ?? "0") ? Task.CompletedTask : stream.WriteAsync(answer).AsTask();
        })
        {
            Takes = r => r.Method == "PATCH" && cut++ < 2 ? 1_000_000 : null,
        };
        Assert.IsType<PushedBlob.Sent>(Value(await PushAsync(server)));
        Assert.Equal(Layer, kept.Bytes.ToArray());
        Assert.Equal(1, kept.Begun);
        Assert.Equal(
            [$"0-{Layer.Length - 1}", $"1000000-{Layer.Length - 1}", $"2000000-{Layer.Length - 1}"],
            server.Requests.Where(r => r.Method == "PATCH").Select(r => r.Header("Content-Range")));
    }

    [Fact]
    public async Task An_upload_that_the_registry_has_forgotten_begins_anew()
    {
        var (kept, cut) = (new Kept(), 0);
        await using var server = new RegistryServer((request, stream) =>
        {
            if (request.Method == "PATCH" && cut++ == 0)
            {
                kept.Lose();
                return Task.CompletedTask;
            }

            return stream.WriteAsync(request.Method == "GET" ? Answer(404, "") : kept.Honest(request)).AsTask();
        });
        Assert.Equal(new PushedBlob.Sent(2 * Layer.Length), Value(await PushAsync(server)));
        Assert.Equal((2, true), (kept.Begun, kept.Done));
    }

    [Fact]
    public async Task Too_many_requests_and_server_errors_are_waited_out()
    {
        var (kept, posts, patches) = (new Kept(), 0, 0);
        await using var server = new RegistryServer(request =>
            request.Method == "POST" && posts++ == 0 ? Answer(429, "", "Retry-After: 0")
            : request.Method == "PATCH" && patches++ == 0 ? Answer(503, "")
            : kept.Honest(request));
        Value(await PushAsync(server));
        // The first POST is refused; the second begins an upload that the registry has nothing of after its 503; the third is taken.
        Assert.Equal((Digest.Of(Layer), 3, 2), (Digest.Of(kept.Bytes.ToArray()), posts, patches));
    }

    [Fact]
    public async Task A_registry_that_never_takes_it_is_given_up_after_six_times()
    {
        var kept = new Kept();
        await using var server = new RegistryServer((request, stream) =>
            request.Method == "PATCH" ? Task.CompletedTask : stream.WriteAsync(kept.Honest(request)).AsTask());
        Assert.IsType<DomainError.RegistryUnreachable>(Error(await PushAsync(server)));
        Assert.Equal(6, server.Requests.Count(r => r.Method == "PATCH"));
    }

    [Fact]
    public async Task A_digest_that_the_registry_does_not_find_is_its_refusal_and_is_not_sent_twice()
    {
        var kept = new Kept();
        await using var server = new RegistryServer(kept.Honest);
        var wrong = Layer.ToArray();
        wrong[7] ^= 1;
        var refused = Assert.IsType<DomainError.RegistryRefused>(Error(await PushAsync(server, bytes: wrong)));
        Assert.Equal((400, "provided digest did not match uploaded content"), (refused.Status, refused.Message));
        Assert.Equal(1, kept.Begun);
    }

    [Fact]
    public async Task The_answer_to_the_end_of_an_upload_may_be_lost()
    {
        var kept = new Kept();
        await using var server = new RegistryServer((request, stream) =>
        {
            var answer = kept.Honest(request);
            return request.Method == "PUT" ? Task.CompletedTask : stream.WriteAsync(answer).AsTask();
        });
        Assert.Equal(new PushedBlob.Sent(Layer.Length), Value(await PushAsync(server)));
    }

    [Fact]
    public async Task A_registry_may_take_its_time_to_check_what_it_has_got()
    {
        var kept = new Kept();
        await using var server = new RegistryServer(async (request, stream) =>
        {
            if (request.Method == "PUT")
            {
                await Task.Delay(Hasty.Stall + Hasty.Connect + TimeSpan.FromMilliseconds(500));
            }

            await stream.WriteAsync(kept.Honest(request));
        });
        var patient = RegistryAdapter.Create(EngineConfig.Empty, timing: Hasty with { Small = Patience });
        Assert.Equal(new PushedBlob.Sent(Layer.Length), Value(await PushAsync(server, registry: patient)));
        Assert.Single(server.Requests, r => r.Method == "PUT");
    }

    [Fact]
    public async Task A_layer_of_another_repository_is_mounted_and_where_that_fails_sent()
    {
        foreach (var (answer, way) in new[]
                 {
                     (Answer(201, ""), (PushedBlob)new PushedBlob.Mounted("other/one")), (Answer(202, "", "Location: /v2/a/b/blobs/uploads/1?state=x"), new PushedBlob.Sent(Layer.Length)),
                     (Answer(404, ""), new PushedBlob.Sent(Layer.Length)),
                 })
        {
            var kept = new Kept();
            await using var server = new RegistryServer(r => r.Path.Contains("mount=") ? answer : kept.Honest(r));
            Assert.Equal(way, Value(await PushAsync(server, elsewhere: "other/one")));
            Assert.Contains(server.Requests, r =>
                r.Method == "POST" && r.Path == $"/v2/a/b/blobs/uploads/?mount={Uri.EscapeDataString(Blob.Digest.Value)}&from=other%2Fone");
        }
    }

    [Fact]
    public async Task Credentials_do_not_go_where_an_upload_is_sent_to_and_a_token_is_asked_for_pushing()
    {
        var kept = new Kept();
        await using var storage = new RegistryServer(kept.Honest);
        await using var server = new RegistryServer((RegistryServer.HttpRequest request, System.Net.Sockets.NetworkStream stream) => stream.WriteAsync(
            request.Path.StartsWith("/token") ? Answer(200, $"{{\"token\":\"{(request.Path.Contains("push") ? "push" : "pull")}\"}}")
            : request.Header("Authorization") is null || request.Method == "POST" && request.Header("Authorization") != "Bearer push" ? Answer(401, "", $"WWW-Authenticate: Bearer realm=\"http://{request.Header("Host")}/token\",service=\"s\"")
            : request.Method == "POST" ? Answer(202, "", $"Location: {storage.Base}/v2/a/b/blobs/uploads/1?state=x")
            : kept.Honest(request)).AsTask());
        Value(await PushAsync(server));
        Assert.Contains("PATCH", storage.Requests.Select(r => r.Method));
        Assert.All(storage.Requests, r => Assert.Null(r.Header("Authorization")));
        Assert.Contains(server.Requests, r => r.Path == "/token?service=s&scope=repository%3Aa%2Fb%3Apull%2Cpush");
    }

    [Fact]
    public async Task A_blob_that_is_shorter_than_it_should_be_is_our_fault_and_said_as_such()
    {
        var kept = new Kept();
        await using var server = new RegistryServer(kept.Honest);
        Assert.IsType<DomainError.FileFailed>(Error(await PushAsync(server, bytes: Layer[..1_000_000])));
        Assert.Equal(1, kept.Begun);
    }

    [Fact]
    public async Task A_manifest_is_put_as_it_is_and_a_registry_that_names_another_digest_is_not_believed()
    {
        var body = Encoding.UTF8.GetBytes("{ \"schemaVersion\":2 }");
        await using var server = new RegistryServer(r => Answer(r.Method == "PUT" ? 201 : 404, "", r.Path.EndsWith("/lie") ? $"Docker-Content-Digest: {Blob.Digest.Value}" : "X: y"));
        var registry = Registry();
        var target = Value(await registry.Push.Open(Ref($"{server.Host}/a/b:1"), default).ToEither());
        Assert.Equal(Digest.Of(body), Value(await registry.Push.Manifest(target, "1", MediaType.OciManifest, body, default).ToEither()));
        var put = server.Requests.Single(r => r.Method == "PUT");
        Assert.Equal(("/v2/a/b/manifests/1", MediaType.OciManifest), (put.Path, put.Header("Content-Type")));
        Assert.Equal(body, put.Bytes);
        Assert.IsType<DomainError.Corrupt>(Error(await registry.Push.Manifest(target, "lie", MediaType.OciManifest, body, default).ToEither()));
    }

    [Fact]
    public async Task A_push_goes_to_no_mirror()
    {
        var asked = 0;
        await using var mirror = new RegistryServer(_ => Answer(200, $"{asked++}"));
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        var registry = RegistryAdapter.Create(new EngineConfig(Seq1(mirror.Base), Seq<string>()), timing: Quick);
        Assert.True((await registry.Push.Open(Ref("a/b:1"), stop.Token).ToEither()).IsLeft);
        Assert.Equal(0, asked);
    }

    private static Domain.Images.Registry Registry() => RegistryAdapter.Create(EngineConfig.Empty, timing: Quick);

    private static async Task<Either<DomainError, PushedBlob>> PushAsync(
        RegistryServer server, Action<long>? told = null, byte[]? bytes = null, string? elsewhere = null,
        Domain.Images.Registry? registry = null) =>
        await (registry ?? Registry()).Push.Blob(
            new PushTarget(Ref($"{server.Host}/a/b:1"), server.Base),
            new PushBlob(
                Blob, elsewhere is null ? Seq<string>() : Seq1(elsewhere),
                _ => Prelude.RightAsync<DomainError, Stream>(new MemoryStream(bytes ?? Layer)), told ?? (_ => { })),
            default).ToEither();
}
