namespace EventDock.Domain.Builds;

using EventDock.Domain.Kernel;

/// <summary>A build step has been carried out, whatever was known under its key before.</summary>
public sealed record CompleteStep(BuildStepCompleted Fact);

/// <summary>The life of a build step: its last result counts.</summary>
public static class BuildStepDecider
{
    public static readonly Decider<CompleteStep, Option<BuildStepCompleted>, BuildStepCompleted> Decider = new(
        None,
        (command, _) => Right(Seq1(command.Fact)),
        (_, happened) => Some(happened));
}
