namespace EventDock.Cli.Commands;

using System.Globalization;
using EventDock.Cli.Grammar;
using EventDock.Domain.Kernel;
using EventDock.Engine;
using EventDock.Projections;

/// <summary><c>eventdock wait</c>: one after the other; each code is printed when it is known.</summary>
public static class WaitCommand
{
    public static EitherAsync<DomainError, int> Run(ParsedArgs args, Session session, CancellationToken cancel) =>
        // It only looks, for weeks if need be: as a changing command it would keep others waiting that want to be alone.
        from ports in session.Read(cancel)
        from reconciled in ports.Ledger.Root.IsSome ? Reconcile.Run(ports, cancel) : Pipeline.Done
        from code in Each.Of(session, args.Arguments, name =>
            from row in Find.Container(ports, name, cancel)
            from ended in Wait.Container(ports, row, cancel)
            let printed = Printed(session, ended.IfNone(ContainerRow.UnseenCode).ToString(CultureInfo.InvariantCulture))
            select unit)
        select code;

    private static Unit Printed(Session session, string code)
    {
        session.Line(code);
        session.Out.Flush();
        return unit;
    }
}
