namespace EventDock.Domain.Oci;

/// <summary>What a blob is, how long, and its address (OCI image-spec, descriptor.md).</summary>
/// <param name="Size">Bytes.</param>
public sealed record Descriptor(string MediaType, Digest Digest, long Size);

/// <summary>An operating system and architecture in Go's words, e.g. linux/amd64, linux/arm/v7.</summary>
public sealed record Platform(string Os, string Architecture, string? Variant)
{
    public override string ToString() => Variant is null ? $"{Os}/{Architecture}" : $"{Os}/{Architecture}/{Variant}";
}
