namespace EventDock.Domain.Builds;

using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;

/// <summary>One instruction after FROM, ready to be carried out: variables replaced, its effect on the configuration known.</summary>
/// <param name="Number">Its place in the Dockerfile, from 1 (FROM).</param>
/// <param name="Run">The image's configuration after it.</param>
/// <param name="Sources">COPY: what its patterns match in the context.</param>
public sealed record PlannedStep(int Number, Instruction Instruction, RunConfig Run, Seq<string> Sources)
{
    /// <summary>It may change files: its result is a layer, or nothing where none changed.</summary>
    public bool TouchesFiles => Instruction is Instruction.Run or Instruction.Copy or Instruction.Workdir;
}

/// <summary>
/// A Dockerfile over the configuration of its base, worked out to the end before its first step runs, so that a mistake in the
/// last line costs nothing.
/// </summary>
public static class BuildPlan
{
    public static Either<DomainError, Seq<PlannedStep>> Of(Dockerfile file, RunConfig under)
    {
        var steps = new List<PlannedStep>();
        var run = under;
        foreach (var instruction in file.Instructions.Skip(1))
        {
            var next = file.Expand(instruction, run.Env).Map(expanded =>
                new PlannedStep(steps.Count + 2, expanded, After(run, expanded), Seq<string>()));
            if (next.MatchUnsafe<DomainError?>(Right: _ => null, Left: e => e) is { } error)
            {
                return error;
            }

            next.IfRight(steps.Add);
            run = steps[^1].Run;
        }

        return steps.ToSeq();
    }

    /// <summary>What an instruction does to the configuration (Dockerfile reference).</summary>
    private static RunConfig After(RunConfig run, Instruction instruction) =>
        instruction switch
        {
            Instruction.Env env => run with
            {
                Env = Containers.RunResolution.Merge(run.Env, env.Pairs.Map(p => p.ToString()).Strict()),
            },
            Instruction.Workdir workdir => run with { WorkingDir = DockerfileHistory.WorkingDir(run.WorkingDir, workdir.Path) },
            Instruction.User user => run with { User = user.Name },
            Instruction.Cmd cmd => run with { Cmd = cmd.Command.Arguments },
            // An ENTRYPOINT of one's own makes the base's CMD meaningless; docker drops it, too.
            Instruction.Entrypoint entrypoint => run with { Entrypoint = entrypoint.Command.Arguments, Cmd = Seq<string>() },
            _ => run,
        };

    /// <summary>
    /// The key under which a step's result is remembered: it stands for all that the result depends on.
    /// </summary>
    /// <param name="before">The key of the step before; for the first, the base image's id or scratch.</param>
    /// <param name="parent">The layer below, which differs where a step before was run again with another result.</param>
    /// <param name="content">What COPY takes in; null for all else.</param>
    /// <param name="network">RUN sees another world with the host's network than without.</param>
    public static string Key(string before, string? parent, PlannedStep step, Digest? content, string network) =>
        Digest.Of(System.Text.Encoding.UTF8.GetBytes(string.Join(
            '\n',
            before,
            parent ?? "-",
            step.Instruction.GetType().Name,
            DockerfileHistory.CreatedBy(step.Instruction, step.Run.WorkingDir, content?.Value ?? "-"),
            step.Instruction is Instruction.Run run ? $"{string.Join('\0', run.Command.Arguments)} {network}" : "-"))).Hex;
}
