namespace EventDock.Cli.Commands;

using EventDock.Cli.Grammar;
using EventDock.Domain.Kernel;
using EventDock.Engine;

/// <summary><c>eventdock save [-o FILE] IMAGE...</c></summary>
public static class SaveCommand
{
    public static EitherAsync<DomainError, int> Run(ParsedArgs args, Session session, CancellationToken cancel) =>
        from possible in Outputs.Possible("save", args.Text("output")).ToAsync()
        from ports in session.Read(cancel)
        from moment in Moments.AsOf(args, ports, session, cancel)
        from saved in Save.Run(ports, args.Arguments, moment.Position, work => Outputs.To(args.Text("output"), work), cancel)
        let footer = Moments.Footer(session, moment)
        select 0;
}
