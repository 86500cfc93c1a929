namespace EventDock.Cli.Commands;

using EventDock.Cli.Grammar;
using EventDock.Domain.Kernel;

/// <summary><c>eventdock db status|stop|url|upgrade</c></summary>
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

    public static EitherAsync<DomainError, int> Upgrade(ParsedArgs args, Session session, CancellationToken cancel) =>
        session.Home.Upgrade(cancel).Map(done => Printed(session, done.Kept is { } kept
            ? $"moved from Postgres {done.From} to {done.To}; the old data is kept in {kept}"
            : $"nothing to do: it was made by Postgres {done.To}, the newest that is installed"));

    private static int Printed(Session session, string text)
    {
        session.Line(text);
        return 0;
    }
}
