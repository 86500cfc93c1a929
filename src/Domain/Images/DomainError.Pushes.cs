namespace EventDock.Domain.Kernel;

public abstract partial record DomainError
{
    /// <summary>push: no image here has a name of that repository.</summary>
    public sealed record NothingToPush(string Repository) : DomainError;

    /// <summary>push: images of that repository are here, but none with that tag.</summary>
    public sealed record NoSuchTag(string Reference) : DomainError;

    /// <summary>push: a digest is what comes of a push, and nothing that one can ask for.</summary>
    public sealed record PushByDigest : DomainError;

    /// <summary>--all-tags beside one tag.</summary>
    public sealed record TagBesideAllTags : DomainError;
}
