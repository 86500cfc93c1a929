namespace EventDock.Cli.Errors;

using EventDock.Domain.Kernel;

public static partial class ErrorText
{
    /// <summary>The line about what was done without a ledger.</summary>
    public static string Noted(DomainError lost, string journal) =>
        $"{Line(lost)} (noted in {Output.TerminalText.Escape(journal)}, the next command that reaches the ledger records it)";

    /// <summary>Null for what is not about the journal.</summary>
    private static string? OfJournal(DomainError error) =>
        error switch
        {
            DomainError.JournalUnreadable e =>
                $"{e.Path}: line {e.Line} {e.Reason} (what was done without a ledger stands there; move it away to go on without that)",
            DomainError.NotOnDisk e =>
                $"{Of(e.Lost)}; without it {Quoted(e.Reference)} is not found: only ids, and names of containers that have been started, are known",
            DomainError.DoneNotNoted e => $"container {Short(e.ContainerId)} does not run any more, and that could not be noted: {Of(e.Cause)}",
            _ => null,
        };
}
