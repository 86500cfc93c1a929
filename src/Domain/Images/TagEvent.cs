namespace EventDock.Domain.Images;

using EventDock.Domain.Kernel;

/// <summary>
/// What has happened to one reference (repository:tag, or repository@digest). Stream: <c>tag-{reference}</c>, canonical.
/// </summary>
public abstract record TagEvent(string Reference) : DockEvent;

/// <summary>The reference names this image from now on.</summary>
/// <param name="Previous">The image that lost it; null where nobody had it.</param>
public sealed record ImageTagged(string Reference, string Image, string? Previous) : TagEvent(Reference);

/// <summary>The reference names no image any more.</summary>
public sealed record ImageUntagged(string Reference, string Image) : TagEvent(Reference);
