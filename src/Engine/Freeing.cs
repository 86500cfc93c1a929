namespace EventDock.Engine;

using EventDock.Domain.Kernel;
using EventDock.Domain.Roots;
using static EventDock.Engine.Pipeline;

/// <summary>How the ballast is given up: by commands that free space, when the disk is full, and then what failed is done again.</summary>
public static class Freeing
{
    /// <summary>Everything such a command does on the disk or in the ledger that a full disk could make fail.</summary>
    public static Ports With(this Ports ports, Ballast ballast)
    {
        var (store, thin, claims, runtime) = (ports.Store, ports.Thin, ports.Claims, ports.Runtime);
        return ports with
        {
            Ledger = ports.Ledger with
            {
                Store = store with
                {
                    Past = (stream, cancel) => ballast.WithRoom(() => store.Past(stream, cancel)),
                    Append = (append, cancel) =>
                    {
                        // A try that was cut off may have come through: the next one is the same append.
                        var once = append.Id is null ? append with { Id = Guid.CreateVersion7() } : append;
                        return ballast.WithRoom(() => store.Append(once, cancel));
                    },
                },
            },
            Thin = thin with
            {
                Scan = (id, cancel) => ballast.WithRoom(() => thin.Scan(id, cancel)),
                Settle = (id, cancel) => ballast.WithRoom(() => thin.Settle(id, cancel)),
                Discard = (id, cancel) => ballast.WithRoom(() => thin.Discard(id, cancel)),
            },
            Claims = claims with { Note = (noted, cancel) => ballast.WithRoom(() => claims.Note(noted, cancel)) },
            Runtime = runtime with { CleanUp = (id, cancel) => ballast.WithRoom(() => runtime.CleanUp(id, cancel)) },
        };
    }

    /// <summary>A server on a full disk does not always say so: it may end, and not start again.</summary>
    public static EitherAsync<DomainError, T> WithRoom<T>(this Ballast ballast, Func<EitherAsync<DomainError, T>> work) =>
        work().Recover(error => IsFull(ballast, error)
            ? Some(
                from room in ballast.GiveUp().ToAsync()
                from again in room ? work() : Fail<T>(error)
                select again)
            : None);

    private static bool IsFull(Ballast ballast, DomainError error) =>
        error is DomainError.DiskFull
        || (error is DomainError.LedgerUnreachable or DomainError.ClusterFailed or DomainError.FileFailed && ballast.Needed());
}
