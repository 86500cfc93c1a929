namespace EventDock.Adapters.Host;

using System.IO;
using System.Text;
using System.Text.RegularExpressions;

/// <summary>
/// Words of our own command line as they were given: a path is bytes, and .NET's texts have lost those that are no UTF-8.
/// </summary>
public static partial class CommandLineBytes
{
    private const char Lost = '\uFFFD';

    /// <param name="words">In the order in which they stand there.</param>
    public static Seq<byte[]> Of(Seq<string> words) =>
        words.Exists(word => word.Contains(Lost))
            ? Given(words, File.ReadAllBytes("/proc/self/cmdline"))
            : words.Map(Encoding.UTF8.GetBytes).Strict();

    /// <param name="line">Words that each end in a NUL.</param>
    public static Seq<byte[]> Given(Seq<string> words, byte[] line)
    {
        var given = new Queue<byte[]>(Split(line));
        return words.Map(word => word.Contains(Lost) ? Found(given, word) : Encoding.UTF8.GetBytes(word)).Strict();
    }

    private static byte[] Found(Queue<byte[]> given, string word)
    {
        while (given.TryDequeue(out var bytes))
        {
            // How many bytes come to be one such sign is the decoder's affair.
            if (Runs().Replace(Encoding.UTF8.GetString(bytes), "\uFFFD") == Runs().Replace(word, "\uFFFD"))
            {
                return bytes;
            }
        }

        return Encoding.UTF8.GetBytes(word);
    }

    private static IEnumerable<byte[]> Split(byte[] line)
    {
        for (int at = 0, end; at < line.Length && (end = System.Array.IndexOf(line, (byte)0, at)) >= 0; at = end + 1)
        {
            yield return line[at..end];
        }
    }

    [GeneratedRegex("\uFFFD+")]
    private static partial Regex Runs();
}
