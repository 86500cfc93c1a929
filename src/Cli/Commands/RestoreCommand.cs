namespace EventDock.Cli.Commands;

using EventDock.Cli.Grammar;
using EventDock.Cli.Output;
using EventDock.Domain.Kernel;
using EventDock.Engine;

/// <summary><c>eventdock restore CONTAINER [CONTAINER...]</c></summary>
public static class RestoreCommand
{
    public static EitherAsync<DomainError, int> Run(ParsedArgs args, Session session, CancellationToken cancel) =>
        from ports in session.Change(cancel)
        from code in Each.Of(
            session, args.Arguments, name => Restore.Run(ports, name, cancel).Map(lost => Told(session, name, lost)))
        select code;

    private static Unit Told(Session session, string name, Seq<string> lost)
    {
        if (!lost.IsEmpty)
        {
            var told = $"{name}: its files are back, the values of -e are gone: {string.Join(' ', lost)}";
            session.Error.Write(TerminalText.Escape(told) + "\n");
        }

        return session.Line(name);
    }
}
