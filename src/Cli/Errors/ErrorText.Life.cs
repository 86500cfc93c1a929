namespace EventDock.Cli.Errors;

using EventDock.Domain.Kernel;

public static partial class ErrorText
{
    /// <summary>Null for what is not about a container's life.</summary>
    private static string? OfLife(DomainError error) =>
        error switch
        {
            DomainError.SameName e => $"the container has the name {e.Name} already",
            DomainError.BadTemplate e => Of(e.Cause),
            _ => null,
        };
}
