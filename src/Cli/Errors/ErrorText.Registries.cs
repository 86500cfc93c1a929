namespace EventDock.Cli.Errors;

using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;

public static partial class ErrorText
{
    /// <summary>Null for what is not about who we are to a registry.</summary>
    private static string? OfRegistry(DomainError error) =>
        error switch
        {
            DomainError.RealmNotTrusted e =>
                $"{e.Registry} wants its credentials taken to {e.Realm}, which is another host "
                + "(trusted-realms in the configuration allows it)",
            DomainError.CredentialHelperFailed e => $"{e.Program}: {e.Reason}",
            DomainError.LoginRefused e => $"login to {e.Registry} refused{Behind(e.Message)}",
            DomainError.LoginIncomplete e => Incomplete(e.Fault),
            DomainError.NotSigned e =>
                $"{e.Reference} {(e.Found == 0 ? "has no signature" : "has no signature that verifies")}, and the configuration requires one by "
                + string.Join(" or ", e.Keys),
            DomainError.RepositoryUnknown e => $"repository {e.Repository} not found{Behind(e.Message)}",
            DomainError.NotAnImage e => $"{e.What} is {ArtifactName.Of(e.MediaType) ?? "an artifact"} ({e.MediaType}) and not an image",
            DomainError.NothingToPush e => $"an image does not exist locally with the tag: {e.Repository}",
            DomainError.NoSuchTag e => $"tag does not exist: {e.Reference}",
            DomainError.PushByDigest => "cannot push a digest reference",
            DomainError.TagBesideAllTags => "tag can't be used with --all-tags/-a",
            _ => null,
        };

    /// <summary>docker's words.</summary>
    private static string Incomplete(LoginFault fault) => fault switch
    {
        LoginFault.NoTerminal => "cannot perform an interactive login from a non TTY device",
        LoginFault.NoUser => "non-null username required",
        LoginFault.NoPassword => "password required",
        LoginFault.StdinWithoutUser => "must provide --username with --password-stdin",
        LoginFault.PasswordTwice => "--password and --password-stdin are mutually exclusive",
        _ => throw new System.Diagnostics.UnreachableException(fault.ToString()),
    };
}
