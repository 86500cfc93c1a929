namespace EventDock.Cli.Output;

using EventDock.Domain.Kernel;
using EventDock.Engine;
using EventDock.Projections;

/// <summary>What a repair prints: one line for each thing that was found, with what was done about it.</summary>
public static class RepairText
{
    /// <summary>0 where all is mended; 2 where something is left to a person or could not be done now; 3 where something is lost for good.</summary>
    public static int ExitCode(Seq<RepairDone> done) =>
        done.Exists(d => d.Step is RepairStep.Lost) ? 3
        : done.Exists(d => d.Failed.IsSome || d.Step is RepairStep.Leave or RepairStep.InUse) ? 2
        : 0;

    public static string Line(RepairDone done, bool planned, Func<DomainError, string> text) =>
        TerminalText.Escape($"{done.Step.What}: {done.Failed.Match(Some: e => $"not repaired: {text(e)}", None: () => Did(done.Step, planned))}");

    private static string Did(RepairStep step, bool planned) => step switch
    {
        RepairStep.Unpack => $"{Would("unpacked", planned)} again from its blob",
        RepairStep.FetchLayer s => $"{Would("fetched", planned)} again from {s.From.Head.Registry}",
        RepairStep.FetchConfig s => $"configuration {Would("fetched", planned)} again from {s.From.Head.Registry}",
        RepairStep.Relink => $"{Would("made", planned)} anew",
        RepairStep.TakeAway => $"{Would("taken", planned)} away: its container has been removed",
        RepairStep.Rebuild => $"{Would("folded", planned)} again from the events",
        RepairStep.InUse s => $"not repaired: {string.Join(", ", s.Containers)} runs on it, stop it first",
        RepairStep.Lost => "lost for good: nothing is left that it could be made of",
        RepairStep.Leave s => $"left as it is: {CheckText.Reason(s.Finding)}",
        _ => throw new System.Diagnostics.UnreachableException($"no line for {step.GetType().Name}"),
    };

    private static string Would(string verb, bool planned) => planned ? $"would be {verb}" : verb;
}
