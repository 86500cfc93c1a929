namespace EventDock.Cli.Output;

using System.Text;
using EventDock.Domain.Kernel;

/// <summary>
/// A template as docker's --format takes it (Go's text/template without define, template and block). Mistakes in it are found
/// when it is parsed, unknown fields when it meets a value; both are <see cref="DomainError.Invalid"/> with Go's message.
/// </summary>
public sealed class GoTemplate
{
    // A template cannot loop but over its data; this bounds what nested ranges over them can print.
    private const int MaxOutput = 64 * 1024 * 1024;

    private readonly string source;
    private readonly List<TemplateNode> nodes;

    private GoTemplate(string source, List<TemplateNode> nodes) => (this.source, this.nodes) = (source, nodes);

    /// <summary>One that was typed: docker reads \t and \n in it as a tab and a line's end.</summary>
    public static Either<DomainError, GoTemplate> Typed(string format) => Parse(Unescaped(format));

    public static string Unescaped(string format) => format.Replace("\\t", "\t").Replace("\\n", "\n");

    public static Either<DomainError, GoTemplate> Parse(string source)
    {
        try
        {
            return new GoTemplate(source, TemplateParser.Parse(source));
        }
        catch (TemplateFault fault)
        {
            return Invalid(source, fault);
        }
    }

    public Either<DomainError, string> Render(TemplateValue data) => Render(data, header: false);

    /// <summary>Over the headers of a table: json, upper, lower, title and truncate leave them as they are.</summary>
    public Either<DomainError, string> RenderHeader(TemplateValue headers) => Render(headers, header: true);

    private Either<DomainError, string> Render(TemplateValue data, bool header)
    {
        try
        {
            var output = new StringBuilder();
            new Rendering(source, data, output, header).Nodes(nodes, data);
            return output.ToString();
        }
        catch (TemplateFault fault)
        {
            return Invalid(source, fault);
        }
    }

    private static DomainError Invalid(string source, TemplateFault fault) =>
        new DomainError.Invalid("template", source, $"template parsing error: {fault.Message}");

    /// <summary>One walk over the nodes; the variables in scope are its only state.</summary>
    private sealed class Rendering
    {
        private readonly string source;
        private readonly StringBuilder output;
        private readonly bool header;
        private readonly List<(string Name, TemplateValue Value)> variables;

        public Rendering(string source, TemplateValue root, StringBuilder output, bool header) =>
            (this.source, this.output, this.header, variables) = (source, output, header, [("$", root)]);

        public void Nodes(List<TemplateNode> nodes, TemplateValue dot)
        {
            foreach (var node in nodes)
            {
                Node(node, dot);
            }
        }

        private void Node(TemplateNode node, TemplateValue dot)
        {
            var scope = variables.Count;
            switch (node)
            {
                case TemplateNode.Literal literal:
                    Write(literal.Text);
                    break;

                // A variable set by an action lives on until the end of what surrounds it.
                case TemplateNode.Action { Pipe.Variables.Count: > 0 } action:
                    Set(action.Pipe, action.Pipe.Variables[0], Value(action.Pipe, dot));
                    break;

                case TemplateNode.Action action:
                    Write(Value(action.Pipe, dot).Print());
                    break;

                case TemplateNode.If choice:
                    var test = Scoped(choice.Pipe, dot);
                    Nodes(test.IsTrue ? choice.Then : choice.Else, dot);
                    Leave(scope);
                    break;

                case TemplateNode.With with:
                    var inner = Scoped(with.Pipe, dot);
                    Nodes(inner.IsTrue ? with.Then : with.Else, inner.IsTrue ? inner : dot);
                    Leave(scope);
                    break;

                case TemplateNode.Range range:
                    Each(range, dot);
                    Leave(scope);
                    break;
            }
        }

        private void Each(TemplateNode.Range range, TemplateValue dot)
        {
            var value = Value(range.Pipe, dot);
            var pairs = value switch
            {
                TemplateValue.List l => l.Items.Select((item, i) => ((TemplateValue)new TemplateValue.Number(i), item)),
                TemplateValue.Map m => m.Fields.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => (TemplateValue.Of(f.Key), f.Value)),
                TemplateValue.Row r => r.Fields.Select(f => (TemplateValue.Of(f.Key), f.Value)),
                TemplateValue.Nothing or TemplateValue.Absent => [],
                _ => throw Fault(range.Pipe.Commands[0][0], $"range can't iterate over {value.Print()}"),
            };
            var empty = true;
            foreach (var (key, item) in pairs)
            {
                empty = false;
                var scope = variables.Count;
                if (range.Pipe.Variables.Count > 0)
                {
                    Set(range.Pipe, range.Pipe.Variables[0], range.Pipe.Variables.Count > 1 ? key : item);
                }

                if (range.Pipe.Variables.Count > 1)
                {
                    Set(range.Pipe, range.Pipe.Variables[1], item);
                }

                Nodes(range.Body, item);
                Leave(scope);
            }

            if (empty)
            {
                Nodes(range.Else, dot);
            }
        }

        private TemplateValue Scoped(TemplatePipe pipe, TemplateValue dot)
        {
            var value = Value(pipe, dot);
            if (pipe.Variables.Count > 0)
            {
                Set(pipe, pipe.Variables[0], value);
            }

            return value;
        }

