namespace EventDock.Cli.Commands;

using EventDock.Cli.Grammar;
using EventDock.Cli.Output;
using EventDock.Domain.Kernel;
using EventDock.Engine;

/// <summary><c>eventdock restore CONTAINER|TAG|IMAGE [...]</c></summary>
public static class RestoreCommand
{
    public static EitherAsync<DomainError, int> Run(ParsedArgs args, Session session, CancellationToken cancel) =>
        from told in args.On("occurred") && !args.Has("as-of") ? Pipeline.Fail<LanguageExt.Unit>(new DomainError.FlagNeeds("--occurred", "--as-of")) : Pipeline.Done
        from ports in session.Change(cancel)
        from code in Each.Of(
            session, args.Arguments,
            name => Restoring.Run(ports, name, args.Text("as-of"), args.On("occurred"), cancel).Map(restored => Told(session, name, restored)))
        select code;

    private static Unit Told(Session session, string name, BroughtBack restored)
    {
        if (restored is BroughtBack.Container { Lost: { IsEmpty: false } lost })
        {
            session.Tell(TerminalText.Escape($"{name}: its files are back, the values of -e are gone: {string.Join(' ', lost)}"));
        }

        return session.Line(name);
    }
}
