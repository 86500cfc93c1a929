namespace EventDock.Cli.Output;

using System.Globalization;
using static TemplateTokenKind;

/// <summary>Tokens to nodes. Go's parser's messages for the mistakes people make.</summary>
internal sealed class TemplateParser
{
    // Deep nesting would end the stack; nobody writes it.
    private const int MaxDepth = 100;

    private readonly string source;
    private readonly TemplateLexer lexer;
    private readonly List<TemplateToken> tokens;
    private readonly List<string> variables = ["$"];
    private int next;
    private int depth;

    private TemplateParser(string source)
    {
        this.source = source;
        lexer = new TemplateLexer(source);
        tokens = lexer.Run();
    }

    public static List<TemplateNode> Parse(string source)
    {
        var parser = new TemplateParser(source);
        var (nodes, ended) = parser.Nodes();
        return ended is null ? nodes : throw parser.Fault($"unexpected {{{{{ended}}}}}");
    }

    private TemplateToken Peek => tokens[next];

    /// <summary>Nodes up to the end, or up to an <c>end</c> or <c>else</c>, which has been taken then.</summary>
    private (List<TemplateNode> Nodes, string? Ended) Nodes()
    {
        if (++depth > MaxDepth)
        {
            throw Fault("nested too deeply");
        }

        var nodes = new List<TemplateNode>();
        for (; Peek.Kind != End; next++)
        {
            if (Peek.Kind == Text)
            {
                nodes.Add(new TemplateNode.Literal(Peek.Text));
                continue;
            }

            next++; // the opening delimiter
            if (Peek.Kind == Word && Peek.Text is "end" or "else")
            {
                depth--;
                return (nodes, tokens[next++].Text);
            }

            nodes.Add(Peek is { Kind: Word, Text: "if" or "with" or "range" } ? Control(tokens[next++].Text) : Plain());
            if (Peek.Kind != Close)
            {
                throw Unexpected("command");
            }
        }

        depth--;
        return (nodes, null);
    }

    private TemplateNode Plain()
    {
        if (Peek is { Kind: Word, Text: "define" or "template" or "block" or "break" or "continue" })
        {
            throw Fault($"{{{{{Peek.Text}}}}} is not supported");
        }

        return new TemplateNode.Action(Pipe("command", inRange: false));
    }

    /// <summary>Ends on the closing delimiter of its <c>end</c>.</summary>
    private TemplateNode Control(string keyword)
    {
        var scope = variables.Count;
        var pipe = Pipe(keyword, inRange: keyword == "range");
        Take(Close, keyword);
        var (then, ended) = Nodes();
        var otherwise = new List<TemplateNode>();
        if (ended == "else")
        {
            if (Peek is { Kind: Word, Text: "if" or "with" } && Peek.Text == keyword)
            {
                next++;
                otherwise.Add(Control(keyword));
                variables.RemoveRange(scope, variables.Count - scope);
                return Made(keyword, pipe, then, otherwise);
            }

            Take(Close, "else");
            (otherwise, ended) = Nodes();
        }

        if (ended != "end")
        {
            throw ended is null ? Fault("unexpected EOF") : Fault("expected end; found {{else}}");
        }

        variables.RemoveRange(scope, variables.Count - scope);
        return Made(keyword, pipe, then, otherwise);
    }

    private static TemplateNode Made(string keyword, TemplatePipe pipe, List<TemplateNode> then, List<TemplateNode> otherwise) =>
        keyword switch
        {
            "if" => new TemplateNode.If(pipe, then, otherwise),
            "with" => new TemplateNode.With(pipe, then, otherwise),
            _ => new TemplateNode.Range(pipe, then, otherwise),
        };

