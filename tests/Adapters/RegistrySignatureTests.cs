namespace EventDock.Tests.Adapters;

using System.Diagnostics;
using System.IO;
using System.Text;
using EventDock.Adapters.Registry;
using EventDock.Adapters.Signing;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;
using static EventDock.Tests.Adapters.RegistryFixtures;
using static EventDock.Tests.Adapters.RegistryServer;

/// <summary>What stands beside an image in a registry, and keys that verify it.</summary>
public sealed class RegistrySignatureTests
{
    private static readonly TestImage Image = new();

    private static readonly byte[] Payload = "{\"critical\":{}}"u8.ToArray();

    private static readonly byte[] Signature = Encoding.UTF8.GetBytes(
        $$$"""{"schemaVersion":2,"layers":[{"mediaType":"{{{CosignJson.PayloadType}}}","size":{{{Payload.Length}}},"digest":"{{{Digest.Of(Payload).Value}}}","annotations":{"dev.cosignproject.cosign/signature":"AAEC"}}]}""");

    [Fact]
    public async Task The_tag_of_cosign_and_the_list_of_referrers_are_both_found()
    {
        await using var server = new RegistryServer(Signed);
        var found = Value(await FindAsync(server, payloads: true));
        Assert.True(found.Whole);
        Assert.Equal(["cosign", "application/vnd.example", CosignJson.ArtifactType], found.Found.Map(f => f.Kind).ToArray());
        Assert.Equal([1, 0, 1], found.Found.Map(f => f.Payloads.Count).ToArray());
        Assert.Equal(Payload, found.Found[0].Payloads[0].Payload);
        Assert.Equal([0, 1, 2], found.Found[0].Payloads[0].Signature);
        Assert.All(Value(await FindAsync(server, payloads: false)).Found, f => Assert.Empty(f.Payloads));
    }

    [Fact]
    public async Task Looking_takes_one_round_trip_where_nothing_is_verified()
    {
        await using var server = new RegistryServer(Signed);
        await FindAsync(server, payloads: false);
        Assert.Equal(3, server.Requests.Count(r => r.Path.Contains("sha256-") || r.Path.Contains("/referrers/")));
        Assert.DoesNotContain(server.Requests, r => r.Path.Contains(Digest.Of(Payload).Value));
    }

    [Fact]
    public async Task A_payload_that_is_not_its_digest_is_not_looked_at()
    {
        await using var server = new RegistryServer(r => r.Path.EndsWith(Digest.Of(Payload).Value) ? Answer(200, "{\"critical\":1}") : Signed(r));
        Assert.All(Value(await FindAsync(server, payloads: true)).Found, f => Assert.Empty(f.Payloads));
    }

    [Theory]
    [InlineData(404, true)]
    [InlineData(400, true)]
    [InlineData(405, true)]
    [InlineData(403, false)]
    public async Task A_registry_without_any_has_none_and_one_that_refuses_has_not_said_so(int status, bool whole)
    {
        await using var server = new RegistryServer(r => IsBeside(r.Path) ? Answer(status, "") : Image.Answer(r.Path)!);
        var found = Value(await FindAsync(server, payloads: true));
        Assert.Equal((0, whole), (found.Found.Count, found.Whole));
    }

    [Theory]
    [InlineData("<html>")]
    [InlineData("{\"manifests\":[{\"digest\":\"sha256:x\"}]}")]
    [InlineData("{\"manifests\":7}")]
    public async Task What_is_no_list_is_none_and_the_search_not_whole(string body)
    {
        await using var server = new RegistryServer(r => r.Path.Contains("/referrers/") ? Answer(200, body) : IsBeside(r.Path) ? Answer(404, "") : Image.Answer(r.Path)!);
        var found = Value(await FindAsync(server, payloads: true));
        Assert.Equal((0, false), (found.Found.Count, found.Whole));
    }

    [Fact]
    public async Task A_registry_that_does_not_answer_holds_up_nobody_for_longer_than_a_connection_may_take()
    {
        await using var server = new RegistryServer((r, stream) =>
            IsBeside(r.Path) ? Task.Delay(Timeout.InfiniteTimeSpan) : stream.WriteAsync(Image.Answer(r.Path)!).AsTask());
        var found = await FindAsync(server, payloads: true, Hasty).WaitAsync(Patience);
        Assert.True(found.Match(Right: f => !f.Whole, Left: e => e is DomainError.RegistryUnreachable));
    }

