namespace EventDock.Domain.Builds;

using System.Text;

/// <summary>
/// Variables and quotes in the words of ENV, COPY, WORKDIR and USER (Dockerfile reference, "Environment replacement"):
/// <c>$X ${X} ${X:-w} ${X:+w} ${X:?w} ${X?w}</c>, <c>\$</c>, single quotes literal, double quotes with variables.
/// </summary>
public static class EnvExpansion
{
    /// <summary>
    /// What a word may become, and an environment. Linux hands a process 2 MiB at most; twelve lines that each name the one
    /// before eight times would be terabytes.
    /// </summary>
    public const int MostCharacters = 1024 * 1024;

    /// <summary>What is wrong with a word; the text is docker's.</summary>
    public sealed record Fault(string Reason);

    /// <param name="lookup">A variable's value; null where it is not set.</param>
    /// <param name="escape">The file's escape character.</param>
    public static Either<Fault, string> Expand(string word, Func<string, string?> lookup, char escape)
    {
        var run = new Expansion(word, lookup, escape);
        var text = run.Until(null);
        return run.Fault is { } fault ? fault : text;
    }

    /// <summary>Looks variables up in a list of NAME=value; the first of a name counts.</summary>
    public static Func<string, string?> From(Seq<string> env)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in env)
        {
            var equals = pair.IndexOf('=');
            values.TryAdd(equals < 0 ? pair : pair[..equals], equals < 0 ? "" : pair[(equals + 1)..]);
        }

        return values.GetValueOrDefault;
    }

    /// <summary>One pass over one word; after a fault all reading stops.</summary>
    private sealed class Expansion(string word, Func<string, string?> lookup, char escape)
    {
        // A word of 65,535 characters could nest ${A:-${A:-… deeply enough to end the stack.
        private const int MaxDepth = 100;

        private int at;
        private int depth;
        private long replaced;

        public Fault? Fault { get; private set; }

        private bool AtEnd => at >= word.Length;

        public string Until(char? stop)
        {
            var result = new StringBuilder();
            while (!AtEnd && Fault is null)
            {
                var c = word[at];
                if (c == stop)
                {
                    at++;
                    return result.ToString();
                }

                if (c == '\'')
                {
                    result.Append(SingleQuoted());
                }
                else if (c == '"')
                {
                    result.Append(DoubleQuoted());
                }
                else if (c == '$')
                {
                    result.Append(Variable());
                }
                else if (c == escape)
                {
                    at++;
                    if (!AtEnd)
                    {
                        result.Append(word[at++]);
                    }
                }
                else
                {
                    result.Append(c);
                    at++;
                }
            }

            return stop is null ? result.ToString() : Fail("syntax error: missing '}'");
        }

        private string SingleQuoted()
        {
            var end = word.IndexOf('\'', ++at);
            if (end < 0)
            {
                return Fail("unexpected end of statement while looking for matching single-quote");
            }

            var text = word[at..end];
            at = end + 1;
            return text;
        }

        private string DoubleQuoted()
        {
            at++;
            var result = new StringBuilder();
            while (!AtEnd && Fault is null)
            {
                var c = word[at];
                if (c == '"')
                {
                    at++;
                    return result.ToString();
                }

                if (c == '$')
                {
                    result.Append(Variable());
                    continue;
                }

                at++;
                if (c == escape)
                {
                    if (AtEnd)
                    {
                        break;
                    }

                    // Only these are escaped within double quotes; before anything else the escape stands for itself.
                    c = word[at] is '"' or '$' || word[at] == escape ? word[at++] : c;
                }

                result.Append(c);
            }

            return Fail("unexpected end of statement while looking for matching double-quote");
        }

        private string Variable()
        {
            at++;
            if (AtEnd || word[at] != '{')
            {
                var bare = Name();
                return bare.Length == 0 ? "$" : Value(bare) ?? "";
            }

            at++;
            if (AtEnd)
            {
                return Fail("syntax error: missing '}'");
            }

            if (word[at] is '{' or '}' or ':')
            {
                return Fail("syntax error: bad substitution");
            }

            var name = Name();
            var next = AtEnd ? '\0' : word[at++];
            return next switch
            {
                '}' => Value(name) ?? "",
                '?' => Required(name, Word(), emptyCounts: false),
                ':' => Modified(name, AtEnd ? '\0' : word[at++]),
                _ => Fail("missing ':' in substitution"),
            };
        }

        private string Modified(string name, char modifier)
        {
            var word = Word();
            var value = Value(name);
            return modifier switch
            {
                _ when Fault is not null => "",
                '-' => string.IsNullOrEmpty(value) ? word : value,
                '+' => string.IsNullOrEmpty(value) ? "" : word,
                '?' => Required(name, word, emptyCounts: true),
                _ => Fail($"unsupported modifier ({modifier}) in substitution"),
            };
        }

        private string Required(string name, string message, bool emptyCounts)
        {
            var value = Value(name);
            return value is not null && !(emptyCounts && value.Length == 0) ? value
                : Fail($"{name}: {(message.Length > 0 ? message : $"is not allowed to be {(value is null ? "unset" : "empty")}")}");
        }

        private string? Value(string name)
        {
            var value = lookup(name);
            replaced += value?.Length ?? 0;
            return replaced <= MostCharacters ? value : Fail($"it becomes longer than {MostCharacters} characters");
        }

        private string Word()
        {
            if (++depth > MaxDepth)
            {
                return Fail("substitutions are nested too deeply");
            }

            var text = Until('}');
            depth--;
            return text;
        }

        /// <summary>Letters, digits and _; or digits alone; or one of the shell's special parameters.</summary>
        private string Name()
        {
            var start = at;
            if (!AtEnd && char.IsDigit(word[at]))
            {
                while (!AtEnd && char.IsDigit(word[at]))
                {
                    at++;
                }
            }
            else if (!AtEnd && "@*#?-$!".Contains(word[at]))
            {
                at++;
            }
            else
            {
                while (!AtEnd && (char.IsLetterOrDigit(word[at]) || word[at] == '_'))
                {
                    at++;
                }
            }

            return word[start..at];
        }

        private string Fail(string reason)
        {
            Fault ??= new Fault(reason);
            return "";
        }
    }
}
