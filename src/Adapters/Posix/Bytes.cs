namespace EventDock.Adapters.Posix;

using System.Diagnostics.CodeAnalysis;
using System.Text;

/// <summary>Names and paths as bytes.</summary>
public static class Bytes
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static byte[] Of(string text) => Encoding.UTF8.GetBytes(text);

    /// <summary>As text where it is UTF-8.</summary>
    public static bool TryText(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out string? text)
    {
        if (System.Text.Unicode.Utf8.IsValid(bytes))
        {
            text = Strict.GetString(bytes);
            return true;
        }

        text = null;
        return false;
    }

    /// <summary>For a message: UTF-8 as it is, every other byte as \xHH.</summary>
    public static string Show(ReadOnlySpan<byte> bytes)
    {
        if (TryText(bytes, out var text))
        {
            return text;
        }

        var shown = new StringBuilder();
        while (!bytes.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(bytes, out var rune, out var used) == System.Buffers.OperationStatus.Done)
            {
                shown.Append(rune.ToString());
            }
            else
            {
                used = 1;
                shown.Append("\\x").Append(bytes[0].ToString("x2", System.Globalization.CultureInfo.InvariantCulture));
            }

            bytes = bytes[used..];
        }

        return shown.ToString();
    }

    public static byte[] Join(ReadOnlySpan<byte> directory, ReadOnlySpan<byte> name)
    {
        if (directory.IsEmpty)
        {
            return name.ToArray();
        }

        var path = new byte[directory.Length + 1 + name.Length];
        directory.CopyTo(path);
        path[directory.Length] = (byte)'/';
        name.CopyTo(path.AsSpan(directory.Length + 1));
        return path;
    }
}

/// <summary>Byte-wise order and equality: no culture, no normalization.</summary>
public sealed class ByteOrder : IComparer<byte[]>, IEqualityComparer<byte[]>
{
    public static readonly ByteOrder Instance = new();

    public int Compare(byte[]? x, byte[]? y) => x.AsSpan().SequenceCompareTo(y);

    public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

    public int GetHashCode(byte[] obj)
    {
        var hash = new HashCode();
        hash.AddBytes(obj);
        return hash.ToHashCode();
    }
}
