namespace EventDock.Cli.Commands;

using EventDock.Adapters.Posix;
using EventDock.Cli.Grammar;
using EventDock.Cli.Output;
using EventDock.Domain.Kernel;
using EventDock.Engine;
using static EventDock.Engine.Pipeline;

/// <summary>
/// <c>eventdock info</c>: those of docker's fields that can be answered here. As of a moment it counts what there was then; the host is that of now.
/// </summary>
public static class InfoCommand
{
    public static EitherAsync<DomainError, int> Run(ParsedArgs args, Session session, CancellationToken cancel) =>
        from template in (args.Text("format") is { Length: > 0 } format
            ? Template(format == "json" ? "{{json .}}" : format).Map(Some)
            : Right<DomainError, Option<GoTemplate>>(None)).ToAsync()
        from ports in session.Read(cancel)
        from moment in Moments.AsOf(args, ports, session, cancel)
        from settled in moment.Position.IsNone && ports.Ledger.Root.IsSome ? Reconcile.Run(ports, cancel) : Done
        from containers in ports.Views.Containers.All(moment.Position, cancel)
        from images in ports.Views.Images.All(moment.Position, cancel)
        let info = new InfoText(
            session.Host(), ports.Ledger.Root.Map(r => r.RootId).IfNone(""), containers, images.Count, session.Clock(), Program.Version,
            ports.Runtime.Name())
        from text in template.Match(
            Some: t => t.Render(info.Row).Map(line => (Terminal.Is(1) ? TerminalText.EscapeLines(line) : line) + "\n"),
            None: () => Right<DomainError, string>(info.Text)).ToAsync()
        let printed = session.Print(text)
        let footer = Moments.Footer(session, moment)
        select 0;

    internal static Either<DomainError, GoTemplate> Template(string format) =>
        GoTemplate.Typed(format).MapLeft<DomainError>(wrong => new DomainError.BadTemplate(wrong));
}
