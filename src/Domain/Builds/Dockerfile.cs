namespace EventDock.Domain.Builds;

using EventDock.Domain.Kernel;

/// <summary>
/// A Dockerfile that can be carried out as far as its text tells: one stage, known instructions, well-formed arguments.
/// </summary>
/// <param name="File">As the user named it; errors name it.</param>
/// <param name="Escape">\ or `.</param>
/// <param name="Instructions">At least one; the first is FROM.</param>
public sealed record Dockerfile(string File, char Escape, Seq<Instruction> Instructions)
{
    /// <summary>A build keeps the environment after each; nobody has written a thousand by hand.</summary>
    private const int MostInstructions = 5000;

    public Instruction.From From => (Instruction.From)Instructions[0];

    /// <summary>Reads a file; any mistake is a BadDockerfile with its line, before anything has run.</summary>
    public static Either<DomainError, Dockerfile> Parse(string file, string text)
    {
        if (text.Length == 0)
        {
            return new DomainError.BadDockerfile(file, 1, $"the Dockerfile ({file}) cannot be empty");
        }

        return DockerfileLines.Read(text).MapLeft(f => Bad(file, f.Line, f.Reason)).Bind(lines => Instruct(file, lines));
    }

    /// <summary>
    /// The instruction with its variables replaced; RUN, CMD and ENTRYPOINT leave them to their shell, and FROM has none.
    /// </summary>
    /// <param name="env">NAME=value: the base image's and that of the ENVs so far.</param>
    public Either<DomainError, Instruction> Expand(Instruction instruction, Seq<string> env) =>
        Expand(File, Escape, instruction, EnvExpansion.From(env)).Bind(expanded => Bounded(expanded, env));

    private Either<DomainError, Instruction> Bounded(Instruction instruction, Seq<string> env) =>
        instruction is Instruction.Env e
        && env.Sum(v => (long)v.Length) + e.Pairs.Sum(p => (long)p.Name.Length + p.Value.Length) > EnvExpansion.MostCharacters
            ? Bad(File, instruction.Line, $"the environment becomes longer than {EnvExpansion.MostCharacters} characters")
            : instruction;

    private static Either<DomainError, Dockerfile> Instruct(string file, DockerfileLines.Result lines)
    {
        if (lines.Lines.Count > MostInstructions)
        {
            return Bad(file, lines.Lines[MostInstructions].Line, $"more than {MostInstructions} instructions");
        }

        var instructions = new List<Instruction>(lines.Lines.Count);
        foreach (var line in lines.Lines)
        {
            var parsed = DockerfileInstructions.Parse(line, lines.Escape).MapLeft(fault => Bad(file, line.Line, fault.Reason))
                .Bind(i => Placed(file, i, first: instructions.Count == 0))
                .Bind(i => WellFormed(file, lines.Escape, i));
            if (parsed.MatchUnsafe<DomainError?>(Right: i => Added(i), Left: e => e) is { } error)
            {
                return error;
            }
        }

        return instructions.Count == 0
            ? Bad(file, 1, "file with no instructions")
            : new Dockerfile(file, lines.Escape, instructions.ToSeq());

        DomainError? Added(Instruction instruction)
        {
            instructions.Add(instruction);
            return null;
        }
    }

    private static Either<DomainError, Instruction> Placed(string file, Instruction instruction, bool first) =>
        (first, instruction) switch
        {
            (true, not Instruction.From) => Bad(file, instruction.Line, "no build stage in current context"),
            (false, Instruction.From) =>
                Bad(file, instruction.Line, "a second FROM: multi-stage builds are not supported yet"),
            _ => instruction,
        };

    /// <summary>
    /// Quotes and substitutions are checked while nothing has run yet: with every variable set to something, what fails now
    /// fails always. (The instruction itself is kept as it was written.)
    /// </summary>
    private static Either<DomainError, Instruction> WellFormed(string file, char escape, Instruction instruction) =>
        Expand(file, escape, instruction, _ => "x").Map(_ => instruction);

    private static Either<DomainError, Instruction> Expand(
        string file, char escape, Instruction instruction, Func<string, string?> lookup)
    {
        // A line can name one long variable thousands of times.
        long length = 0;
        return instruction switch
        {
            Instruction.Copy c => c.Sources.All(Word).Bind(sources =>
                Word(c.Destination).Map(destination => (Instruction)(c with { Sources = sources, Destination = destination }))),
            Instruction.Env e => e.Pairs.All(Pair).Map(pairs => (Instruction)(e with { Pairs = pairs })),
            Instruction.Workdir w => Word(w.Path).Bind(path => path.Length == 0
                ? Left<DomainError, Instruction>(Bad(file, w.Line, "WORKDIR is empty: cannot normalize nothing"))
                : w with { Path = path }),
            Instruction.User u => Word(u.Name).Map(name => (Instruction)(u with { Name = name })),
            _ => instruction,
        };

        Either<DomainError, EnvPair> Pair(EnvPair pair) =>
            Word(pair.Name).Bind(name => name.Length == 0
                ? Left<DomainError, EnvPair>(Bad(file, instruction.Line, "ENV names can not be blank"))
                : Word(pair.Value).Map(value => new EnvPair(name, value)));

        Either<DomainError, string> Word(string word) =>
            EnvExpansion.Expand(word, lookup, escape)
                .MapLeft(f => Bad(file, instruction.Line, $"failed to process {GoQuote.Quote(word)}: {f.Reason}"))
                .Bind(text => (length += text.Length) <= EnvExpansion.MostCharacters
                    ? Right<DomainError, string>(text)
                    : Bad(file, instruction.Line, $"it becomes longer than {EnvExpansion.MostCharacters} characters"));
    }

    private static DomainError Bad(string file, int line, string reason) => new DomainError.BadDockerfile(file, line, reason);
}
