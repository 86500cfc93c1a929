namespace EventDock.Cli.Commands;

using System.IO;
using System.Text;
using EventDock.Adapters.Posix;
using EventDock.Domain.Kernel;
using Microsoft.Win32.SafeHandles;

/// <summary>Asks the person at the terminal. Console's own reader would put the terminal into application mode.</summary>
internal static class Prompt
{
    private const int Stdin = 0, MaxBytes = 64 * 1024;

    /// <summary>Somebody is there to be asked.</summary>
    public static bool IsPossible => Terminal.Is(Stdin);

    /// <summary>One line, without its end.</summary>
    public static EitherAsync<DomainError, string> Line(Session session, string question, CancellationToken cancel) =>
        AskedAsync(session, question, cancel).ToAsync();

    /// <summary>The same, not shown while it is typed.</summary>
    public static EitherAsync<DomainError, string> Secret(Session session, string question, CancellationToken cancel) =>
        SecretAsync(session, question, cancel).ToAsync();

    /// <summary>All of standard input as a password: the one line end that echo puts behind it is none of it.</summary>
    public static Either<DomainError, string> Whole()
    {
        try
        {
            using var stdin = Open();
            var all = new MemoryStream();
            var buffer = new byte[4096];
            for (int count; (count = stdin.Read(buffer)) > 0;)
            {
                all.Write(buffer, 0, count);
                if (all.Length > MaxBytes)
                {
                    return new DomainError.FileFailed("stdin", $"is longer than {MaxBytes} bytes");
                }
            }

            return WithoutEnd(Encoding.UTF8.GetString(all.ToArray()));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new DomainError.FileFailed("stdin", e.Message);
        }
    }

    private static async Task<Either<DomainError, string>> SecretAsync(Session session, string question, CancellationToken cancel)
    {
        using var silent = Terminal.MakeSilent(Stdin);
        return await AskedAsync(session, question, cancel);
    }

    private static async Task<Either<DomainError, string>> AskedAsync(Session session, string question, CancellationToken cancel)
    {
        session.Print(question);
        session.Out.Flush();
        try
        {
            // A read of a terminal cannot be called off; the process ends without waiting for it.
            return await Task.Run(() => ReadLine(), CancellationToken.None).WaitAsync(cancel);
        }
        catch (OperationCanceledException)
        {
            return new DomainError.Interrupted();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new DomainError.FileFailed("stdin", e.Message);
        }
    }

    /// <summary>A byte at a time: what stands behind the line is the next question's answer.</summary>
    private static string ReadLine()
    {
        using var stdin = Open();
        var line = new List<byte>();
        var one = new byte[1];
        while (line.Count < MaxBytes && stdin.Read(one) == 1 && one[0] != '\n')
        {
            line.Add(one[0]);
        }

        return WithoutEnd(Encoding.UTF8.GetString(line.ToArray()));
    }

    private static FileStream Open() => new(new SafeFileHandle(Stdin, ownsHandle: false), FileAccess.Read, 0);

    private static string WithoutEnd(string text)
    {
        var line = text.EndsWith('\n') ? text[..^1] : text;
        return line.EndsWith('\r') ? line[..^1] : line;
    }
}
