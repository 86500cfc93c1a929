namespace EventDock.Cli.Commands;

using EventDock.Cli.Grammar;
using EventDock.Domain.Kernel;

/// <summary><c>eventdock db status|stop|url</c></summary>
public static class DbCommand
{
    public static EitherAsync<DomainError, int> Status(ParsedArgs args, Session session, CancellationToken cancel) =>
        session.Home.Status(cancel).Map(text => Printed(session, text));

    public static EitherAsync<DomainError, int> Stop(ParsedArgs args, Session session, CancellationToken cancel) =>
        session.Home.Stop(cancel).Map(_ => 0);

    public static EitherAsync<DomainError, int> Url(ParsedArgs args, Session session, CancellationToken cancel) =>
        from role in LedgerRoles.Parse(args.Text("role") ?? "owner").ToAsync()
        from text in session.Home.Url(role, cancel)
        select Printed(session, text);

    private static int Printed(Session session, string text)
    {
        session.Line(text);
        return 0;
    }
}
