namespace EventDock.Cli.Commands;

using EventDock.Cli.Grammar;
using EventDock.Domain.Kernel;

/// <summary><c>eventdock adopt</c></summary>
public static class AdoptCommand
{
    public static EitherAsync<DomainError, int> Run(ParsedArgs args, Session session, CancellationToken cancel) =>
        from adopted in session.Adopt(cancel)
        let printed = session.Line(
            $"adopted: root {adopted.RootId}, before {(adopted.Previous.Length == 0 ? "nobody's" : adopted.Previous)}, "
            + $"disk had seen position {adopted.DiskPosition}")
        select 0;
}
