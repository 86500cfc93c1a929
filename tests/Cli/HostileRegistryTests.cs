namespace EventDock.Tests.Cli;

using System.IO;
using System.Net;
using System.Security.Cryptography;
using System.Text;

/// <summary>Pulls from registries that lie: one line, soon, and nothing left behind.</summary>
public sealed class HostileRegistryTests(MirroredInstallation eventdock) : IClassFixture<MirroredInstallation>
{
    private const string ManifestType = "application/vnd.oci.image.manifest.v1+json";

    private static readonly byte[] Plain = Busybox.Tar(("file", new string('x', 100_000)));
    private static readonly byte[] Layer = Busybox.Gzip(Plain);

    private static readonly byte[] Config = Encoding.UTF8.GetBytes(
        $"{{\"architecture\":\"amd64\",\"os\":\"linux\",\"config\":{{}},\"rootfs\":{{\"type\":\"layers\",\"diff_ids\":[\"{Sha(Plain)}\"]}},\"history\":[]}}");

    private static readonly string Deep = new('[', 100);

    /// <param name="lie">What it does instead of what it should.</param>
    [Theory]
    [InlineData("manifest: HTML", "is not valid JSON")]
    [InlineData("manifest: deep", "is not valid JSON")]
    [InlineData("manifest: a key twice", "twice")]
    [InlineData("manifest: a huge number", "'size' is not a whole number")]
    [InlineData("manifest: too long", "is longer than 4194304 bytes")]
    [InlineData("manifest: in a circle", "redirects more than 10 times")]
    [InlineData("manifest: schema 1", "schema 1")]
    [InlineData("manifest: control characters", "\\x1b[2J")]
    [InlineData("index: of itself", "is not what it should be")]
    [InlineData("index: a thousand deep", "index of indexes")]
    [InlineData("config: HTML", "is not what it should be")]
    [InlineData("config: too long", "is longer than")]
    [InlineData("layer: HTML", "is not what it should be")]
    [InlineData("layer: of another length", "is not what it should be")]
    [InlineData("layer: longer than it says", "is not what it should be")]
    [InlineData("layer: of another digest", "is not what it should be")]
    [InlineData("layer: cut off", "was cut off")]
    [InlineData("layer: gone", "404")]
    [InlineData("layer: refused for ever", "503")]
    [InlineData("layer: in a circle", "redirects more than 10 times")]
    public void Each_lie_is_one_line_within_bounds_and_leaves_nothing(string lie, string says)
    {
        var before = Store();
        using var registry = new HostileRegistry(context => Answer(context, lie));
        var refused = eventdock.Run("pull", "-q", registry.Reference).Refused(1);
        Assert.Contains(says, refused, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', refused);
        Assert.InRange(refused.Length, 1, 1000);
        Assert.Equal(before, Store());
        eventdock.Refused(1, "rm", "nothing-but-a-changing-command-that-clears");
        eventdock.NothingWaitsInStaging();
    }

    private (string, string) Store() => (
        eventdock.Out("images", "-a", "--format", "{{.ID}} {{.Repository}} {{.Tag}} {{.Size}}"), string.Join(' ', eventdock.Entries("layers")));

    private static byte[] Manifest(byte[] config, byte[] layer, string? size = null) => Encoding.UTF8.GetBytes(
        $"{{\"schemaVersion\":2,\"mediaType\":\"{ManifestType}\",\"config\":{{\"mediaType\":\"application/vnd.oci.image.config.v1+json\",\"digest\":\"{Sha(config)}\",\"size\":{size ?? $"{config.Length}"}}},"
        + $"\"layers\":[{{\"mediaType\":\"application/vnd.oci.image.layer.v1.tar+gzip\",\"digest\":\"{Sha(layer)}\",\"size\":{layer.Length}}}]}}");

    private static byte[] Index(byte[] of, string type = "application/vnd.oci.image.index.v1+json") => Encoding.UTF8.GetBytes(
        $"{{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.index.v1+json\",\"manifests\":[{{\"mediaType\":\"{type}\",\"digest\":\"{Sha(of)}\",\"size\":{of.Length}}}]}}");

    private static void Answer(HttpListenerContext context, string lie)
    {
        var path = context.Request.Url!.AbsolutePath;
        var part = path.EndsWith(Sha(Config), StringComparison.Ordinal) ? "config"
            : path.Contains("/manifests/", StringComparison.Ordinal) ? "manifest"
            : path.EndsWith(Sha(Layer), StringComparison.Ordinal) || path.Contains("/round/", StringComparison.Ordinal) ? "layer"
            : "";
        var (type, body) = part switch
        {
            "config" => ("application/octet-stream", Config),
            "layer" => ("application/octet-stream", Layer),
            "manifest" => (ManifestType, Manifest(Config, Layer)),
            _ => ("application/json", "{}"u8.ToArray()),
        };
        if (part.Length == 0)
        {
            HostileRegistry.Status(context, path == "/v2/" ? 200 : 404);
            return;
        }

        if (lie.StartsWith("index", StringComparison.Ordinal) && part == "manifest")
        {
            Send(context, "application/vnd.oci.image.index.v1+json", lie.EndsWith("itself", StringComparison.Ordinal) ? Index(body) : Nested(path));
            return;
        }

        if (!lie.StartsWith(part, StringComparison.Ordinal))
        {
            Send(context, type, body);
            return;
        }

        switch (lie[(part.Length + 2)..])
        {
            case "HTML":
                Send(context, "text/html", "<html><body>Please log in</body></html>"u8.ToArray());
                break;
            case "deep":
                Send(context, type, Encoding.UTF8.GetBytes($"{{\"schemaVersion\":2,\"x\":{Deep}"));
                break;
            case "a key twice":
                Send(context, type, [.. "{\"schemaVersion\":2,"u8, .. body[1..]]);
                break;
            case "a huge number":
                Send(context, type, Manifest(Config, Layer, "1" + new string('0', 400)));
                break;
            case "too long":
                Endless(context, type);
                break;
            case "in a circle":
                context.Response.RedirectLocation = $"/round{(part == "manifest" ? "/manifests" : "")}/{(path.EndsWith('a') ? 'b' : 'a')}";
                HostileRegistry.Status(context, 307);
                break;
            case "schema 1":
                Send(context, "application/vnd.docker.distribution.manifest.v1+prettyjws", "{\"schemaVersion\":1}"u8.ToArray());
                break;
            case "control characters":
                HostileRegistry.Status(context, 400, "{\"errors\":[{\"message\":\"\\u001b[2J\\u0007 gone\\r\\n\"}]}");
                break;
            case "of another length":
                Send(context, type, body[1..]);
                break;
            case "longer than it says":
                Endless(context, type, body);
                break;
            case "of another digest":
                var wrong = body.ToArray();
                wrong[^20] ^= 1;
                Send(context, type, wrong);
                break;
            case "cut off":
                context.Response.ContentLength64 = body.Length;
                context.Response.OutputStream.Write(body, 0, body.Length / 2);
                context.Response.OutputStream.Flush();
                context.Response.Abort();
                break;
            default:
                HostileRegistry.Status(context, lie.EndsWith("gone", StringComparison.Ordinal) ? 404 : 503);
                break;
        }
    }

    /// <summary>Indexes, each of which holds the next; the one that is asked for by digest is found by it.</summary>
    private static byte[] Nested(string path)
    {
        var at = Index(Manifest(Config, Layer), ManifestType);
        for (var depth = 0; depth < 1000; depth++)
        {
            var outer = Index(at);
            if (path.EndsWith(Sha(at), StringComparison.Ordinal))
            {
                return at;
            }

            at = outer;
        }

        return at;
    }

    private static void Send(HttpListenerContext context, string type, byte[] body)
    {
        context.Response.ContentType = type;
        context.Response.ContentLength64 = body.Length;
        context.Response.Close(body, willBlock: true);
    }

    /// <summary>What comes first, then x for as long as somebody reads, without a length.</summary>
    private static void Endless(HttpListenerContext context, string type, byte[]? first = null)
    {
        context.Response.ContentType = type;
        context.Response.SendChunked = true;
        context.Response.OutputStream.Write(first ?? "{\"x\":\""u8.ToArray());
        var more = Encoding.ASCII.GetBytes(new string('x', 65536));
        for (var i = 0; i < 4096; i++)
        {
            context.Response.OutputStream.Write(more);
        }

        context.Response.Close();
    }

    private static string Sha(byte[] bytes) => $"sha256:{Convert.ToHexStringLower(SHA256.HashData(bytes))}";
}
