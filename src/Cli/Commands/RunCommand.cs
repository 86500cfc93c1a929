namespace EventDock.Cli.Commands;

using EventDock.Cli.Grammar;
using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using EventDock.Engine;

/// <summary><c>eventdock run</c></summary>
public static class RunCommand
{
    public static EitherAsync<DomainError, int> Run(ParsedArgs args, Session session, CancellationToken cancel) =>
        from request in Request(args).ToAsync()
        from terminal in Terminals.Fit(request.Terminal && !request.Detach, request.Interactive).ToAsync()
        from ports in session.Change(cancel)
        from outcome in Engine.Run.Container(ports, request, PullOutput.ForRun(session), cancel)
        select outcome.ExitCode.IfNone(() => request.Detach ? Printed(session, outcome.Id) : 0);

    /// <summary>What is asked for; the same for <c>run</c> and <c>create</c>.</summary>
    public static Either<DomainError, RunRequest> Request(ParsedArgs args) =>
        from env in Environments.Given(args.All("env"))
        select new RunRequest(
            args.Arguments[0],
            args.Arguments.Tail.Strict(),
            args.Text("entrypoint"),
            args.Text("name"),
            env,
            args.Text("workdir"),
            args.Text("user"),
            args.Text("network") ?? args.Text("net"),
            args.On("interactive"),
            args.On("tty"),
            args.Verb.Name == "run" && args.On("detach"),
            args.On("rm"));

    private static int Printed(Session session, ContainerId id)
    {
        session.Line(id.Value);
        return 0;
    }
}

/// <summary>Variables on the command line.</summary>
public static class Environments
{
    /// <summary>NAME=value as it stands; NAME alone takes the caller's value, or nothing where the caller has none.</summary>
    public static Either<DomainError, Seq<string>> Given(Seq<string> variables)
    {
        var given = new List<string>();
        foreach (var variable in variables)
        {
            if (variable.Length == 0 || variable[0] == '=')
            {
                return new DomainError.Invalid("environment variable", variable, "has no name");
            }

            if (variable.Contains('='))
            {
                given.Add(variable);
            }
            else if (Environment.GetEnvironmentVariable(variable) is { } own)
            {
                given.Add($"{variable}={own}");
            }
        }

        return given.ToSeq();
    }
}

/// <summary>Whether a terminal can be had.</summary>
public static class Terminals
{
    /// <summary>docker's rule: a terminal with an open stdin needs one of ours.</summary>
    public static Either<DomainError, Unit> Fit(bool terminal, bool interactive) =>
        terminal && interactive && Console.IsInputRedirected
            ? new DomainError.NoTerminal()
            : unit;
}
