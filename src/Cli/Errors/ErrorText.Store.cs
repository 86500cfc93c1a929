namespace EventDock.Cli.Errors;

using EventDock.Domain.Kernel;

public static partial class ErrorText
{
    private const int MostChanges = 10;

    /// <summary>Null for what is not about the store.</summary>
    private static string? OfStore(DomainError error) =>
        error switch
        {
            DomainError.PlanChanged e => $"the plan {e.Plan} has changed: {Changes(e.More.Map(l => $"+ {l}") + e.Less.Map(l => $"- {l}"))}",
            DomainError.NoSuchPlan e => $"no such plan: {e.Plan} (it is good for the same command with the same filters)",
            DomainError.CommandsAtWork => "other commands are at work (an attached run is one): try again when they have ended",
            _ => null,
        };

    private static string Changes(Seq<string> lines) =>
        string.Join(", ", lines.Take(MostChanges)) + (lines.Count > MostChanges ? $" and {lines.Count - MostChanges} more" : "");
}
