namespace EventDock.Tests.Cli;

using System.IO;
using System.Net.Http;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

/// <summary>Signed images, their signatures made here as cosign makes them, with keys of openssl's.</summary>
public sealed class SignatureTests(MirroredInstallation eventdock) : IClassFixture<MirroredInstallation>
{
    private string Host => $"127.0.0.1:{eventdock.Registry.Port}";

    [Theory]
    [InlineData("p256", "EC -pkeyopt ec_paramgen_curve:P-256", false)]
    [InlineData("ed25519", "ed25519", false)]
    [InlineData("referrer", "EC -pkeyopt ec_paramgen_curve:P-256", true)]
    public void A_signature_that_the_configured_key_verifies_is_recorded_with_it(string name, string algorithm, bool asReferrer)
    {
        var (reference, digest) = Published($"signed/{name}");
        var key = Key(name, algorithm);
        Sign(reference, digest, key, Payload(digest, reference[..^2]), asReferrer);
        var config = Configured(name, reference[..^2], key, "require");
        eventdock.RunWith([("EVENTDOCK_CONFIG", config)], "pull", "-q", reference).Good();
        var source = Source();
        Assert.Equal("complete", source.GetProperty("Search").GetString());
        var found = Assert.Single(
            source.GetProperty("Signatures").EnumerateArray(), s => s.GetProperty("VerifiedBy").ValueKind == JsonValueKind.String);
        Assert.Equal($"{key}.pub", found.GetProperty("VerifiedBy").GetString());
        Assert.Contains(", 1 of 1 signatures verified", eventdock.Lines("log", "--type", "ImagePulled")[0], StringComparison.Ordinal);
        eventdock.Run("rmi", reference).Good();
    }

    [Theory]
    [InlineData("unsigned")]
    [InlineData("another key")]
    [InlineData("another image")]
    [InlineData("another repository")]
    [InlineData("a changed payload")]
    [InlineData("no signature at all")]
    public void Where_a_signature_is_required_and_none_verifies_nothing_is_pulled_and_nothing_stays(string what)
    {
        var name = what.Replace(' ', '-');
        var (reference, digest) = Published($"refused/{name}");
        var key = Key(name, "EC -pkeyopt ec_paramgen_curve:P-256");
        var repository = reference[..^2];
        var payload = Payload(what == "another image" ? Sha("other"u8.ToArray()) : digest, what == "another repository" ? $"{Host}/some/other" : repository);
        if (what == "no signature at all")
        {
            Beside(reference, digest, payload, payload, asReferrer: false);
        }
        else if (what != "unsigned")
        {
            var signed = what == "another key" ? Key("another", "EC -pkeyopt ec_paramgen_curve:P-256") : key;
            Sign(reference, digest, signed, payload, asReferrer: false, sent: what == "a changed payload" ? [.. payload, (byte)' '] : payload);
        }

        var config = Configured(name, repository, key, "require");
        var before = eventdock.Entries("layers");
        var refused = eventdock.RunWith([("EVENTDOCK_CONFIG", config)], "pull", "-q", reference).Refused(1);
        Assert.Contains($"{key}.pub", refused, StringComparison.Ordinal);
        Assert.Equal(before, eventdock.Entries("layers"));
        Assert.DoesNotContain(repository, eventdock.Out("images", "--format", "{{.Repository}}"), StringComparison.Ordinal);

        eventdock.RunWith([("EVENTDOCK_CONFIG", Configured(name, repository, key, "record"))], "pull", "-q", reference).Good();
        Assert.DoesNotContain(Source().GetProperty("Signatures").EnumerateArray(), s => s.GetProperty("VerifiedBy").ValueKind == JsonValueKind.String);
        eventdock.Run("rmi", reference).Good();
    }

