namespace EventDock.Cli.Commands;

using EventDock.Cli.Errors;
using EventDock.Cli.Grammar;
using EventDock.Domain.Kernel;
using EventDock.Engine;

/// <summary><c>eventdock rm</c>; with -f, as docker's, what is not there is told and no failure.</summary>
public static class RmCommand
{
    public static EitherAsync<DomainError, int> Run(ParsedArgs args, Session session, CancellationToken cancel) =>
        from ports in session.Change(cancel)
        from code in Each.Of(session, args.Arguments, name =>
            (from row in Find.Container(ports, name, cancel)
             from _ in Remove.Container(ports, row, args.On("force"), cancel)
             let printed = session.Line(name)
             select unit)
            .Recover(error => args.On("force") && error is DomainError.NoSuchContainer
                ? Some(Pipeline.Give(session.Tell(ErrorText.Line(error))))
                : None))
        select code;
}
