namespace EventDock.Cli.Commands;

using EventDock.Cli.Grammar;
using EventDock.Cli.Output;
using EventDock.Domain.Kernel;
using EventDock.Engine;
using static EventDock.Engine.Pipeline;

/// <summary><c>eventdock undo [EVENT|COMMAND]</c></summary>
public static class UndoCommand
{
    public static EitherAsync<DomainError, int> Run(ParsedArgs args, Session session, CancellationToken cancel) =>
        from ports in args.On("plan") ? session.Read(cancel) : session.Change(cancel)
        from planned in args.On("plan")
            ? Undo.Plan(ports, args.Arguments.HeadOrNone(), IsPersons, cancel)
            : Undo.Run(ports, args.Arguments.HeadOrNone(), IsPersons, cancel)
        let printed = session.Print(UndoText.Of(planned))
        let told = UndoText.Besides(planned).Iter(line => session.Tell(line))
        select 0;

    /// <summary>Not what conmon calls when a container has ended: nobody has typed that.</summary>
    private static bool IsPersons(Seq<string> line) =>
        !(line.Count > 1 && line[1] is ContainerEndedCommand.Word or ExecEndedCommand.Word or RecordWritesCommand.Word);
}
