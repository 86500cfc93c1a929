namespace EventDock.Cli.Commands;

using EventDock.Cli.Errors;
using EventDock.Cli.Grammar;
using EventDock.Cli.Output;
using EventDock.Domain.Kernel;
using EventDock.Engine;

/// <summary><c>eventdock repair [--deep] [--plan]</c></summary>
public static class RepairCommand
{
    public static EitherAsync<DomainError, int> Run(ParsedArgs args, Session session, CancellationToken cancel)
    {
        var progress = new BuildLine(session.Out, session.Error, session.ErrorIsTerminal);
        return
            from ports in session.Repairing(cancel)
            from done in args.On("plan")
                ? Repair.Plan(ports, args.On("deep"), progress.ShowToPerson, cancel).Map(steps => steps.Map(step => new RepairDone(step, None)).Strict())
                : Repair.Run(ports, args.On("deep"), progress.ShowToPerson, cancel)
            let ended = progress.End()
            let printed = session.Print(string.Concat(done.Map(d => RepairText.Line(d, args.On("plan"), ErrorText.Of) + "\n")))
            let none = done.IsEmpty ? session.Tell("nothing is damaged") : unit
            select args.On("plan") ? 0 : RepairText.ExitCode(done);
    }
}
