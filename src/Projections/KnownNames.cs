namespace EventDock.Projections;

/// <summary>Things that people call by names.</summary>
public enum NameKind
{
    Container,

    /// <summary>A container that has been removed.</summary>
    Removed,

    /// <summary>By its tags.</summary>
    Image,
    Bookmark,
}

/// <summary>A name for a shell to complete.</summary>
/// <param name="About">What it is the name of.</param>
public sealed record KnownName(string Name, string About);
