namespace EventDock.Cli.Errors;

using EventDock.Domain.Kernel;

public static partial class ErrorText
{
    /// <summary>Null for what is not about archives.</summary>
    private static string? OfArchives(DomainError error) =>
        error switch
        {
            DomainError.ArchiveToTerminal e => $"cowardly refusing to {e.Verb} to a terminal. Use the -o flag or redirect",
            DomainError.ArchiveFromTerminal e => $"requested {e.Verb} from stdin, but stdin is empty",
            DomainError.DownloadFailed e => $"{e.Url} cannot be fetched: {e.Reason}",
            _ => null,
        };
}
