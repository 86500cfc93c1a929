namespace EventDock.Cli.Commands;

using EventDock.Cli.Grammar;
using EventDock.Domain.Kernel;
using EventDock.Engine;

/// <summary><c>eventdock create</c></summary>
public static class CreateCommand
{
    public static EitherAsync<DomainError, int> Run(ParsedArgs args, Session session, CancellationToken cancel) =>
        from request in RunCommand.Request(args).ToAsync()
        from ports in session.Change(cancel)
        from made in Create.Container(ports, Create.NewId(ports.World), request, starting: false, PullOutput.ForRun(session), cancel)
        let printed = session.Line(made.Row.Id.Value)
        select 0;
}
