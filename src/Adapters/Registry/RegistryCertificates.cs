namespace EventDock.Adapters.Registry;

using System.IO;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EventDock.Domain.Kernel;

/// <summary>What one host is believed by, and what we show it.</summary>
/// <param name="Authorities">Beside the system's own.</param>
internal sealed record HostCertificates(X509Certificate2Collection Authorities, X509Certificate2Collection Clients)
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    public static readonly HostCertificates None = new(new X509Certificate2Collection(), new X509Certificate2Collection());

    public bool IsNone => Authorities.Count == 0 && Clients.Count == 0;

    /// <summary>A certificate for another name stays wrong, whoever has signed it.</summary>
    public bool Trusts(X509Certificate? leaf, X509Chain? presented, SslPolicyErrors errors)
    {
        if (errors != SslPolicyErrors.RemoteCertificateChainErrors || leaf is not X509Certificate2 certificate || Authorities.Count == 0)
        {
            return errors == SslPolicyErrors.None;
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(Authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
        foreach (var element in presented?.ChainElements ?? Enumerable.Empty<X509ChainElement>())
        {
            chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        }

        return chain.Build(certificate);
    }
}

/// <summary>
/// Certificates in docker's layout: HOST[:PORT]/*.crt are authorities, *.cert and the *.key of the same name are ours. A file
/// that cannot be read is an error: without it the host would be asked in a way that nobody has configured.
/// </summary>
internal sealed class RegistryCertificates(string directory)
{
    public const string DefaultDirectory = "/etc/docker/certs.d";

    public bool Has(string authority) => Directory.Exists(Path.Combine(directory, authority));

    public Either<DomainError, HostCertificates> Of(string authority)
    {
        var place = Path.Combine(directory, authority);
        var at = place;
        try
        {
            var (authorities, clients) = (new X509Certificate2Collection(), new X509Certificate2Collection());
            foreach (var path in Directory.GetFiles(place).Order(StringComparer.Ordinal))
            {
                at = path;
                var key = Path.ChangeExtension(path, ".key");
                switch (Path.GetExtension(path))
                {
                    case ".crt":
                        authorities.ImportFromPemFile(path);
                        break;
                    case ".cert" when !File.Exists(key):
                        return new DomainError.FileFailed(path, $"{key} is missing (a certificate authority's name ends in .crt)");
                    case ".cert":
                        clients.Add(X509Certificate2.CreateFromPemFile(path, key));
                        break;
                    case ".key" when !File.Exists(Path.ChangeExtension(path, ".cert")):
                        return new DomainError.FileFailed(path, "has no certificate of its name (.cert) beside it");
                }
            }

            return new HostCertificates(authorities, clients);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            return new DomainError.FileFailed(at, e.Message);
        }
    }
}
