namespace EventDock.Cli.Commands;

using EventDock.Cli.Errors;
using EventDock.Cli.Grammar;
using EventDock.Domain.Kernel;

/// <summary><c>eventdock db backup FILE|DIR</c>, <c>eventdock db restore [--replace] FILE</c></summary>
public static class DbCopyCommand
{
    public static EitherAsync<DomainError, int> Backup(ParsedArgs args, Session session, CancellationToken cancel) =>
        from made in session.Home.Copies.Backup(args.Arguments[0], cancel)
        let printed = session.Line($"{made.File}  position {made.Position}  {made.Bytes} bytes")
        select 0;

    public static EitherAsync<DomainError, int> Restore(ParsedArgs args, Session session, CancellationToken cancel) =>
        from restored in session.Home.Copies.Restore(args.Arguments[0], args.On("replace"), cancel)
        from parted in session.Home.Parted(cancel)
        let printed = session.Line($"restored up to position {restored.Position}")
        let told = parted.IfSome(error => session.Tell($"note: {ErrorText.Of(error)}"))
        select 0;
}