        private void Set(TemplatePipe pipe, string name, TemplateValue value)
        {
            if (pipe.Declares)
            {
                variables.Add((name, value));
            }
            else
            {
                variables[variables.FindLastIndex(v => v.Name == name)] = (name, value);
            }
        }

        private void Leave(int scope) => variables.RemoveRange(scope, variables.Count - scope);

        private TemplateValue Value(TemplatePipe pipe, TemplateValue dot)
        {
            TemplateValue? value = null;
            foreach (var command in pipe.Commands)
            {
                value = Command(command, dot, value);
            }

            return value!;
        }

        private TemplateValue Command(List<TemplateOperand> command, TemplateValue dot, TemplateValue? last)
        {
            var first = command[0];
            return first switch
            {
                TemplateOperand.Function f => Call(f, command, dot, last),
                TemplateOperand.Nil => throw Fault(first, "nil is not a command"),
                TemplateOperand.Dot { Fields: [var name] } when dot.Asked(name) is { } method =>
                    Method(first, method, command.Skip(1).Select(o => Operand(o, dot)).Concat(last is null ? [] : [last]).ToArray()),
                _ when command.Count == 1 && last is null => Operand(first, dot),
                TemplateOperand.Dot { Fields: [var name] } when dot is TemplateValue.Row { Type.Length: > 0 } && dot.Field(name) is not null =>
                    throw Fault(first, $"wrong number of args for {name}: want 0 got {command.Count - 1 + (last is null ? 0 : 1)}"),
                TemplateOperand.Dot { Fields.Count: > 0 } d when Operand(first, dot) is not null =>
                    throw Fault(first, $"{d.Fields[^1]} has arguments but cannot be invoked as function"),
                _ => throw Fault(first, $"can't give argument to non-function {first.Source}"),
            };
        }

        private TemplateValue Method(TemplateOperand operand, TemplateMethod method, TemplateValue[] words) =>
            words switch
            {
                [TemplateValue.Text word] => TemplateValue.Of(method.Of(word.Value)),
                [var other] => throw Fault(operand, $"wrong type for value; expected string; got {other.TypeName}"),
                _ => throw Fault(operand, $"wrong number of args for {method.Name}: want 1 got {words.Length}"),
            };

        private TemplateValue Operand(TemplateOperand operand, TemplateValue dot) => operand switch
        {
            TemplateOperand.Dot d => Chain(d, dot, d.Fields),
            TemplateOperand.Variable v => Chain(v, variables[variables.FindLastIndex(x => x.Name == v.Name)].Value, v.Fields),
            TemplateOperand.Group g => Chain(g, Value(g.Pipe, dot), g.Fields),
            TemplateOperand.Constant c => c.Value,
            TemplateOperand.Function f => Call(f, [f], dot, null),
            _ => TemplateValue.None,
        };

        private TemplateValue Chain(TemplateOperand operand, TemplateValue value, List<string> fields)
        {
            foreach (var name in fields)
            {
                value = value.Field(name) ?? (value switch
                {
                    TemplateValue.Map => new TemplateValue.Absent(),
                    TemplateValue.Row { Type: "" } => throw Fault(operand, $"map has no entry for key \"{name}\""),
                    TemplateValue.Nothing or TemplateValue.Absent => throw Fault(operand, $"nil pointer evaluating interface {{}}.{name}"),
                    _ => throw Fault(operand, $"can't evaluate field {name} in type {value.TypeName}"),
                });
            }

            return value;
        }

        private TemplateValue Call(TemplateOperand.Function function, List<TemplateOperand> command, TemplateValue dot, TemplateValue? last)
        {
            var name = function.Source;
            var count = command.Count - 1 + (last is null ? 0 : 1);
            var (min, max) = TemplateFunctions.Arity(name);
            if (count < min || count > max)
            {
                throw Fault(function, $"wrong number of args for {name}: want {(max is null ? "at least " : "")}{min} got {count}");
            }

            var arguments = new List<TemplateValue>(count);
            foreach (var operand in command.Skip(1))
            {
                arguments.Add(Operand(operand, dot));

                // The rest is not evaluated once the answer is known.
                if ((name == "and" && !arguments[^1].IsTrue) || (name == "or" && arguments[^1].IsTrue))
                {
                    return arguments[^1];
                }
            }

            if (last is not null)
            {
                arguments.Add(last);
            }

            if (name is "and" or "or" || (header && name is "json" or "upper" or "lower" or "title" or "truncate"))
            {
                return name is "and" or "or" ? arguments[^1] : arguments[0];
            }

            try
            {
                return TemplateFunctions.Call(name, arguments);
            }
            catch (TemplateFault fault)
            {
                throw Fault(function, $"error calling {name}: {fault.Message}", string.Join(' ', command.Select(o => o.Source)));
            }
        }

        private void Write(string text)
        {
            if (output.Length + text.Length > MaxOutput)
            {
                throw new TemplateFault("template: the output is too large");
            }

            output.Append(text);
        }

        private TemplateFault Fault(TemplateOperand at, string reason, string? shown = null)
        {
            var before = source.AsSpan(0, at.At);
            var column = System.Text.Encoding.UTF8.GetByteCount(before[(before.LastIndexOf('\n') + 1)..]);
            return new TemplateFault($"template: :{before.Count('\n') + 1}:{column}: executing \"\" at <{shown ?? at.Source}>: {reason}");
        }
    }
}
