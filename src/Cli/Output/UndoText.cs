namespace EventDock.Cli.Output;

using System.Globalization;
using EventDock.Cli.Errors;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;
using EventDock.Domain.Undo;
using EventDock.Engine;

/// <summary>What an undo does, or would do: a line of the command, and one a step.</summary>
public static class UndoText
{
    public static string Of(PlannedUndo planned) =>
        string.Concat(planned.Steps.Map(s => "  " + TerminalText.Escape(Step(planned, s)) + "\n").Prepend(
            TerminalText.Escape($"{Positions(planned.Command)} {string.Join(' ', planned.Command.Line)}") + "\n"));

    /// <summary>What is not as it was.</summary>
    public static Seq<string> Besides(PlannedUndo planned) =>
        (planned.Stays.Map(e => TerminalText.Escape(
                string.Create(CultureInfo.InvariantCulture, $"stays as it is: #{e.Position} {EventCodec.NameOf(e.Event)} {LogText.Of(e)}"))).Strict()
            + planned.Lost.Map(error => TerminalText.Escape($"does not come back: {ErrorText.Of(error)}")).Strict()
            + (planned.LostValues.IsEmpty
                ? Seq<string>()
                : Seq1(TerminalText.Escape($"the values of -e are gone: {string.Join(' ', planned.LostValues.Distinct())}")))).Strict();

    private static string Positions(UndoneCommand command) => command.First == command.Last
        ? string.Create(CultureInfo.InvariantCulture, $"#{command.First}")
        : string.Create(CultureInfo.InvariantCulture, $"#{command.First}-#{command.Last}");

    private static string Step(PlannedUndo planned, UndoStep step) => step switch
    {
        UndoStep.TagBack { Before: { } image } s =>
            $"{ImageReference.Shown(s.Reference)} is {image[..12]} again{(s.Left is { } left ? $", instead of {left[..12]}" : "")}",
        UndoStep.TagBack s => $"{ImageReference.Shown(s.Reference)} is no longer {s.Left?[..12]}",
        UndoStep.NameBack s => $"container {s.Id.Short} is {s.Before} again, instead of {s.Left}",
        UndoStep.ContainerBack s => $"container {s.Id.Short} comes back{Named(planned, s)}",
        UndoStep.ContainerAway s => $"container {s.Id.Short} is removed again",
        UndoStep.ImageBack s => $"image {s.Id[..12]} comes back",
        UndoStep.ImageAway s => $"image {s.Id[..12]} is removed again",
        _ => throw new System.Diagnostics.UnreachableException($"no words for {step.GetType().Name}"),
    };

    private static string Named(PlannedUndo planned, UndoStep.ContainerBack step) =>
        planned.Containers.Find(c => c.Id.Value == step.Id.Value).Map(c => $" as {c.Name}").IfNone("");
}
