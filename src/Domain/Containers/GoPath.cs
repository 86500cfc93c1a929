namespace EventDock.Domain.Containers;

/// <summary>Paths, as bytes, by the rules of docker's own functions for cp (Go's path/filepath; docker's pkg/archive/copy.go).</summary>
public static class GoPath
{
    /// <summary>
    /// The path from the root, without empty parts, <c>.</c> and <c>..</c>; a closing slash or <c>/.</c> is kept, since each says more
    /// of the last part: that a link there is to be followed, or that the content is meant.
    /// </summary>
    /// <param name="from">What a relative path begins at.</param>
    public static byte[] Absolute(ReadOnlySpan<byte> from, ReadOnlySpan<byte> path)
    {
        var clean = Clean(path.StartsWith("/"u8) ? path : [.. from, (byte)'/', .. path]);
        if (IsDot(path))
        {
            clean = clean.Length > 1 ? [.. clean, (byte)'/', (byte)'.'] : "/."u8.ToArray();
        }

        return path.EndsWith("/"u8) && !clean.AsSpan().EndsWith("/"u8) ? [.. clean, (byte)'/'] : clean;
    }

    /// <summary>The last part; <c>.</c> of an empty path, <c>/</c> of the root.</summary>
    public static byte[] Base(ReadOnlySpan<byte> path)
    {
        var bare = path.TrimEnd((byte)'/');
        return path.IsEmpty ? "."u8.ToArray()
            : bare.IsEmpty ? "/"u8.ToArray()
            : bare[(bare.LastIndexOf((byte)'/') + 1)..].ToArray();
    }

    /// <summary>The directory and the name in it; the name <c>.</c> stays one.</summary>
    /// <param name="path">From the root.</param>
    public static (byte[] Directory, byte[] Name) SplitEntry(ReadOnlySpan<byte> path)
    {
        var clean = Clean(path);
        return IsDot(path) ? (clean, "."u8.ToArray())
            : clean.Length == 1 ? (clean, clean)
            : (clean.AsSpan().LastIndexOf((byte)'/') is var slash and > 0 ? clean[..slash] : "/"u8.ToArray(), Base(clean));
    }

    /// <summary>It says of itself that it is a directory.</summary>
    public static bool AssertsDirectory(ReadOnlySpan<byte> path) => path.EndsWith("/"u8) || IsDot(path);

    private static bool IsDot(ReadOnlySpan<byte> path) => Base(path) is [(byte)'.'];

    /// <summary>From the root, without empty parts, <c>.</c> and <c>..</c>.</summary>
    public static byte[] Clean(ReadOnlySpan<byte> path)
    {
        var parts = new List<byte[]>();
        foreach (var range in path.Split((byte)'/'))
        {
            var part = path[range];
            if (part.SequenceEqual(".."u8))
            {
                parts.RemoveRange(Math.Max(0, parts.Count - 1), Math.Min(1, parts.Count));
            }
            else if (!part.IsEmpty && !part.SequenceEqual("."u8))
            {
                parts.Add(part.ToArray());
            }
        }

        return parts.Count == 0 ? "/"u8.ToArray() : parts.SelectMany(p => p.Prepend((byte)'/')).ToArray();
    }
}