    private TemplatePipe Pipe(string context, bool inRange)
    {
        var set = new List<string>();
        var declares = false;
        if (Peek.Kind == Variable)
        {
            var two = inRange && tokens[next + 1].Kind == Comma && tokens[next + 2].Kind == Variable;
            var sign = tokens[next + (two ? 3 : 1)];
            if (sign.Kind is Declare or Assign)
            {
                set.Add(Peek.Text);
                if (two)
                {
                    set.Add(tokens[next + 2].Text);
                }

                declares = sign.Kind == Declare;
                next += two ? 4 : 2;
            }
        }

        var commands = new List<List<TemplateOperand>> { Command(context) };
        while (Peek.Kind == TemplateTokenKind.Pipe)
        {
            next++;
            commands.Add(Command(context));
        }

        foreach (var name in set)
        {
            if (declares)
            {
                variables.Add(name);
            }
            else if (!variables.Contains(name))
            {
                throw Fault($"undefined variable \"{name}\"");
            }
        }

        return new TemplatePipe(set, declares, commands);
    }

    private List<TemplateOperand> Command(string context)
    {
        var operands = new List<TemplateOperand>();
        while (Peek.Kind is not (Close or Right or TemplateTokenKind.Pipe))
        {
            operands.Add(Operand(context));
        }

        return operands.Count > 0 ? operands : throw Fault($"missing value for {context}");
    }

    private TemplateOperand Operand(string context)
    {
        var token = tokens[next++];
        switch (token.Kind)
        {
            case Field:
                var fields = Fields([token.Text[1..]], out var last);
                return new TemplateOperand.Dot(fields.Count > 1 ? last : token.At, Source(token), fields);

            case Dot:
                return new TemplateOperand.Dot(token.At, ".", []);

            case Variable:
                return !variables.Contains(token.Text) ? throw Fault($"undefined variable \"{token.Text}\"")
                    : new TemplateOperand.Variable(token.At, Source(token), token.Text, Fields([], out _));

            case TemplateTokenKind.String:
                return new TemplateOperand.Constant(token.At, source.Substring(token.At, token.Length), TemplateValue.Of(token.Text));

            case TemplateTokenKind.Number:
                return new TemplateOperand.Constant(token.At, token.Text, Number(token.Text));

            case Word when token.Text is "true" or "false":
                return new TemplateOperand.Constant(token.At, token.Text, new TemplateValue.Bool(token.Text == "true"));

            case Word when token.Text == "nil":
                return new TemplateOperand.Nil(token.At, "nil");

            case Word:
                return TemplateFunctions.Exists(token.Text)
                    ? new TemplateOperand.Function(token.At, token.Text)
                    : throw Fault($"function \"{token.Text}\" not defined");

            case Left:
                if (++depth > MaxDepth)
                {
                    throw Fault("nested too deeply");
                }

                var pipe = Pipe("parenthesized pipeline", inRange: false);
                Take(Right, context);
                depth--;
                return new TemplateOperand.Group(token.At, Source(token), pipe, Fields([], out _));

            default:
                next--;
                throw Unexpected(context);
        }
    }

    /// <summary>.A.B without blanks between; <paramref name="second"/> is where the part after the first stands.</summary>
    private List<string> Fields(List<string> fields, out int second)
    {
        second = Peek.At;
        while (Peek is { Kind: Field, Adjacent: true })
        {
            fields.Add(tokens[next++].Text[1..]);
        }

        return fields;
    }

    /// <summary>From a token to the last one taken.</summary>
    private string Source(TemplateToken first) => source[first.At..(tokens[next - 1].At + tokens[next - 1].Length)];

    private TemplateValue Number(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? new TemplateValue.Number(number)
            : text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
              && long.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hex)
                ? new TemplateValue.Number(hex)
                : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real)
                    ? new TemplateValue.Real(real)
                    : throw Fault($"bad number syntax: \"{text}\"");

    private void Take(TemplateTokenKind kind, string context)
    {
        if (tokens[next].Kind != kind)
        {
            throw Unexpected(context);
        }

        next++;
    }

    private TemplateFault Unexpected(string context) => Peek.Kind == End
        ? Fault("unexpected EOF")
        : Fault($"unexpected {Domain.Kernel.GoQuote.Quote(Peek.Text)} in {context}");

    private TemplateFault Fault(string reason) => new($"template: :{lexer.Line(Peek.At)}: {reason}");
}
