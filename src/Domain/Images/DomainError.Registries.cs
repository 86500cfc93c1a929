namespace EventDock.Domain.Kernel;

public abstract partial record DomainError
{
    /// <summary>A registry wants us to take its credential to a token server on a host that is not its own.</summary>
    public sealed record RealmNotTrusted(string Registry, string Realm) : DomainError;

    /// <summary>docker-credential-*: Reason holds nothing that it keeps.</summary>
    public sealed record CredentialHelperFailed(string Program, string Reason) : DomainError;

    /// <summary>The registry does not take these credentials; Message is its own, or empty.</summary>
    public sealed record LoginRefused(string Registry, string Message) : DomainError;

    /// <summary>No signature of an image verifies, and the configuration requires one.</summary>
    /// <param name="Keys">Paths; one of them would do.</param>
    /// <param name="Found">Signatures, and whatever else refers to it.</param>
    public sealed record NotSigned(string Reference, Seq<string> Keys, int Found) : DomainError;

    /// <summary>A login that lacks something, or has it twice.</summary>
    public sealed record LoginIncomplete(LoginFault Fault) : DomainError;
}

/// <summary>What is wrong with what <c>login</c> was given.</summary>
public enum LoginFault
{
    NoTerminal,
    NoUser,
    NoPassword,
    StdinWithoutUser,
    PasswordTwice,
}
