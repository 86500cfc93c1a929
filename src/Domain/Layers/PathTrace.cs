namespace EventDock.Domain.Layers;

using EventDock.Domain.Oci;

/// <summary>A path, to be looked for in layers.</summary>
/// <param name="Layers">Base first.</param>
/// <param name="Container">Whose thin layer lies above them; none for an image.</param>
/// <param name="Path">From the root, as bytes; a leading slash may be missing.</param>
/// <param name="Follow">Links in it are followed, as a process in that root would.</param>
/// <param name="Text">Up to how many bytes a text file is read; 0: none is.</param>
public sealed record PathQuery(Seq<string> Layers, Option<string> Container, byte[] Path, bool Follow, int Text)
{
    /// <summary>The layer is asked about by itself: nobody knows what was below it.</summary>
    public bool Alone { get; init; }
}

/// <summary>What layers have to say of a path.</summary>
/// <param name="Path">Where it leads, without a leading slash; empty for the root.</param>
/// <param name="Links">Passed on the way, in order.</param>
/// <param name="Versions">Base first: layers that have it, and layers that take it away.</param>
public sealed record PathTrace(byte[] Path, Seq<PassedLink> Links, Seq<PathVersion> Versions)
{
    /// <summary>What is seen there; None where nothing is.</summary>
    public Option<PathVersion> Seen => Versions.LastOrNone().Filter(version => version.File.Type != FileType.Removal);
}

/// <param name="Layer">Which layer has it, from 0: the number of layers is the thin one's.</param>
public sealed record PassedLink(byte[] Path, byte[] Target, int Layer);

/// <summary>A path as one layer has it.</summary>
/// <param name="Layer">As in <see cref="PassedLink"/>.</param>
/// <param name="File">A removal where the layer takes it away, by a whiteout or with what is above it.</param>
/// <param name="Text">Its text; null where it has none, or none was asked for.</param>
/// <param name="Unread">Why it has none: binary, or too long.</param>
/// <param name="Digest">Of a regular file of a thin layer, where it was read; null elsewhere.</param>
public sealed record PathVersion(int Layer, LayerFile File, string? Text, string? Unread, Digest? Digest);

/// <summary>A file out of an archive of a thin layer.</summary>
/// <param name="Text">Null where it was not read.</param>
/// <param name="Unread">Why; null where it was.</param>
public sealed record KeptFile(LayerFile File, string? Text, string? Unread);