    [Fact]
    public void A_key_that_is_only_to_be_recorded_does_not_stand_in_for_the_one_that_is_required()
    {
        var (reference, digest) = Published("signed/both");
        var repository = reference[..^2];
        var (recorded, required) = (Key("recorded", "ed25519"), Key("required", "ed25519"));
        var config = eventdock.Write("both.json", $$"""
            { "signatures": [ { "prefix": "{{repository}}", "key": "{{recorded}}.pub", "policy": "record" },
                              { "prefix": "{{repository}}", "key": "{{required}}.pub", "policy": "require" } ] }
            """);
        Sign(reference, digest, recorded, Payload(digest, repository), asReferrer: false);
        var refused = eventdock.RunWith([("EVENTDOCK_CONFIG", config)], "pull", "-q", reference).Refused(1);
        Assert.Contains($"{required}.pub", refused, StringComparison.Ordinal);
        Assert.DoesNotContain($"{recorded}.pub", refused, StringComparison.Ordinal);

        Sign(reference, digest, required, Payload(digest, repository), asReferrer: false);
        eventdock.RunWith([("EVENTDOCK_CONFIG", config)], "pull", "-q", reference).Good();
        eventdock.Run("rmi", reference).Good();
    }

    [Fact]
    public void Without_a_rule_what_is_there_is_recorded_and_where_they_are_off_nobody_looks()
    {
        var (reference, digest) = Published("plain/signed");
        Sign(reference, digest, Key("plain", "ed25519"), Payload(digest, reference[..^2]), asReferrer: false);
        eventdock.Run("pull", "-q", reference).Good();
        var found = Assert.Single(Source().GetProperty("Signatures").EnumerateArray());
        Assert.Equal(("cosign", JsonValueKind.Null), (found.GetProperty("Kind").GetString(), found.GetProperty("VerifiedBy").ValueKind));
        eventdock.Run("rmi", reference).Good();

        var off = eventdock.Write("off.json", "{ \"signatures\": \"off\" }");
        eventdock.RunWith([("EVENTDOCK_CONFIG", off)], "pull", "-q", reference).Good();
        Assert.Equal(("off", 0), (Source().GetProperty("Search").GetString(), Source().GetProperty("Signatures").GetArrayLength()));
        eventdock.Run("rmi", reference).Good();
    }

    [Theory]
    [InlineData("{ \"signatures\": [ { \"prefix\": \"node\", \"key\": \"/nowhere.pub\", \"policy\": \"require\" } ] }", "prefix")]
    [InlineData("{ \"signatures\": [ { \"prefix\": \"*\", \"key\": \"/nowhere.pub\", \"policy\": \"require\" } ] }", "/nowhere.pub: no such file")]
    [InlineData("{ \"signatures\": [ { \"prefix\": \"*\", \"key\": \"/etc/passwd\", \"policy\": \"require\" } ] }", "holds no public key")]
    [InlineData("{ \"signatures\": [ { \"prefix\": \"*\", \"key\": \"rel\", \"policy\": \"require\" } ] }", "absolute")]
    [InlineData("{ \"signatures\": [ { \"prefix\": \"*\", \"key\": \"/k\", \"policy\": \"warn\" } ] }", "require or record")]
    [InlineData("{ \"signatures\": \"on\" }", "off")]
    public void A_rule_that_cannot_be_followed_refuses_every_pull_that_it_covers(string config, string says)
    {
        var (reference, _) = Published("ruled/out");
        Assert.Contains(
            says, eventdock.RunWith([("EVENTDOCK_CONFIG", eventdock.Write("rules.json", config))], "pull", "-q", reference).Refused(1), StringComparison.Ordinal);
    }

    private (string Reference, string Digest) Published(string repository)
    {
        eventdock.Registry.Publish($"{repository}:1", Busybox.Tar(("signed", Guid.NewGuid().ToString())));
        using var http = new HttpClient();
        var head = new HttpRequestMessage(HttpMethod.Head, $"http://{Host}/v2/{repository}/manifests/1");
        head.Headers.Accept.ParseAdd("application/vnd.docker.distribution.manifest.v2+json");
        head.Headers.Accept.ParseAdd("application/vnd.oci.image.manifest.v1+json");
        return ($"{Host}/{repository}:1", http.Send(head).Headers.GetValues("Docker-Content-Digest").Single());
    }

    private JsonElement Source() =>
        JsonDocument.Parse(eventdock.Lines("log", "--type", "ImagePulled", "--format", "json")[0]).RootElement.GetProperty("Data").GetProperty("Source");

    private string Configured(string name, string prefix, string key, string policy) => eventdock.Write(
        $"{name}-{policy}.json", $"{{ \"signatures\": [ {{ \"prefix\": \"{prefix}\", \"key\": \"{key}.pub\", \"policy\": \"{policy}\" }} ] }}");

