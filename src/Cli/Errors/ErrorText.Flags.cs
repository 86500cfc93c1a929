namespace EventDock.Cli.Errors;

using EventDock.Domain.Kernel;

public static partial class ErrorText
{
    /// <summary>Null for what is not about a container's flags.</summary>
    private static string? OfFlags(DomainError error) =>
        error switch
        {
            DomainError.BadFlag e => $"invalid argument {GoQuote.Quote(e.Value)} for \"{e.Flag}\" flag: {e.Reason}",
            DomainError.AttachBesideDetach => "conflicting options: -a and -d",
            DomainError.Conflicting e => $"conflicting options: {e.One} and {e.Other}",
            DomainError.NoDevice e => $"no device {Quoted(e.Path)}: no such file or directory",
            DomainError.CannotJoin e => $"cannot join the {e.Kind} namespace of container {Short(e.ContainerId)}: {e.Reason}",
            DomainError.NothingLogged e => $"the output of container {Short(e.ContainerId)} is not kept (--log-driver none)",
            DomainError.NotOnThisHost e => $"{e.What}: {e.Reason}",
            _ => null,
        };
}
