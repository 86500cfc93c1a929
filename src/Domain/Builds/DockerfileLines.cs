namespace EventDock.Domain.Builds;

using System.Text;

/// <summary>
/// A Dockerfile's text, cut into instructions: parser directives, comments, blank lines and continuations are dealt with
/// here (Dockerfile reference, "Format" and "Parser directives").
/// </summary>
public static class DockerfileLines
{
    /// <summary>docker's own limit on a line; longer ones are refused there, too.</summary>
    public const int MaxLineBytes = 65_535;

    /// <summary>Bound on the whole file, which is held in memory.</summary>
    public const int MaxFileBytes = 2 * 1024 * 1024;

    /// <summary>One instruction on one line.</summary>
    public sealed record Logical(int Line, string Text);

    public sealed record Fault(int Line, string Reason);

    public sealed record Result(char Escape, Seq<Logical> Lines);

    public static Either<Fault, Result> Read(string text)
    {
        if (Encoding.UTF8.GetByteCount(text) > MaxFileBytes)
        {
            return new Fault(1, $"the file is larger than {MaxFileBytes} bytes");
        }

        var lines = text.TrimStart('\uFEFF').Split('\n');
        var escape = '\\';
        var escapeSaid = false;
        var directives = true;
        var logical = new List<Logical>();
        StringBuilder? open = null;
        var start = 0;
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i].EndsWith('\r') ? lines[i][..^1] : lines[i];
            if (line.Contains('\0'))
            {
                return new Fault(i + 1, "the line contains a NUL character");
            }

            if (line.Length > MaxLineBytes / 3 && Encoding.UTF8.GetByteCount(line) > MaxLineBytes)
            {
                return new Fault(i + 1, $"dockerfile line greater than max allowed size of {MaxLineBytes}");
            }

            var trimmed = line.TrimStart();
            if (directives && open is null)
            {
                var directive = Directive(trimmed);
                directives = directive is not null;
                if (directive is ('e', var value))
                {
                    if (escapeSaid)
                    {
                        return new Fault(i + 1, "only one escape parser directive can be used");
                    }

                    if (value is not ("`" or "\\"))
                    {
                        return new Fault(i + 1, $"invalid escape token '{value}' does not match ` or \\");
                    }

                    (escape, escapeSaid) = (value[0], true);
                }
            }

            // Comments and blank lines within a continuation are passed over (blank ones with a warning there).
            if (trimmed.StartsWith('#') || trimmed.Length == 0)
            {
                continue;
            }

            var (part, goesOn) = Continuation(open is null ? trimmed : line, escape);
            if (open is null)
            {
                (open, start) = (new StringBuilder(), i + 1);
            }

            open.Append(part);
            if (!goesOn)
            {
                Close();
            }
        }

        Close();
        return new Result(escape, logical.ToSeq());

        void Close()
        {
            if (open?.ToString().Trim() is { Length: > 0 } whole)
            {
                logical.Add(new Logical(start, whole));
            }

            open = null;
        }
    }

    /// <summary>
    /// The escape before the end of the line (blanks after it do not count) joins the next one, unless another escape stands
    /// before it.
    /// </summary>
    private static (string Part, bool GoesOn) Continuation(string line, char escape)
    {
        var end = line.TrimEnd(' ', '\t');
        return end.EndsWith(escape) && (end.Length == 1 || end[^2] != escape) ? (end[..^1], true) : (line, false);
    }

    /// <summary>Directives come first in a file, one a line; the first line that is none ends them.</summary>
    private static (char Kind, string Value)? Directive(string line)
    {
        if (!line.StartsWith('#') || line.IndexOf('=') is not (var equals and > 0))
        {
            return null;
        }

        var value = line[(equals + 1)..].Trim();
        return line[1..equals].Trim().ToLowerInvariant() switch
        {
            "escape" when value.Length > 0 => ('e', value[..1]),
            "syntax" => ('s', value),
            _ => null,
        };
    }
}
