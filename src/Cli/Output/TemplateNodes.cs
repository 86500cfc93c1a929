namespace EventDock.Cli.Output;

/// <summary>A piece of a parsed template.</summary>
internal abstract record TemplateNode
{
    public sealed record Literal(string Text) : TemplateNode;

    public sealed record Action(TemplatePipe Pipe) : TemplateNode;

    public sealed record If(TemplatePipe Pipe, List<TemplateNode> Then, List<TemplateNode> Else) : TemplateNode;

    public sealed record With(TemplatePipe Pipe, List<TemplateNode> Then, List<TemplateNode> Else) : TemplateNode;

    public sealed record Range(TemplatePipe Pipe, List<TemplateNode> Body, List<TemplateNode> Else) : TemplateNode;
}

/// <summary>Commands joined by |, each given the value of the one before as its last argument.</summary>
/// <param name="Variables">What := or = sets; two only in range.</param>
/// <param name="Declares">With :=.</param>
internal sealed record TemplatePipe(List<string> Variables, bool Declares, List<List<TemplateOperand>> Commands);

/// <param name="At">Where it stands in the source.</param>
/// <param name="Source">As errors show it.</param>
internal abstract record TemplateOperand(int At, string Source)
{
    /// <summary>.A.B; no names for the dot itself.</summary>
    public sealed record Dot(int At, string Source, List<string> Fields) : TemplateOperand(At, Source);

    /// <summary>$x.A.B; the name has its $.</summary>
    public sealed record Variable(int At, string Source, string Name, List<string> Fields) : TemplateOperand(At, Source);

    public sealed record Function(int At, string Source) : TemplateOperand(At, Source);

    public sealed record Constant(int At, string Source, TemplateValue Value) : TemplateOperand(At, Source);

    public sealed record Nil(int At, string Source) : TemplateOperand(At, Source);

    /// <summary>( … ).A.B</summary>
    public sealed record Group(int At, string Source, TemplatePipe Pipe, List<string> Fields) : TemplateOperand(At, Source);
}

/// <summary>Leaves the parser or the rendering from its depth; never leaves <see cref="GoTemplate"/>.</summary>
internal sealed class TemplateFault(string message) : Exception(message);
