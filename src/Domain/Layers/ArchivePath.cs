namespace EventDock.Domain.Layers;

/// <summary>
/// What an archive's path means, as bytes: relative to the root, without empty parts, <c>.</c> and <c>..</c>. Links play no
/// part here: they are resolved by the kernel, inside the root.
/// </summary>
public static class ArchivePath
{
    /// <summary>The path from the root, empty for the root itself; None where <c>..</c> leads out of it.</summary>
    public static Option<byte[]> Clean(ReadOnlySpan<byte> path)
    {
        var parts = new List<byte[]>();
        foreach (var range in path.Split((byte)'/'))
        {
            var part = path[range];
            if (part.IsEmpty || part.SequenceEqual("."u8))
            {
                continue;
            }

            if (!part.SequenceEqual(".."u8))
            {
                parts.Add(part.ToArray());
            }
            else if (parts.Count > 0)
            {
                parts.RemoveAt(parts.Count - 1);
            }
            else
            {
                return None;
            }
        }

        var clean = new byte[Math.Max(0, parts.Sum(p => p.Length + 1) - 1)];
        var at = 0;
        foreach (var part in parts)
        {
            part.CopyTo(clean, at);
            at += part.Length;
            if (at < clean.Length)
            {
                clean[at++] = (byte)'/';
            }
        }

        return clean;
    }

    /// <summary>Of a clean path; empty for a name in the root.</summary>
    public static ReadOnlySpan<byte> Parent(ReadOnlySpan<byte> clean) =>
        clean.LastIndexOf((byte)'/') is var slash and > 0 ? clean[..slash] : default;

    /// <summary>Of a clean path.</summary>
    public static ReadOnlySpan<byte> Name(ReadOnlySpan<byte> clean) => clean[(clean.LastIndexOf((byte)'/') + 1)..];
}
