namespace EventDock.Cli.Commands;

using EventDock.Cli.Grammar;
using EventDock.Domain.Kernel;
using EventDock.Engine;

/// <summary><c>eventdock rmi</c></summary>
public static class RmiCommand
{
    public static EitherAsync<DomainError, int> Run(ParsedArgs args, Session session, CancellationToken cancel) =>
        from ports in session.Free(cancel)
        from code in Each.Of(session, args.Arguments, name =>
            from removed in Remove.Image(ports, name, args.On("force"), cancel)
            let printed = removed.Map(r => session.Line(Text(r))).Strict()
            select unit)
        select code;

    private static string Text(RemovedImage removed) =>
        removed switch
        {
            RemovedImage.Untagged r => $"Untagged: {r.Reference}",
            RemovedImage.Deleted r => $"Deleted: {r.Digest.Value}",
            _ => throw new System.Diagnostics.UnreachableException($"no line for {removed.GetType().Name}"),
        };
}
