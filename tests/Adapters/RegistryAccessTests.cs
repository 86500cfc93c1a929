namespace EventDock.Tests.Adapters;

using System.IO;
using System.Net;
using System.Net.Http;
using System.Net.NetworkInformation;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using EventDock.Adapters.Registry;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;
using static EventDock.Tests.Adapters.RegistryFixtures;
using static EventDock.Tests.Adapters.RegistryServer;

/// <summary>Tokens, redirects, mirrors and certificates: who is asked, and what they are told.</summary>
public sealed class RegistryAccessTests
{
    private static readonly TestImage Image = new();

    [Fact]
    public async Task A_token_is_fetched_once_where_the_challenge_says_and_used_for_everything()
    {
        await using var tokens = new RegistryServer(r => Answer(200, "{\"token\":\"t0ken\",\"expires_in\":300}"));
        await using var server = new RegistryServer(r => r.Headers.GetValueOrDefault("Authorization") == "Bearer t0ken"
            ? Image.Answer(r.Path)!
            : Answer(401, "", $"WWW-Authenticate: Bearer realm=\"{tokens.Base}/auth?x=1\",service=\"a, \\\"b\\\"\",scope=\"repository:a/b:pull\""));
        var registry = Create();
        var image = Value(await registry.Resolve(Ref($"{server.Host}/a/b:1"), Here, default).ToEither());
        (await registry.OpenLayer(image, image.Manifest.Layers[0], default).ToEither()).IfRight(s => s.Dispose());
        Assert.Equal("/auth?x=1&service=a%2C%20%22b%22&scope=repository%3Aa%2Fb%3Apull", Assert.Single(tokens.Requests).Path);
        Assert.Equal(4, server.Requests.Count);
    }

    [Fact]
    public async Task A_token_that_has_run_out_is_fetched_again()
    {
        var issued = 0;
        await using var tokens = new RegistryServer(r => Answer(200, $"{{\"access_token\":\"t{++issued}\"}}"));
        var good = "t1";
        await using var server = new RegistryServer(r => r.Headers.GetValueOrDefault("Authorization") == $"Bearer {good}"
            ? Image.Answer(r.Path)!
            : Answer(401, "", $"WWW-Authenticate: Bearer realm=\"{tokens.Base}/\""));
        var registry = Create();
        Value(await registry.Resolve(Ref($"{server.Host}/a/b:1"), Here, default).ToEither());
        good = "t2";
        Value(await registry.Resolve(Ref($"{server.Host}/a/b:1"), Here, default).ToEither());
        Assert.Equal(2, issued);
    }

    [Fact]
    public async Task A_token_that_does_not_help_or_is_not_given_is_a_denial()
    {
        await using var tokens = new RegistryServer(r => r.Path.Contains("none") ? Answer(403, "{\"details\":\"no anonymous access\"}") : Answer(200, "{\"token\":\"t\"}"));
        await using var server = new RegistryServer(r => Answer(
            401, "{\"errors\":[{\"message\":\"authentication required\"}]}", $"WWW-Authenticate: Bearer realm=\"{tokens.Base}/{(r.Path.Contains("/none/") ? "none" : "some")}\""));
        Assert.Equal(new DomainError.RegistryDenied($"{server.Host}/some/b", "authentication required"), Error(await Create().Resolve(Ref($"{server.Host}/some/b"), Here, default).ToEither()));
        Assert.Equal(new DomainError.RegistryDenied($"{server.Host}/none/b", "no anonymous access"), Error(await Create().Resolve(Ref($"{server.Host}/none/b"), Here, default).ToEither()));
    }

    [Theory]
    [InlineData("http://example.com/token")]
    [InlineData("file:///etc/passwd")]
    [InlineData("not a url")]
    public async Task A_token_is_not_fetched_over_plain_http_from_elsewhere(string realm)
    {
        await using var server = new RegistryServer(r => Answer(401, "", $"WWW-Authenticate: Bearer realm=\"{realm}\""));
        Assert.Contains(realm, Assert.IsType<DomainError.RegistryDenied>(Error(await Create().Resolve(Ref($"{server.Host}/a"), Here, default).ToEither())).Message);
    }