    private string Key(string name, string algorithm)
    {
        var key = Path.Combine(eventdock.Work, $"key-{name}");
        Eventdock.Run("openssl", ["genpkey", "-algorithm", .. algorithm.Split(' '), "-out", key]).Done();
        Eventdock.Run("openssl", ["pkey", "-in", key, "-pubout", "-out", $"{key}.pub"]).Done();
        return key;
    }

    private static byte[] Payload(string digest, string repository) => Encoding.UTF8.GetBytes(
        $"{{\"critical\":{{\"identity\":{{\"docker-reference\":\"{repository}\"}},\"image\":{{\"docker-manifest-digest\":\"{digest}\"}},"
        + "\"type\":\"cosign container image signature\"},\"optional\":null}");

    private void Sign(string reference, string digest, string key, byte[] payload, bool asReferrer, byte[]? sent = null)
    {
        var (message, signature) = (Path.Combine(eventdock.Work, "payload"), Path.Combine(eventdock.Work, "signature"));
        File.WriteAllBytes(message, payload);
        if (File.ReadAllText($"{key}.pub").Length < 140)
        {
            Eventdock.Run("openssl", ["pkeyutl", "-sign", "-rawin", "-inkey", key, "-in", message, "-out", signature]).Done();
        }
        else
        {
            Eventdock.Run("openssl", ["dgst", "-sha256", "-sign", key, "-out", signature, message]).Done();
        }

        Beside(reference, digest, sent ?? payload, File.ReadAllBytes(signature), asReferrer);
    }

    /// <summary>As cosign puts it; as a referrer under the tag that stands for the list, which docker-registry 2 does not have.</summary>
    private static void Beside(string reference, string digest, byte[] payload, byte[] signature, bool asReferrer)
    {
        var repository = reference[..^2];
        var at = $"http://{repository[..repository.IndexOf('/')]}/v2/{repository[(repository.IndexOf('/') + 1)..]}";
        const string oci = "application/vnd.oci.image.manifest.v1+json", config = "{\"architecture\":\"\",\"os\":\"\",\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[]}}";
        Blob(at, Encoding.UTF8.GetBytes(config));
        Blob(at, payload);
        var manifest = Encoding.UTF8.GetBytes(
            $"{{\"schemaVersion\":2,\"mediaType\":\"{oci}\",\"config\":{{\"mediaType\":\"application/vnd.oci.image.config.v1+json\",\"size\":{config.Length},\"digest\":\"{Sha(Encoding.UTF8.GetBytes(config))}\"}},"
            + $"\"layers\":[{{\"mediaType\":\"application/vnd.dev.cosign.simplesigning.v1+json\",\"size\":{payload.Length},\"digest\":\"{Sha(payload)}\","
            + $"\"annotations\":{{\"dev.cosignproject.cosign/signature\":\"{Convert.ToBase64String(signature)}\"}}}}]}}");
        var tag = digest.Replace(":", "-");
        if (!asReferrer)
        {
            Manifest(at, $"{tag}.sig", oci, manifest);
            return;
        }

        Manifest(at, Sha(manifest), oci, manifest);
        const string index = "application/vnd.oci.image.index.v1+json";
        Manifest(at, tag, index, Encoding.UTF8.GetBytes(
            $"{{\"schemaVersion\":2,\"mediaType\":\"{index}\",\"manifests\":[{{\"mediaType\":\"{oci}\",\"artifactType\":\"application/vnd.dev.cosign.artifact.sig.v1+json\","
            + $"\"size\":{manifest.Length},\"digest\":\"{Sha(manifest)}\"}}]}}"));
    }

    private static void Blob(string at, byte[] bytes)
    {
        using var http = new HttpClient();
        var begun = http.PostAsync($"{at}/blobs/uploads/", null).Result;
        Assert.True(http.PutAsync($"{begun.Headers.Location}&digest={Sha(bytes)}", new ByteArrayContent(bytes)).Result.IsSuccessStatusCode);
    }

    private static void Manifest(string at, string tag, string type, byte[] bytes)
    {
        using var http = new HttpClient();
        var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = new(type);
        var answer = http.PutAsync($"{at}/manifests/{tag}", content).Result;
        Assert.True(answer.IsSuccessStatusCode, answer.Content.ReadAsStringAsync().Result);
    }

    private static string Sha(byte[] bytes) => $"sha256:{Convert.ToHexStringLower(SHA256.HashData(bytes))}";
}
