namespace EventDock.Cli.Commands;

using EventDock.Cli.Grammar;
using EventDock.Domain.Kernel;
using EventDock.Engine;

/// <summary><c>eventdock create</c></summary>
public static class CreateCommand
{
    public static EitherAsync<DomainError, int> Run(ParsedArgs args, Session session, CancellationToken cancel) =>
        from request in RunFlags.Read(args)
        from made in CidFile.Holding(request.Options.CidFile, file =>
            from ports in session.Change(cancel)
            from created in Create.Container(
                ports, Create.NewId(ports.World), request, starting: false, PullOutput.ForRun(session) with { Made = file.Write }, cancel)
            select created)
        let printed = session.Line(made.Row.Id.Value)
        select 0;
}
