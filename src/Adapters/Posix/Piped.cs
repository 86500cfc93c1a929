namespace EventDock.Adapters.Posix;

using System.IO;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

/// <param name="Error">The last line of stderr, or how it ended where it said nothing. Null: it ended with 0.</param>
internal sealed record PipedResult(byte[] Output, string? Error);

/// <summary>A program that is given a few lines on stdin: by argument list, without a shell, with an environment of its own.</summary>
internal static class Piped
{
    private const int MaxOutput = 64 * 1024, Kill = 9;

    private static readonly string[] Environment =
        ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8"];

    /// <param name="patience">How long it may take; then it is killed with its children, and that is its error.</param>
    /// <param name="environment">All that it gets; null for a path and a locale only.</param>
    public static async Task<PipedResult> RunAsync(
        Seq<string> words, byte[] input, TimeSpan patience, CancellationToken cancel, IReadOnlyList<string>? environment = null)
    {
        var (childIn, toChild) = ProcessCalls.Pipe();
        var (fromChild, childOut) = ProcessCalls.Pipe();
        var (errorFromChild, childError) = ProcessCalls.Pipe();
        int pid;
        using (childIn)
        using (childOut)
        using (childError)
        {
            pid = ProcessCalls.Spawn(new SpawnRequest(
                words.Head, words.Tail.ToArray(), environment ?? Environment,
                [(childIn, 0), (childOut, 1), (childError, 2)], "/", OwnGroup: true));
        }

        using (toChild)
        using (fromChild)
        using (errorFromChild)
        {
            if (pid < 0)
            {
                return new PipedResult([], Marshal.GetPInvokeErrorMessage(-pid));
            }

            using var late = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            late.CancelAfter(patience);
            // The group, so that nothing which the program has started keeps our pipes open.
            await using var end = late.Token.Register(() => KillGroup(-pid, Kill));
            var feeding = Task.Run(() => Feed(toChild, input), CancellationToken.None);
            var output = Task.Run(() => ReadAll(fromChild), CancellationToken.None);
            var error = Task.Run(() => ReadAll(errorFromChild), CancellationToken.None);
            await Task.WhenAll(feeding, output, error);
            var code = await Task.Run(() => ProcessCalls.Wait(pid), CancellationToken.None);
            cancel.ThrowIfCancellationRequested();
            return new PipedResult(
                await output,
                late.IsCancellationRequested ? $"did not end within {patience.TotalSeconds:0} s"
                : code == 0 ? null
                : LastLine(await error) is { Length: > 0 } said ? $"exit code {code}: {said}"
                : $"exit code {code}");
        }
    }

    private static void Feed(SafeFileHandle pipe, byte[] input)
    {
        try
        {
            using var stream = new FileStream(pipe, FileAccess.Write, 0);
            stream.Write(input);
        }
        catch (IOException)
        {
            // It has ended, or closed its stdin, without reading: its exit code says what that means.
        }
    }

    private static byte[] ReadAll(SafeFileHandle pipe)
    {
        using var stream = new FileStream(pipe, FileAccess.Read, 0);
        var kept = new MemoryStream();
        var buffer = new byte[4096];
        for (int count; (count = stream.Read(buffer)) > 0;)
        {
            kept.Write(buffer, 0, (int)Math.Min(count, MaxOutput - kept.Length));
        }

        return kept.ToArray();
    }

    private static string LastLine(byte[] text) =>
        Encoding.UTF8.GetString(text)
            .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault() ?? "";

    private static void KillGroup(int group, int signal) => PipedCalls.Kill(group, signal);
}

internal static partial class PipedCalls
{
    [LibraryImport("libc", EntryPoint = "kill")]
    public static partial int Kill(int pid, int signal);
}
