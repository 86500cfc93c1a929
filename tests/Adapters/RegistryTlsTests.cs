namespace EventDock.Tests.Adapters;

using System.IO;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EventDock.Adapters.Registry;
using EventDock.Domain.Kernel;
using static EventDock.Tests.Adapters.RegistryFixtures;

/// <summary>Whose certificates are believed, where a proxy is left out.</summary>
public sealed class RegistryTlsTests : IDisposable
{
    private const SslPolicyErrors Chain = SslPolicyErrors.RemoteCertificateChainErrors;

    private readonly string directory = Directory.CreateTempSubdirectory("eventdock-certs-").FullName;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public void A_certificate_of_the_hosts_own_authority_is_believed_and_of_another_one_or_for_another_name_not()
    {
        var (mine, other) = (Authority("CN=mine"), Authority("CN=other"));
        File.WriteAllText(Path.Combine(Host("r.example:5000"), "ca.crt"), mine.ExportCertificatePem());
        var host = Value(new RegistryCertificates(directory).Of("r.example:5000"));
        Assert.True(host.Trusts(Leaf(mine), null, Chain));
        Assert.False(host.Trusts(Leaf(other), null, Chain));
        Assert.False(host.Trusts(Leaf(mine), null, Chain | SslPolicyErrors.RemoteCertificateNameMismatch));
        Assert.False(host.Trusts(null, null, SslPolicyErrors.RemoteCertificateNotAvailable));
        Assert.False(HostCertificates.None.Trusts(Leaf(mine), null, Chain));
        Assert.True(HostCertificates.None.Trusts(Leaf(mine), null, SslPolicyErrors.None));
    }

    [Fact]
    public void A_certificate_of_ours_is_read_with_its_key_and_is_an_error_without()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var made = new CertificateRequest("CN=client", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var place = Host("r.example");
        var certificates = new RegistryCertificates(directory);
        File.WriteAllText(Path.Combine(place, "client.cert"), made.ExportCertificatePem());
        Assert.Contains("client.key", Assert.IsType<DomainError.FileFailed>(Error(certificates.Of("r.example"))).Reason, StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(place, "client.key"), key.ExportPkcs8PrivateKeyPem());
        Assert.True(Assert.Single(Value(certificates.Of("r.example")).Clients.ToArray()).HasPrivateKey);
        File.WriteAllText(Path.Combine(place, "client.cert"), "no certificate");
        Assert.Equal(Path.Combine(place, "client.cert"), Assert.IsType<DomainError.FileFailed>(Error(certificates.Of("r.example"))).Path);
        Assert.False(certificates.Has("r.example:5000"));
    }

    [Theory]
    [InlineData("*", "http://a.example/", true)]
    [InlineData("a.example", "http://a.example/", true)]
    [InlineData("a.example", "http://x.A.example/", true)]
    [InlineData("a.example", "http://xa.example/", false)]
    [InlineData(".a.example", "http://a.example/", false)]
    [InlineData("*.a.example", "http://x.a.example/", true)]
    [InlineData("b, a.example:8080", "http://a.example:8080/", true)]
    [InlineData("a.example:8080", "http://a.example/", false)]
    [InlineData("10.0.0.0/8", "https://10.2.3.4:5000/", true)]
    [InlineData("10.0.0.0/8", "https://11.2.3.4:5000/", false)]
    [InlineData("10.2.3.4", "https://10.2.3.4:5000/", true)]
    [InlineData("10.2.3.4:443", "https://10.2.3.4:5000/", false)]
    [InlineData("fd00::/8", "https://[fd00::1]:5000/", true)]
    [InlineData("fd00::1", "https://[fd00::1]:5000/", true)]
    [InlineData("[fd00::1]:5000", "https://[fd00::1]:5000/", true)]
    [InlineData("", "http://a.example/", false)]
    public void NO_PROXY_is_read_as_Go_reads_it(string entries, string destination, bool covered) =>
        Assert.Equal(covered, NoProxy.Parse(entries).Covers(new Uri(destination)));

    private string Host(string name) => Directory.CreateDirectory(Path.Combine(directory, name)).FullName;

    private static X509Certificate2 Authority(string name)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(2));
    }

    private static X509Certificate2 Leaf(X509Certificate2 authority)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=r.example", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(new OidCollection { new Oid("1.3.6.1.5.5.7.3.1") }, false));
        return request.Create(authority, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(1), [1, 2, 3, 4]);
    }
}
