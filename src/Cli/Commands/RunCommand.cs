namespace EventDock.Cli.Commands;

using EventDock.Cli.Grammar;
using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using EventDock.Engine;

/// <summary><c>eventdock run</c></summary>
public static class RunCommand
{
    public static EitherAsync<DomainError, int> Run(ParsedArgs args, Session session, CancellationToken cancel) =>
        from request in RunFlags.Read(args)
        from terminal in Terminals.Fit(request.Terminal && !request.Detach, request.Streams.In).ToAsync()
        from outcome in CidFile.Holding(request.Options.CidFile, file =>
            from ports in session.Change(cancel)
            from ended in Engine.Run.Container(ports, request, Telling(request, session, file), cancel)
            select ended)
        select request.IsUnseen
            ? 0
            : outcome.ExitCode.IfNone(() => request.Detach ? Printed(session, outcome.Id) : 0);

    /// <summary>Who sees nothing of its output is told its id, as docker does.</summary>
    private static CreateTelling Telling(RunRequest request, Session session, CidFile file) =>
        PullOutput.ForRun(session) with
        {
            Made = id =>
            {
                if (request.IsUnseen)
                {
                    Printed(session, id);
                }

                return file.Write(id);
            },
        };

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
                return new DomainError.BadFlag("-e, --env", variable, $"invalid environment variable: {variable}");
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
