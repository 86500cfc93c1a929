namespace EventDock.Cli.Commands;

using EventDock.Cli.Grammar;
using EventDock.Cli.Output;
using EventDock.Domain.Kernel;
using EventDock.Engine;
using static EventDock.Engine.Pipeline;

/// <summary><c>eventdock diff CONTAINER</c>, as docker's; <c>diff CONTAINER A..B</c> and <c>diff --as-of MOMENT CONTAINER</c>; <c>diff IMAGE IMAGE</c></summary>
public static class DiffCommand
{
    public static EitherAsync<DomainError, int> Run(ParsedArgs args, Session session, CancellationToken cancel) =>
        args.Arguments.Count == 1
            ? args.Has("as-of") || args.On("occurred") ? DiffBetweenCommand.AsOf(args, session, cancel) : Live(args, session, cancel)
            : args.Arguments[1].Contains("..", StringComparison.Ordinal) ? DiffBetweenCommand.Range(args, session, cancel)
            : ImageDiffCommand.Run(args, session, cancel);

    private static EitherAsync<DomainError, int> Live(ParsedArgs args, Session session, CancellationToken cancel) =>
        from plain in Seq("format", "name-only", "patch", "stat").Find(args.Has).Match(
            Some: flag => Fail<Unit>(new DomainError.FlagNeeds($"--{flag}", "two images, AFTER..UNTIL or --as-of")), None: () => Done)
        from ports in session.Change(cancel)
        from done in Diff.Run(
            ports, args.Arguments[0],
            lines => lines.Iter(line => session.Line($"{line.Kind} {PathText.Show(line.Path)}")),
            cancel)
        select 0;
}
