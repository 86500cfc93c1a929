namespace EventDock.Cli.Commands;

using EventDock.Adapters.Host;
using EventDock.Cli.Grammar;
using EventDock.Cli.Output;
using EventDock.Domain.Kernel;
using EventDock.Engine;
using static EventDock.Engine.Pipeline;

/// <summary><c>eventdock why CONTAINER|IMAGE|LAYER [PATH]</c></summary>
public static class WhyCommand
{
    public static EitherAsync<DomainError, int> Run(ParsedArgs args, Session session, CancellationToken cancel) =>
        from json in Json(args, "why prints json, or text for people").ToAsync()
        from type in Type(args, "container", "image", "layer").ToAsync()
        from ports in session.Read(cancel)
        from moment in Moments.AsOf(args, ports, session, cancel)
        from cause in Why.Run(
            ports, args.Arguments[0], type.IfNoneUnsafe((string?)null), CommandLineBytes.Of(args.Arguments).Skip(1).HeadOrNone(), moment.Position, cancel)
        let printed = session.Print(json ? CauseJson.Of(cause) : CauseText.Of(cause, !args.On("no-trunc")))
        let footer = Moments.Footer(session, moment)
        select 0;

    internal static Either<DomainError, bool> Json(ParsedArgs args, string rule) => args.Text("format") switch
    {
        null => false,
        "json" => true,
        { } other => new DomainError.Invalid("--format", other, rule),
    };

    internal static Either<DomainError, Option<string>> Type(ParsedArgs args, params string[] known) =>
        args.Text("type") is not { } type ? Right<DomainError, Option<string>>(None)
        : known.Contains(type) ? Some(type)
        : new DomainError.Invalid("--type", type, $"must be {string.Join(", ", known[..^1])} or {known[^1]}");
}
