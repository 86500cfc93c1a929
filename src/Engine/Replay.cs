namespace EventDock.Engine;

using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using EventDock.Domain.Roots;
using static EventDock.Engine.Pipeline;

/// <summary>
/// Records what commands have done while there was no ledger, as theirs and with the times at which it happened, before the command at hand
/// adds anything. Cut off anywhere, the next command does it again: each entry is one append with the entry's id, and what it asks for
/// is decided on what the ledger holds by then.
/// </summary>
public static class Replay
{
    /// <param name="text">The line that a person is shown for an error.</param>
    public static EitherAsync<DomainError, Unit> Run(
        Ports ports, Journal journal, Func<DomainError, string> text, CancellationToken cancel) =>
        journal.Waiting()
            ? journal.Take(entries => entries.InTurn(entry => One(ports, entry, text, cancel)).Ignore(), cancel)
            : Done;

    private static EitherAsync<DomainError, Unit> One(
        Ports ports, JournalEntry entry, Func<DomainError, string> text, CancellationToken cancel)
    {
        var theirs = Of(ports, entry);
        var recorded = entry.Event switch
        {
            ContainerSignalled e =>
                from begun in Begun(theirs, entry, cancel)
                from signalled in ContainerStream.Record(Once(theirs, entry), new RecordSignalled(e.Id, e.Signal, e.Cause), cancel)
                select unit,
            ContainerExited e => Exited(theirs, entry, e, cancel),
            ContainerRemoved e =>
                from ended in Unseen(ports, e.Id, cancel)
                from removed in Removed(Once(theirs, entry), e.Id, cancel)
                select unit,
            _ => throw new System.Diagnostics.UnreachableException($"no replay of {entry.Event.GetType().Name}"),
        };
        return recorded.Recover(error =>
            IsRefusal(error) ? Some(Refused(Once(theirs, entry), entry, error, text, cancel)) : None);
    }

    /// <summary>The events are those of the command that has noted them, and of its time.</summary>
    private static Ports Of(Ports ports, JournalEntry entry) => ports with
    {
        Ledger = ports.Ledger with
        {
            Store = ports.Store with { Append = (append, cancel) => ports.Store.Append(append with { By = entry.Origin }, cancel) },
        },
        World = ports.World with { Clock = () => entry.At },
    };

    /// <summary>For the one append that the entry stands for.</summary>
    private static Ports Once(Ports ports, JournalEntry entry) => ports with
    {
        Ledger = ports.Ledger with
        {
            Store = ports.Store with { Append = (append, cancel) => ports.Store.Append(append with { Id = entry.Id }, cancel) },
        },
    };

    /// <summary>The command that has started it may have lost the ledger before it could record that.</summary>
    private static EitherAsync<DomainError, Unit> Begun(Ports ports, JournalEntry entry, CancellationToken cancel) =>
        from state in ContainerStream.State(ports, entry.Event.Id, cancel)
        from begun in state is ContainerState.Starting && entry.Process is { } process
            ? ContainerStream.Record(ports, new RecordStarted(entry.Event.Id, process), cancel)
            : Done
        select unit;

    private static EitherAsync<DomainError, Unit> Exited(
        Ports ports, JournalEntry entry, ContainerExited exited, CancellationToken cancel) =>
        from begun in Begun(ports, entry, cancel)
        from rows in ports.Views.Containers.Keyed(Seq1(exited.Id.Value), None, cancel)
        from ended in Settled(
            ports, exited.Id,
            End.Seen(ports, Once(ports, entry).Store, entry, exited, cancel), cancel)
        from state in ContainerStream.State(ports, exited.Id, cancel)
        from removed in state is ContainerState.Exited && rows.Exists(row => row.Settings.AutoRemove) ? Removed(ports, exited.Id, cancel) : Done
        select unit;

    /// <summary>It had ended before, and whoever ended it could not say so: the exit is what conmon has written down.</summary>
    private static EitherAsync<DomainError, Unit> Unseen(Ports ports, ContainerId id, CancellationToken cancel) =>
        from state in ContainerStream.State(ports, id, cancel)
        from ended in state is ContainerState.Running r && !ports.Runtime.Alive(r.Process)
            ? Settled(ports, id, End.Container(ports, id, "exit", cancel).Ignore(), cancel)
            : Done
        select unit;

    private static EitherAsync<DomainError, Unit> Removed(Ports ports, ContainerId id, CancellationToken cancel) =>
        Settled(ports, id, Remove.Ended(ports, id, cancel), cancel);

    /// <summary>
    /// Once it is recorded, remains that cannot be cleared (a busy mount) must not keep all other commands waiting: as everywhere, they are
    /// found by the container's next start or removal.
    /// </summary>
    private static EitherAsync<DomainError, Unit> Settled(
        Ports ports, ContainerId id, EitherAsync<DomainError, Unit> work, CancellationToken cancel) =>
        work.Recover(error => error is DomainError.FileFailed or DomainError.RuntimeFailed
            ? Some(
                from state in ContainerStream.State(ports, id, cancel)
                from recorded in state is ContainerState.Exited or ContainerState.Removed ? Done : Fail<Unit>(error)
                select recorded)
            : None);

    private static bool IsRefusal(DomainError error) =>
        error is DomainError.NoSuchContainer or DomainError.WrongState or DomainError.LayerGone;

    /// <summary>
    /// It was done, and to a container of which the ledger knows nothing, or nothing any more: so it stands with the command, and is lost
    /// neither there nor here.
    /// </summary>
    private static EitherAsync<DomainError, Unit> Refused(
        Ports ports, JournalEntry entry, DomainError error, Func<DomainError, string> text, CancellationToken cancel) =>
        ports.Again(
            () =>
                from past in ports.Store.Past(Streams.Command(entry.Origin.Command), cancel)
                from appended in ports.Store.Append(
                    new Append(
                        Seq1(new StreamAppend(
                            Streams.Command(entry.Origin.Command), past.Version,
                            Seq1(Fact.At(entry.At, new CommandRefused(
                                entry.Origin.Line.Skip(1).HeadOrNone().IfNone(""), error.GetType().Name,
                                $"{Text(entry.Event)}, noted without a ledger: {text(error)}"))))),
                        Seq<Guard>()),
                    cancel)
                select unit,
            cancel);

    private static string Text(ContainerEvent happened) =>
        happened switch
        {
            ContainerSignalled e => $"signal {e.Signal} to container {e.Id.Short}",
            ContainerExited { ExitCode: { } code } e => $"exit of container {e.Id.Short} with code {code}",
            ContainerExited e => $"exit of container {e.Id.Short}",
            _ => $"removal of container {happened.Id.Short}",
        };
}