    [Theory]
    [InlineData("{\"token\":\"a\\r\\nX-Evil: 1\"}")]
    [InlineData("{\"token\":\"\"}")]
    [InlineData("{\"token\":1}")]
    [InlineData("<html>")]
    public async Task What_is_no_token_is_never_sent(string body)
    {
        await using var tokens = new RegistryServer(_ => Answer(200, body));
        await using var server = new RegistryServer(_ => Answer(401, "", $"WWW-Authenticate: Bearer realm=\"{tokens.Base}/\""));
        Assert.IsType<DomainError.BadContent>(Error(await Create().Resolve(Ref($"{server.Host}/a"), Here, default).ToEither()));
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task A_blob_is_followed_to_other_storage_without_the_token()
    {
        await using var storage = new RegistryServer(r => Image.Answer(r.Path)!);
        RegistryServer? tokens = null;
        await using var server = new RegistryServer(r =>
            !r.Headers.ContainsKey("Authorization") ? Answer(401, "", $"WWW-Authenticate: Bearer realm=\"{tokens!.Base}/\"")
            : r.Path.Contains("/blobs/") ? Answer(307, "", $"Location: {storage.Base}/far{r.Path}")
            : Image.Answer(r.Path)!);
        await using var issuing = tokens = new RegistryServer(_ => Answer(200, "{\"token\":\"t\"}"));
        Value(await Create().Resolve(Ref($"{server.Host}/a/b:1"), Here, default).ToEither());
        Assert.DoesNotContain("Authorization", Assert.Single(storage.Requests).Headers.Keys);
        Assert.StartsWith("/far/v2/a/b/blobs/", storage.Requests[0].Path);
    }

    [Fact]
    public async Task A_redirect_from_https_to_http_is_refused()
    {
        using var network = new Network(r => r.RequestUri!.Scheme == "https"
            ? new HttpResponseMessage(HttpStatusCode.Found) { Headers = { Location = new Uri("http://r.example/x") } }
            : throw new Xunit.Sdk.XunitException("followed"));
        var error = Error(await Create(network: network).Resolve(Ref("r.example/a"), Here, default).ToEither());
        Assert.Contains("https to http", Assert.IsType<DomainError.RegistryRefused>(error).Message);
    }

    [Fact]
    public async Task Docker_io_is_asked_at_its_mirrors_first_in_order_and_then_itself()
    {
        using var network = new Network(r => r.RequestUri!.Host switch
        {
            "one.example" => throw new HttpRequestException(HttpRequestError.NameResolutionError),
            "two.example" => Respond(Answer(500, "")),
            "three.example" when r.RequestUri.AbsolutePath.Contains("/manifests/") => Respond(Image.Answer(r.RequestUri.AbsolutePath)!),
            "three.example" => Respond(Answer(200, "not that blob")),
            _ => Respond(Image.Answer(r.RequestUri.AbsolutePath)!),
        });
        var registry = Create(new(Seq("https://one.example", "https://two.example", "http://three.example"), Seq<string>()), network);
        var image = Value(await registry.Resolve(Ref("node:6.9.2"), Here, default).ToEither());
        Assert.Equal("https://registry-1.docker.io", image.Endpoint);
        Assert.Equal(["one.example", "two.example", "three.example", "registry-1.docker.io"], network.Asked.Select(u => u.Host).Distinct());
        Assert.Equal("/v2/library/node/manifests/6.9.2", network.Asked[0].AbsolutePath);

        Assert.True((await registry.Resolve(Ref("r.example/node"), Here, default).ToEither()).IsRight);
        Assert.Equal("r.example", network.Asked[^1].Host);
    }

    [Fact]
    public async Task A_layer_that_a_mirror_fails_to_give_comes_from_the_registry_itself()
    {
        using var network = new Network(r => r.RequestUri!.Host == "m.example" && r.RequestUri.AbsolutePath.EndsWith(Image.Manifest.Layers[0].Digest.Value)
            ? Respond(Answer(404, ""))
            : Respond(Image.Answer(r.RequestUri.AbsolutePath)!));
        var registry = Create(new(Seq1("https://m.example"), Seq<string>()), network);
        var image = Value(await registry.Resolve(Ref("node"), Here, default).ToEither());
        Assert.Equal("https://m.example", image.Endpoint);
        await using var layer = Value(await registry.OpenLayer(image, image.Manifest.Layers[0], default).ToEither());
        Assert.Equal("registry-1.docker.io", network.Asked[^1].Host);
    }

    [Fact]
    public async Task Where_all_mirrors_fail_the_last_error_is_told()
    {
        using var network = new Network(r => Respond(Answer(r.RequestUri!.Host == "m.example" ? 500 : 404, "")));
        Assert.Equal(new DomainError.ManifestUnknown("node:1"), Error(await Create(new(Seq1("https://m.example"), Seq<string>()), network).Resolve(Ref("node:1"), Here, default).ToEither()));
    }

    [Fact]
    public async Task A_registry_elsewhere_is_never_asked_over_plain_http_unless_it_is_configured()
    {
        using var network = new Network(r => r.RequestUri!.Scheme == "https"
            ? throw new HttpRequestException(HttpRequestError.SecureConnectionError)
            : Respond(Image.Answer(r.RequestUri.AbsolutePath)!));
        Assert.IsType<DomainError.RegistryUnreachable>(Error(await Create(network: network).Resolve(Ref("10.1.2.3:5000/a"), Here, default).ToEither()));
        Assert.All(network.Asked, u => Assert.Equal("https", u.Scheme));
        foreach (var configured in new[] { "10.1.2.3:5000", "10.0.0.0/8", "10.1.2.99/24" })
        {
            Assert.True((await Create(new(Seq<string>(), Seq1(configured)), network).Resolve(Ref("10.1.2.3:5000/a"), Here, default).ToEither()).IsRight, configured);
        }

        Assert.True((await Create(new(Seq<string>(), Seq1("10.1.2.3")), network).Resolve(Ref("10.1.2.3:5000/a"), Here, default).ToEither()).IsLeft);
    }

    [Fact]
    public async Task A_bad_certificate_is_accepted_on_loopback_and_where_configured_and_nowhere_else()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=nobody", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-2), DateTimeOffset.UtcNow.AddDays(-1));
        using var certificate = X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
        using var listener = new TcpListener(IPAddress.Any, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        using var stop = new CancellationTokenSource();
        var serving = ServeTlsAsync(listener, certificate, stop.Token);

        Assert.Equal($"https://127.0.0.1:{port}", Value(await Create().Resolve(Ref($"127.0.0.1:{port}/a"), Here, default).ToEither()).Endpoint);
        var other = NetworkInterface.GetAllNetworkInterfaces().SelectMany(n => n.GetIPProperties().UnicastAddresses)
            .Select(a => a.Address).FirstOrDefault(a => a.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(a));
        if (other is not null)
        {
            var reference = Ref($"{other}:{port}/a");
            Assert.StartsWith("TLS", Assert.IsType<DomainError.RegistryUnreachable>(Error(await Create().Resolve(reference, Here, default).ToEither())).Reason);
            Assert.True((await Create(new(Seq<string>(), Seq1($"{other}/32"))).Resolve(reference, Here, default).ToEither()).IsRight);
        }

        await stop.CancelAsync();
        await serving;
    }

    [Fact]
    public async Task A_proxy_of_the_environment_is_not_asked_for_loopback()
    {
        var before = HttpClient.DefaultProxy;
        try
        {
            HttpClient.DefaultProxy = new WebProxy("http://127.0.0.1:1");
            await using var server = new RegistryServer(r => Image.Answer(r.Path)!);
            Value(await Create().Resolve(Ref($"{server.Host}/a:1"), Here, default).ToEither());
            Assert.IsType<DomainError.RegistryUnreachable>(Error(await Create().Resolve(Ref("r.example/a:1"), Here, default).ToEither()));
        }
        finally
        {
            HttpClient.DefaultProxy = before;
        }
    }

    [Theory]
    [InlineData("Bearer realm=\"https://a/b?c=d\",service=\"s, t\", scope=\"x:y:z\"", "bearer realm=https://a/b?c=d service=s, t scope=x:y:z")]
    [InlineData("Basic realm=\"a\", Bearer realm=b", "basic realm=a|bearer realm=b")]
    [InlineData("Negotiate, BEARER  REALM = \"a\\\"b\"", "negotiate|bearer REALM=a\"b")]
    [InlineData("Bearer realm=\"never ends", "bearer")]
    [InlineData("", "")]
    [InlineData(",,=", "")]
    [InlineData("Bearer realm=https://a/b,service=c", "bearer realm=https://a/b service=c")]
    public void Challenges_are_read_with_their_commas_and_quotes(string header, string read) =>
        Assert.Equal(read, string.Join('|', Challenge.Parse(header).Select(c => string.Join(' ', c.Parameters.Select(p => $"{p.Key}={p.Value}").Prepend(c.Scheme)))));

    [Fact]
    public void The_configuration_file_may_be_missing_only_where_nobody_named_it()
    {
        var path = Path.Combine(Path.GetTempPath(), $"eventdock-config-{Guid.NewGuid():n}.json");
        Assert.Equal(EngineConfig.Empty, Value(EngineConfigFile.Read(path, mustExist: false)));
        Assert.Equal(path, Assert.IsType<DomainError.FileFailed>(Error(EngineConfigFile.Read(path, mustExist: true))).Path);
        try
        {
            File.WriteAllText(path, "{\"registry-mirrors\":[\"http://127.0.0.1:1/\"]}");
            Assert.Equal(Seq1("http://127.0.0.1:1"), Value(EngineConfigFile.Read(path, mustExist: true)).RegistryMirrors);
            File.WriteAllText(path, "{\"registry-miror\":[]}");
            Assert.Contains(path, Assert.IsType<DomainError.Invalid>(Error(EngineConfigFile.Read(path, mustExist: false))).What);
            File.WriteAllText(path, "{\"insecure-registries\":[\"10.0.0.1.2/8\"]}");
            Assert.IsType<DomainError.Invalid>(Error(EngineConfigFile.Read(path, mustExist: false)));
            File.WriteAllBytes(path, [0xff, 0xfe, 0xff]);
            Assert.True(EngineConfigFile.Read(path, mustExist: false).IsLeft);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static Domain.Images.Registry Create(EngineConfig? config = null, HttpMessageHandler? network = null) =>
        RegistryAdapter.Create(config ?? EngineConfig.Empty, network, Quick);

    /// <summary>An answer as bytes on the wire, as .NET's handler would hand it over.</summary>
    private static HttpResponseMessage Respond(byte[] wire)
    {
        var end = wire.AsSpan().IndexOf("\r\n\r\n"u8);
        var lines = Encoding.ASCII.GetString(wire, 0, end).Split("\r\n");
        var response = new HttpResponseMessage((HttpStatusCode)int.Parse(lines[0].Split(' ')[1])) { Content = new ByteArrayContent(wire[(end + 4)..]) };
        foreach (var header in lines.Skip(1).Select(l => l.Split(": ", 2)))
        {
            _ = response.Headers.TryAddWithoutValidation(header[0], header[1]) || response.Content.Headers.TryAddWithoutValidation(header[0], header[1]);
        }

        return response;
    }

    private static async Task ServeTlsAsync(TcpListener listener, X509Certificate2 certificate, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                using var client = await listener.AcceptTcpClientAsync(stop);
                await using var tls = new SslStream(client.GetStream());
                await tls.AuthenticateAsServerAsync(certificate);
                var buffer = new byte[8192];
                var count = await tls.ReadAsync(buffer, stop);
                if (count == 0)
                {
                    continue;
                }

                await tls.WriteAsync(Image.Answer(Encoding.ASCII.GetString(buffer, 0, count).Split(' ')[1])!, stop);
                await tls.ShutdownAsync();
            }
            catch (Exception e) when (e is IOException or System.Security.Authentication.AuthenticationException or OperationCanceledException)
            {
                // A client that does not trust us hangs up.
            }
        }
    }

    /// <summary>The whole internet, as one function.</summary>
    private sealed class Network(Func<HttpRequestMessage, HttpResponseMessage> answer) : HttpMessageHandler
    {
        public List<Uri> Asked { get; } = [];

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Asked.Add(request.RequestUri!);
            var response = answer(request);
            response.RequestMessage = request;
            return Task.FromResult(response);
        }
    }
}
