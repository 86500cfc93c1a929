namespace EventDock.Domain.Images;

using System.Text;
using EventDock.Domain.Kernel;

/// <summary>Who we are to one registry. Its text never shows what is secret in it.</summary>
/// <param name="IdentityToken">What a token server gave in the password's place; null where it gave none.</param>
public sealed record Credential(string User, string Password, string? IdentityToken)
{
    /// <summary>What credential helpers call the user of an identity token.</summary>
    public const string TokenUser = "<token>";

    /// <summary>The parameter of an Authorization header (RFC 7617).</summary>
    public string Basic => Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{Password}"));

    public override string ToString() => nameof(Credential);
}

/// <summary>Where a credential has been put.</summary>
/// <param name="File">The configuration that names it.</param>
/// <param name="Helper">The program that keeps it; null where the file itself does.</param>
public sealed record CredentialPlace(string File, string? Helper);

/// <summary>Logging in and out of registries.</summary>
/// <param name="Stored">What is kept for a registry, if anything.</param>
/// <param name="Check">
/// Asks the registry whether it takes the credential. What comes back is what is worth keeping: an identity token in the
/// password's place, where the token server gives one.
/// </param>
/// <param name="Keep">Puts it where docker would.</param>
/// <param name="Forget">Takes it away.</param>
public sealed record RegistryAccounts(
    Func<RegistryName, CancellationToken, EitherAsync<DomainError, Option<Credential>>> Stored,
    Func<RegistryName, Credential, CancellationToken, EitherAsync<DomainError, Credential>> Check,
    Func<RegistryName, Credential, CancellationToken, EitherAsync<DomainError, CredentialPlace>> Keep,
    Func<RegistryName, CancellationToken, EitherAsync<DomainError, Unit>> Forget);
