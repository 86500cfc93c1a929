namespace EventDock.Domain.Layers;

/// <summary>A path that is not the same on both sides.</summary>
/// <param name="Before">Null where it is added.</param>
/// <param name="After">Null where it is removed.</param>
/// <param name="Text">The lines of both sides, where they were asked for and the content is not the same; else null.</param>
public sealed record FileChange(LayerFile? Before, LayerFile? After, TextChange? Text)
{
    /// <summary>A, C or D, as docker diff has them.</summary>
    public string Kind => Before is null ? "A" : After is null ? "D" : "C";

    public byte[] Path => (After ?? Before ?? throw new System.Diagnostics.UnreachableException("a change of nothing")).Path;

    /// <summary>By how many bytes it has grown; negative where it has shrunk.</summary>
    public long Growth => (After?.Size ?? 0) - (Before?.Size ?? 0);
}

/// <param name="Before">Empty where there is no file.</param>
/// <param name="Unread">Why there is no text to be shown; null where there is.</param>
public sealed record TextChange(string Before, string After, string? Unread);
