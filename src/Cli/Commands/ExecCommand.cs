namespace EventDock.Cli.Commands;

using EventDock.Cli.Grammar;
using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using EventDock.Engine;

/// <summary><c>eventdock exec</c></summary>
public static class ExecCommand
{
    public static EitherAsync<DomainError, int> Run(ParsedArgs args, Session session, CancellationToken cancel) =>
        from keys in DetachSequence.Parse(args.Text("detach-keys")).ToAsync()
        from env in RunFlags.Env(args)
        let request = new ExecRequest(
            args.Arguments.Tail.Strict(), env, args.Text("workdir"), args.Text("user"), args.On("tty"), args.On("interactive"),
            args.On("detach"))
        {
            DetachKeys = keys,
            Privileged = args.On("privileged"),
        }
        from terminal in Terminals.Fit(request.Terminal && !request.Detach, request.Stdin).ToAsync()
        from ports in session.Change(cancel)
        from row in Find.Container(ports, args.Arguments[0], cancel)
        from code in Exec.Run(ports, row, request, cancel)
        select code.IfNone(() => request.Detach ? 0 : AttachCommand.Left(session));
}
