namespace EventDock.Cli.Errors;

using EventDock.Domain.Kernel;

public static partial class ErrorText
{
    /// <summary>Null for what is not about looking at images and layers.</summary>
    private static string? OfLooking(DomainError error) =>
        error switch
        {
            DomainError.FilterForm e =>
                $"invalid argument {GoQuote.Quote(e.Text)} for \"-f, --filter\" flag: bad format of filter (expected name=value)",
            DomainError.FlagsTogether e => $"{e.One} and {e.Other} cannot be given together",
            DomainError.NoSuchLayer e => $"no such layer: {e.Reference}",
            _ => null,
        };
}
