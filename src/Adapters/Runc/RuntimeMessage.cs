namespace EventDock.Adapters.Runc;

using System.Text;
using System.Text.Json;
using EventDock.Domain.Kernel;

/// <summary>What runc says when it fails, through conmon or by itself, as docker shows it and with docker's exit code.</summary>
internal static class RuntimeMessage
{
    /// <summary>127 not found, 126 not executable, 125 all else.</summary>
    /// <param name="action">create, start or exec: as in "OCI runtime create failed".</param>
    public static DomainError StartFailed(string action, string output)
    {
        var message = Clean(output);
        var code =
            message.Contains("executable file not found", StringComparison.Ordinal)
            || (message.Contains("exec: ", StringComparison.Ordinal)
                && message.Contains("no such file or directory", StringComparison.OrdinalIgnoreCase)) ? 127
            : message.Contains("permission denied", StringComparison.OrdinalIgnoreCase)
              || message.Contains("is a directory", StringComparison.OrdinalIgnoreCase) ? 126
            : 125;
        return new DomainError.StartFailed(code, $"OCI runtime {action} failed: {message}: unknown");
    }

    /// <summary>The last message of a log in runc's text or JSON form; what is neither, as it is, on one line.</summary>
    public static string Clean(string output)
    {
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        foreach (var line in Enumerable.Reverse(lines))
        {
            if (Quoted(line, "msg=\"") is { } text)
            {
                return text;
            }

            if (line.StartsWith('{') && Json(line) is { } json)
            {
                return json;
            }
        }

        return lines.Length == 0 ? "the runtime ended without a word" : string.Join("; ", lines);
    }

    /// <summary>logrus quotes as Go does.</summary>
    private static string? Quoted(string line, string after)
    {
        var start = line.IndexOf(after, StringComparison.Ordinal);
        if (start < 0)
        {
            return null;
        }

        var text = new StringBuilder();
        for (var i = start + after.Length; i < line.Length && line[i] != '"'; i++)
        {
            text.Append(line[i] != '\\' || i + 1 == line.Length ? line[i] : line[++i] switch
            {
                'n' or 'r' or 't' => ' ',
                var escaped => escaped,
            });
        }

        return text.ToString().Trim();
    }

    private static string? Json(string line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            return document.RootElement.TryGetProperty("msg", out var message) ? message.GetString() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
