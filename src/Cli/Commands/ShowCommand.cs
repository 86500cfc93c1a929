namespace EventDock.Cli.Commands;

using EventDock.Cli.Grammar;
using EventDock.Cli.Output;
using EventDock.Domain.Kernel;
using EventDock.Engine;
using static EventDock.Engine.Pipeline;

/// <summary><c>eventdock show [MOMENT|EVENT]</c>; without one, the last event.</summary>
public static class ShowCommand
{
    public static EitherAsync<DomainError, int> Run(ParsedArgs args, Session session, CancellationToken cancel) =>
        from json in args.Text("format") switch
        {
            null => Give(false),
            "json" => Give(true),
            { } other => Fail<bool>(new DomainError.Invalid("--format", other, "show prints json, or text for people")),
        }
        from forms in Give(EventForms.Beside())
        from ports in session.Read(cancel)
        from shown in ShowEvent.Run(ports, args.Arguments.HeadOrNone(), cancel)
        let printed = session.Print(json ? EventInFull.Json(shown) : EventInFull.Text(shown))
        select 0;
}
