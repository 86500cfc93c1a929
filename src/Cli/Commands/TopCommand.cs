namespace EventDock.Cli.Commands;

using EventDock.Cli.Grammar;
using EventDock.Cli.Output;
using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using EventDock.Engine;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary><c>eventdock top</c></summary>
public static class TopCommand
{
    /// <summary>docker lays this table out with wider columns than all others.</summary>
    private const int MinWidth = 20;

    public static EitherAsync<DomainError, int> Run(ParsedArgs args, Session session, CancellationToken cancel) =>
        from options in ProcessTable.Arguments(args.Arguments.Skip(1).Strict()).ToAsync()
        from ports in session.Read(cancel)
        from reconciled in ports.Ledger.Root.IsSome ? Reconcile.Run(ports, cancel) : Done
        from row in Find.Container(ports, args.Arguments[0], cancel)
        from running in row.State == ContainerRow.Running
            ? Done
            : Fail<Unit>(new DomainError.WrongState(row.Id.Value, row.State, "list the processes of"))
        from text in ports.Runtime.Control.Table(options, cancel)
        // Those that are there when ps has looked: what it has seen and is gone by now may be another's by its number.
        from pids in ports.Runtime.Control.Processes(row.Id, cancel)
        from table in ProcessTable.Of(text, pids).ToAsync()
        let printed = session.Print(Text(table))
        select 0;

    private static string Text(ProcessTable table) =>
        Table.Align(
            string.Concat(table.Titles.Cons(table.Rows).Map(cells => string.Join('\t', cells.Map(TerminalText.Escape)) + "\n")), MinWidth);
}
