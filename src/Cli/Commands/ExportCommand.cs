namespace EventDock.Cli.Commands;

using EventDock.Cli.Grammar;
using EventDock.Domain.Kernel;
using EventDock.Engine;

/// <summary><c>eventdock export [-o FILE] CONTAINER</c></summary>
public static class ExportCommand
{
    public static EitherAsync<DomainError, int> Run(ParsedArgs args, Session session, CancellationToken cancel) =>
        from possible in Outputs.Possible("export", args.Text("output")).ToAsync()
        from ports in session.Change(cancel)
        from exported in ExportContainer.Run(ports, args.Arguments[0], work => Outputs.To(args.Text("output"), work), cancel)
        select 0;
}
