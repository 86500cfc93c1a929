namespace EventDock.Domain.Layers;

/// <summary>What an entry's name asks for (OCI image-spec, layer.md, "Whiteouts").</summary>
public abstract record Whiteout
{
    private Whiteout()
    {
    }

    /// <summary>An ordinary entry.</summary>
    public sealed record Not : Whiteout;

    /// <summary>Hides a name of the layers below in the entry's directory.</summary>
    public sealed record Hides(byte[] Name) : Whiteout;

    /// <summary>Hides all that the layers below have in the entry's directory.</summary>
    public sealed record Opaque : Whiteout;

    /// <summary>aufs's own bookkeeping (<c>.wh..wh.plnk</c> and the like), which means nothing here.</summary>
    public sealed record Bookkeeping : Whiteout;

    /// <summary>Cannot be meant: a whiteout of nothing, of a directory itself, of its parent, or one that is a directory.</summary>
    public sealed record Senseless : Whiteout;

    private static ReadOnlySpan<byte> Prefix => ".wh."u8;

    private static ReadOnlySpan<byte> AufsPrefix => ".wh..wh."u8;

    /// <param name="clean">A path that <see cref="ArchivePath.Clean"/> has given.</param>
    /// <param name="isFile">A regular file or (aufs's whiteouts are) a hard link.</param>
    public static Whiteout Of(ReadOnlySpan<byte> clean, bool isFile)
    {
        foreach (var range in ArchivePath.Parent(clean).Split((byte)'/'))
        {
            var part = ArchivePath.Parent(clean)[range];
            if (part.StartsWith(AufsPrefix) && !part.SequenceEqual(".wh..wh..opq"u8))
            {
                return new Bookkeeping();
            }

            if (part.StartsWith(Prefix))
            {
                return new Senseless();
            }
        }

        var name = ArchivePath.Name(clean);
        if (!name.StartsWith(Prefix))
        {
            return new Not();
        }

        if (name.SequenceEqual(".wh..wh..opq"u8))
        {
            return isFile ? new Opaque() : new Senseless();
        }

        if (name.StartsWith(AufsPrefix))
        {
            return new Bookkeeping();
        }

        var hidden = name[Prefix.Length..];
        return isFile && !hidden.IsEmpty && !hidden.SequenceEqual("."u8) && !hidden.SequenceEqual(".."u8)
            ? new Hides(hidden.ToArray())
            : new Senseless();
    }
}