    [Theory]
    [InlineData("EC -pkeyopt ec_paramgen_curve:P-256", "dgst -sha256 -sign KEY -out SIGNATURE MESSAGE")]
    [InlineData("ed25519", "pkeyutl -sign -rawin -inkey KEY -in MESSAGE -out SIGNATURE")]
    public void A_public_key_verifies_what_was_signed_with_it_and_nothing_else(string algorithm, string sign)
    {
        var place = Directory.CreateTempSubdirectory("edt-keys-").FullName;
        try
        {
            OpenSsl(place, $"genpkey -algorithm {algorithm} -out KEY");
            OpenSsl(place, "pkey -in KEY -pubout -out KEY.pub");
            File.WriteAllBytes(Path.Combine(place, "message"), Payload);
            OpenSsl(place, sign);
            var verifies = Value(PublicKeyFile.Read(Path.Combine(place, "key.pub")));
            var signature = File.ReadAllBytes(Path.Combine(place, "signature"));
            Assert.True(verifies(Payload, signature));
            Assert.False(verifies([.. Payload, 0], signature));
            signature[^1] ^= 1;
            Assert.False(verifies(Payload, signature));
            Assert.False(verifies(Payload, []));
            Assert.False(verifies(Payload, [0x30, 0x80, 1]));
            Assert.IsType<DomainError.FileFailed>(Error(PublicKeyFile.Read(Path.Combine(place, "key"))));
        }
        finally
        {
            Directory.Delete(place, recursive: true);
        }
    }

    [Fact]
    public void A_key_of_another_kind_is_refused_by_its_file()
    {
        var place = Directory.CreateTempSubdirectory("edt-keys-").FullName;
        try
        {
            OpenSsl(place, "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out KEY");
            OpenSsl(place, "pkey -in KEY -pubout -out KEY.pub");
            Assert.Contains("P-256", Assert.IsType<DomainError.FileFailed>(Error(PublicKeyFile.Read(Path.Combine(place, "key.pub")))).Reason);
        }
        finally
        {
            Directory.Delete(place, recursive: true);
        }
    }

    private static byte[] Signed(HttpRequest request)
    {
        var list = $$$"""{"schemaVersion":2,"mediaType":"{{{MediaType.OciIndex}}}","manifests":[{"mediaType":"{{{MediaType.OciManifest}}}","artifactType":"application/vnd.example","size":3,"digest":"{{{Digest.Of([1]).Value}}}"},{"mediaType":"{{{MediaType.OciManifest}}}","artifactType":"{{{CosignJson.ArtifactType}}}","size":{{{Signature.Length}}},"digest":"{{{Digest.Of(Signature).Value}}}"}]}""";
        return request.Path.EndsWith(CosignJson.Tag(Image.Digest)) || request.Path.EndsWith(Digest.Of(Signature).Value) ? Answer(200, Signature)
            : request.Path.EndsWith($"/referrers/{Image.Digest.Value}") || request.Path.EndsWith($"/manifests/sha256-{Image.Digest.Hex}") ? Answer(200, list)
            : request.Path.EndsWith(Digest.Of(Payload).Value) ? Answer(200, Payload)
            : Image.Answer(request.Path) ?? Answer(404, "");
    }

    private static bool IsBeside(string path) => path.Contains("/referrers/") || path.Contains("/manifests/sha256-");

    private static async Task<Either<DomainError, SignaturesBeside>> FindAsync(RegistryServer server, bool payloads, RegistryTiming? timing = null)
    {
        var registry = RegistryAdapter.Create(EngineConfig.Empty, timing: timing ?? Quick);
        var image = Value(await registry.Resolve(Ref($"{server.Host}/a/b:1"), Here, default).ToEither());
        return await registry.Signatures(image, payloads, default).ToEither();
    }

    private static void OpenSsl(string place, string line)
    {
        var words = line.Replace("KEY", Path.Combine(place, "key")).Replace("SIGNATURE", Path.Combine(place, "signature")).Replace("MESSAGE", Path.Combine(place, "message"));
        using var process = Process.Start(new ProcessStartInfo("openssl", words.Split(' ')) { RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, error);
    }
}
