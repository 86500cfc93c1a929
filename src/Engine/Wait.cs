namespace EventDock.Engine;

using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary><c>eventdock wait</c>: until a container does not run; how it ended.</summary>
public static class Wait
{
    /// <summary>Of one that has never run 0, as with docker.</summary>
    /// <param name="row">As it was found; what has happened since is looked up.</param>
    public static EitherAsync<DomainError, Option<int>> Container(Ports ports, ContainerRow row, CancellationToken cancel) =>
        row.State is ContainerRow.CreatedState or ContainerRow.Exited
            ? Give(row.State == ContainerRow.CreatedState ? Some(row.ExitCode ?? 0) : Optional(row.ExitCode))
            : from fact in ports.Runtime.AwaitExit(row.Id, Timeout.InfiniteTimeSpan, cancel)
              from code in fact.Match(
                  Some: f => Give(Some(f.ExitCode)),
                  // Its end has been recorded and what told of it is gone; or whoever watched it was killed, and it is recorded now.
                  None: () => Run.Ended(ports, row.Id, row.Process, None, remove: false).Map(ended => ended.Code))
              select code;

    private static Option<int> Optional(int? code) => code is { } known ? Some(known) : None;
}
