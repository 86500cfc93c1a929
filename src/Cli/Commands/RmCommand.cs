namespace EventDock.Cli.Commands;

using EventDock.Cli.Errors;
using EventDock.Cli.Grammar;
using EventDock.Domain.Kernel;
using EventDock.Engine;

/// <summary><c>eventdock rm</c>; with -f, as docker's, what is not there is told and no failure.</summary>
public static class RmCommand
{
    public static EitherAsync<DomainError, int> Run(ParsedArgs args, Session session, CancellationToken cancel) =>
        args.On("force")
            ? WithoutLedger.Each(
                session, args.Arguments, (ports, name) => One(ports, session, name, force: true, cancel),
                (ports, container) => Unrecorded.Remove(ports, container, cancel), cancel)
            : from ports in session.Free(cancel)
              from code in Each.Of(session, args.Arguments, name => One(ports, session, name, force: false, cancel))
              select code;

    private static EitherAsync<DomainError, Unit> One(
        Ports ports, Session session, string name, bool force, CancellationToken cancel) =>
        (from row in Find.Container(ports, name, cancel)
         from _ in Remove.Container(ports, row, force, cancel)
         let printed = session.Line(name)
         select unit)
        .Recover(error => force && error is DomainError.NoSuchContainer
            ? Some(Pipeline.Give(session.Tell(ErrorText.Line(error))))
            : None);
}
