namespace EventDock.Cli.Output;

using System.Globalization;
using System.Text;
using EventDock.Adapters.Posix;

/// <summary>Paths, which are bytes, as text.</summary>
public static class PathText
{
    /// <summary>For a terminal, from the root: what is no UTF-8 stands as \xHH, control characters escaped.</summary>
    public static string Show(byte[] path) => "/" + TerminalText.Escape(Bytes.Show(path));

    /// <summary>As text, where the bytes are UTF-8.</summary>
    public static string? Exact(byte[] path) => Bytes.TryText(path, out var text) ? "/" + text : null;

    /// <summary>
    /// For a patch, as git quotes names: as it is where nothing in it could be misread, else in quotes, other bytes octal.
    /// </summary>
    public static string Quoted(string before, byte[] path)
    {
        if (Bytes.TryText(path, out var text) && TerminalText.IsFit(text) && !text.AsSpan().ContainsAny('"', '\\'))
        {
            return before + text;
        }

        var quoted = new StringBuilder("\"").Append(before);
        foreach (var b in path)
        {
            _ = b is (byte)'"' or (byte)'\\' ? quoted.Append('\\').Append((char)b)
                : b is >= 0x20 and < 0x7f ? quoted.Append((char)b)
                : quoted.Append('\\').Append(Convert.ToString(b, 8).PadLeft(3, '0'));
        }

        return quoted.Append('"').ToString();
    }

    /// <summary>A growth in bytes: +4B, -1.2kB, 0B.</summary>
    public static string Signed(long bytes) =>
        bytes == 0 ? "0B" : string.Create(CultureInfo.InvariantCulture, $"{(bytes > 0 ? '+' : '-')}{Human.Size(Math.Abs(bytes))}");
}
