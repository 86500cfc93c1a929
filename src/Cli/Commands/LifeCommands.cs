namespace EventDock.Cli.Commands;

using EventDock.Cli.Grammar;
using EventDock.Domain.Kernel;
using EventDock.Engine;
using EventDock.Projections;

/// <summary>Verbs that do one thing to each container they are given: <c>pause</c>, <c>unpause</c>, <c>restart</c>; and <c>rename</c>.</summary>
public static class LifeCommands
{
    public static EitherAsync<DomainError, int> Pause(ParsedArgs args, Session session, CancellationToken cancel) =>
        EachOf(args, session, (ports, row) => Pausing.Pause(ports, row.Id, cancel), cancel);

    public static EitherAsync<DomainError, int> Unpause(ParsedArgs args, Session session, CancellationToken cancel) =>
        EachOf(args, session, (ports, row) => Pausing.Unpause(ports, row.Id, cancel), cancel);

    public static EitherAsync<DomainError, int> Restart(ParsedArgs args, Session session, CancellationToken cancel) =>
        from stopping in Stoppings.Of(args).ToAsync()
        from code in EachOf(args, session, (ports, row) => Engine.Restart.Container(ports, row, stopping, cancel), cancel)
        select code;

    /// <summary>Prints nothing, as docker's.</summary>
    public static EitherAsync<DomainError, int> Rename(ParsedArgs args, Session session, CancellationToken cancel) =>
        from ports in session.Change(cancel)
        from row in Find.Container(ports, args.Arguments[0], cancel)
        from renamed in Engine.Rename.Container(ports, row, args.Arguments[1], cancel)
        select 0;

    private static EitherAsync<DomainError, int> EachOf(
        ParsedArgs args, Session session, Func<Ports, ContainerRow, EitherAsync<DomainError, Unit>> work, CancellationToken cancel) =>
        from ports in session.Change(cancel)
        from code in Each.Of(session, args.Arguments, name =>
            from row in Find.Container(ports, name, cancel)
            from done in work(ports, row)
            let printed = session.Line(name)
            select unit)
        select code;
}
