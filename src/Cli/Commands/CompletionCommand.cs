namespace EventDock.Cli.Commands;

using EventDock.Cli.Grammar;
using EventDock.Cli.Output;
using EventDock.Domain.Kernel;
using static EventDock.Engine.Pipeline;

/// <summary><c>eventdock completion bash|zsh|fish</c>: needs neither root nor ledger.</summary>
public static class CompletionCommand
{
    public static EitherAsync<DomainError, int> Run(ParsedArgs args, Session session, CancellationToken cancel) =>
        from script in args.Arguments[0] switch
        {
            "bash" => Give(CompletionScripts.Bash),
            "zsh" => Give(CompletionScripts.Zsh),
            "fish" => Give(CompletionScripts.Fish),
            var other => Fail<string>(new DomainError.Invalid("shell", other, "there are scripts for bash, zsh and fish")),
        }
        let printed = session.Print(script)
        select 0;
}
