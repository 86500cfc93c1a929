namespace EventDock.Tests.Cli;

using System.Diagnostics;
using System.IO;
using System.Text;
using Xunit.Sdk;

/// <summary>What a command has said, and how it ended.</summary>
internal sealed record Said(string Line, string Out, string Error, int Code)
{
    public string[] Lines => Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>It has done its work and complained of nothing.</summary>
    public Said Good() => Code == 0 && Error.Length == 0 ? this : throw new XunitException($"expected success of {this}");

    /// <summary>It has done its work, whatever it told the person on stderr.</summary>
    public Said Done() => Code == 0 ? this : throw new XunitException($"expected success of {this}");

    /// <summary>It has ended with that code and one line on stderr that says why; nothing like a stack trace.</summary>
    public string Refused(int code) =>
        Code == code && IsOneLine(Error) ? Error.TrimEnd('\n') : throw new XunitException($"expected {code} and one line from {this}");

    public override string ToString() => $"`{Line}`\nexit code {Code}\nstdout:\n{Out}\nstderr:\n{Error}";

    private static bool IsOneLine(string text) =>
        text.StartsWith("eventdock: ", StringComparison.Ordinal) && text.IndexOf('\n') == text.Length - 1
        && !text.Contains("   at ", StringComparison.Ordinal) && !text.Contains("Exception", StringComparison.Ordinal);
}

/// <summary>Runs programs, above all the very binary that ships.</summary>
internal static class Eventdock
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly Lazy<string> Found = new(Find);

    /// <summary>Whoever runs the tests, as a regular expression of what the log calls him: by name, or by a uid that has none.</summary>
    public const string Somebody = "([A-Za-z_][A-Za-z0-9._-]*|(uid|login|sudo) [0-9]+)";

    public static string Binary => Found.Value;

    /// <summary>Runs a program to its end; one that does not come to it is killed, and the test fails.</summary>
    public static Said Run(
        string program, IEnumerable<string> args, byte[]? stdin = null, IReadOnlyDictionary<string, string?>? env = null, string? directory = null)
    {
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = directory ?? "/",
        };
        foreach (var arg in args)
        {
            start.ArgumentList.Add(arg);
        }

        Apply(start, env);
        var line = string.Join(' ', start.ArgumentList.Prepend(Path.GetFileName(program)));
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        Feed(process, stdin);
        if (!process.WaitForExit(Patience) || !Task.WaitAll([output, error], Patience))
        {
            process.Kill(entireProcessTree: true);
            throw new XunitException($"`{line}` did not end within {Patience.TotalSeconds} s");
        }

        return new Said(line, output.Result, error.Result, process.ExitCode);
    }

    /// <summary>What a database answers.</summary>
    public static string Psql(string url, string sql) => Run("psql", ["-XAtq", "-v", "ON_ERROR_STOP=1", url, "-c", sql]).Good().Out.TrimEnd('\n');

    /// <summary>No EVENTDOCK_ variable of the caller's reaches a test, only those that are given.</summary>
    public static void Apply(ProcessStartInfo start, IReadOnlyDictionary<string, string?>? env)
    {
        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("EVENTDOCK_", StringComparison.Ordinal)).ToArray())
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in env ?? new Dictionary<string, string?>())
        {
            start.Environment[name] = value;
        }
    }

    /// <summary>Gives it its standard input, and closes that.</summary>
    public static void Feed(Process process, byte[]? stdin)
    {
        try
        {
            if (stdin is not null)
            {
                process.StandardInput.BaseStream.Write(stdin);
                process.StandardInput.BaseStream.Flush();
            }

            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended without reading all of it, as `head` does: its exit code tells the rest.
        }
    }

    private static string Find()
    {
        var named = Environment.GetEnvironmentVariable("EVENTDOCK_TEST_BINARY");
        var top = AppContext.BaseDirectory;
        while (named is null && top is not null && !File.Exists(Path.Combine(top, "EventDock.sln")))
        {
            top = Path.GetDirectoryName(top);
        }

        var path = named ?? Path.Combine(top ?? "/", "bin", "eventdock");
        return File.Exists(path)
            ? Path.GetFullPath(path)
            : throw new XunitException($"{path} is not there: `make build` makes bin/eventdock");
    }
}
