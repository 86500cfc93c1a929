namespace EventDock.Domain.Builds;

/// <summary>
/// One instruction of a Dockerfile, as written: variables stand unexpanded until <see cref="Dockerfile.Expand"/>. Only the
/// instructions that EventDock carries out are cases; all others are refused while parsing.
/// </summary>
/// <param name="Line">Of its first line, counted from 1.</param>
/// <param name="Original">The instruction on one line, continuations joined and comments gone, as docker's steps show it.</param>
public abstract record Instruction(int Line, string Original)
{
    /// <param name="Image">As written; <c>scratch</c> for no base.</param>
    /// <param name="Stage">The name after AS, in lower case; null for none.</param>
    public sealed record From(int Line, string Original, string Image, string? Stage) : Instruction(Line, Original)
    {
        public bool IsScratch => Image == "scratch";
    }

    /// <param name="Sources">Relative to the context, patterns allowed; at least one.</param>
    /// <param name="Destination">A trailing slash says that it is a directory.</param>
    public sealed record Copy(int Line, string Original, Seq<string> Sources, string Destination) : Instruction(Line, Original);

    public sealed record Run(int Line, string Original, CommandForm Command) : Instruction(Line, Original);

    public sealed record Cmd(int Line, string Original, CommandForm Command) : Instruction(Line, Original);

    public sealed record Entrypoint(int Line, string Original, CommandForm Command) : Instruction(Line, Original);

    /// <param name="Pairs">In the order written. Within one ENV a variable does not see the ones before it.</param>
    public sealed record Env(int Line, string Original, Seq<EnvPair> Pairs) : Instruction(Line, Original);

    public sealed record Workdir(int Line, string Original, string Path) : Instruction(Line, Original);

    /// <param name="Name">name or uid, with :group or :gid where given.</param>
    public sealed record User(int Line, string Original, string Name) : Instruction(Line, Original);
}

/// <summary>A variable that ENV sets.</summary>
public sealed record EnvPair(string Name, string Value)
{
    public override string ToString() => $"{Name}={Value}";
}

/// <summary>How RUN, CMD and ENTRYPOINT name a command.</summary>
public abstract record CommandForm
{
    /// <summary>A line for the shell; empty where nothing was written.</summary>
    public sealed record Shell(string Text) : CommandForm;

    /// <summary>A JSON array: executed as it stands.</summary>
    public sealed record Exec(Seq<string> Words) : CommandForm;

    /// <summary>What is executed, and what the image's configuration holds.</summary>
    public Seq<string> Arguments => this switch
    {
        Shell { Text: "" } => Seq<string>(),
        Shell s => Seq("/bin/sh", "-c", s.Text),
        Exec e => e.Words,
        _ => throw new System.Diagnostics.UnreachableException(GetType().Name),
    };
}
