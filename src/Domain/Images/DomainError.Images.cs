namespace EventDock.Domain.Kernel;

public abstract partial record DomainError
{
    public sealed record NoSuchImage(string Reference) : DomainError;

    /// <summary>An image that cannot be removed since a container uses it.</summary>
    public sealed record ImageInUse(string Image, string ContainerId, string ContainerName, bool Running) : DomainError;

    /// <summary>rmi by id of an image with several tags, without -f.</summary>
    public sealed record ImageHasManyTags(string ImageId, Seq<string> Tags) : DomainError;

    public sealed record InvalidReference(string Text, string Reason) : DomainError;

    /// <summary>A layer that was there a moment ago has been removed by another command.</summary>
    public sealed record LayerGone(string LayerId) : DomainError;

    public sealed record RegistryUnreachable(string Host, string Reason) : DomainError;

    /// <summary>The registry answered with an error; Message is its own, or empty.</summary>
    public sealed record RegistryRefused(string Host, string What, int Status, string Message) : DomainError;

    /// <summary>401 or 403: the image does not exist or needs credentials.</summary>
    public sealed record RegistryDenied(string Repository, string Message) : DomainError;

    public sealed record ManifestUnknown(string Reference) : DomainError;

    /// <summary>A registry does not know the repository; Message is its own, or empty.</summary>
    public sealed record RepositoryUnknown(string Repository, string Message) : DomainError;

    /// <summary>Something else that registries hold, a chart or a signature perhaps.</summary>
    public sealed record NotAnImage(string What, string MediaType) : DomainError;

    public sealed record NoPlatform(string Reference, string Platform) : DomainError;

    /// <summary>Bytes that are not what their digest, size or diffID says.</summary>
    public sealed record Corrupt(string What, string Expected, string Actual) : DomainError;

    /// <summary>An archive, manifest or config that lies or cannot be read.</summary>
    public sealed record BadContent(string What, string Reason) : DomainError;

    /// <summary>An entry of an archive that would leave its root.</summary>
    public sealed record LeavesRoot(string What, string Entry) : DomainError;
}
