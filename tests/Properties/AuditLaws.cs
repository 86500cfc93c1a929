namespace EventDock.Tests.Properties;

using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using EventDock.Projections;
using FsCheck;
using FsCheck.Fluent;
using static EventDock.Tests.Properties.Laws;

/// <summary>What an audit report makes of a range, over random ledgers.</summary>
public sealed class AuditLaws
{
    private static readonly Actor Somebody = new(0, Actor.Unset, null, "/usr/bin/bash", null, null);

    private static readonly Guid[] Commands = [.. Enumerable.Range(1, 4).Select(n => new Guid(n, 0, 0, [0, 0, 0, 0, 0, 0, 0, 0]))];

    /// <summary>A ledger, and the position after which the range begins.</summary>
    private static readonly Gen<(Recorded<DockEvent>[] Log, int After)> Cases =
        from facts in Histories.Logs
        from commands in Gen.Choose(0, Commands.Length - 1).ListOf(facts.Count)
        from after in Gen.Choose(0, facts.Count)
        select (facts.Select((fact, n) => Recorded(n + 1, fact, Commands[commands[n]])).ToArray(), after);

    internal static Recorded<DockEvent> Recorded(long position, Fact fact, Guid command) => new(
        position, "stream", 1, fact.Event, fact.Occurred, fact.Occurred, new Guid((int)position, 1, 0, [0, 0, 0, 0, 0, 0, 0, 0]),
        new Origin(command, Seq("eventdock", "run"), Somebody, new Host("host", "boot", 7), 1));

    [Fact]
    public void Every_event_of_the_range_is_in_exactly_one_operation_and_that_is_its_commands() => Holds(
        Cases,
        x =>
        {
            var range = Report(x.Log, x.After);
            var placed = range.Operations.SelectMany(
                operation => operation.Positions.SelectMany(run => Enumerable.Range((int)run.First, (int)(run.Last - run.First + 1))),
                (operation, position) => (position, operation.Command)).OrderBy(pair => pair.position).ToArray();
            return placed.SequenceEqual(x.Log.Skip(x.After).Select(e => ((int)e.Position, e.Origin.Command)))
                && range.Events == placed.Length
                && range.Operations.All(operation => operation.Count == operation.Positions.Sum(run => run.Last - run.First + 1)
                    && operation.Events.Count == Math.Min(operation.Count, AuditFold.MostEvents)
                    && operation.From <= operation.Until)
                && range.Operations.Select(operation => operation.First).SequenceEqual(range.Operations.Select(operation => operation.First).Order());
        });

    [Fact]
    public void A_container_that_is_not_removed_in_the_report_is_there_in_the_view_with_its_name_and_how_it_ended() => Holds(
        Cases,
        x => Report(x.Log, x.After).Containers.Where(container => container.Removed is null)
            .Select(container => (container.Id.Value, container.Name, Runs: container.Runs.Count > 0 && container.Runs[^1].Ended is null))
            .OrderBy(container => container.Value)
            .SequenceEqual(Rows(x.Log).Select(row => (row.Id.Value, row.Name, Runs: row.State == ContainerRow.Running || Starting(row)))
                .OrderBy(row => row.Value)));

    /// <summary>Between the intention and the fact nothing has changed: one that ran before runs no more then.</summary>
    private static bool Starting(ContainerRow row) => row.State == ContainerRow.Starting && row.StartedAt is not null && row.FinishedAt is null;

    [Fact]
    public void Every_process_begins_before_it_ends_and_only_the_last_has_not_ended() => Holds(
        Cases,
        x => Report(x.Log, x.After).Containers.All(container =>
            container.Runs.SkipLast(1).All(run => run.Ended is not null)
            && container.Runs.All(run => run.Ended is not { } ended || run.Started <= ended)
            && container.RunCount >= container.Runs.Count
            && (container.Removed is not { } removed || container.Runs.All(run => run.Ended is { } ended && ended <= removed))));

    [Fact]
    public void A_tag_names_what_the_last_of_its_moves_says() => Holds(
        Cases,
        x => Report(x.Log, 0).TagMoves.GroupBy(move => move.Reference).All(moves =>
            moves.Zip(moves.Skip(1), (one, next) => one.To == next.From).All(follows => follows)
            && TagsNow(x.Log).GetValueOrDefault(moves.Key) == moves.Last().To));

    [Fact]
    public void A_refusal_is_told_of_an_operation_however_much_it_has_done_before_and_so_are_execs_with_all_rights()
    {
        var command = Guid.CreateVersion7();
        var id = Histories.Ids[0];
        DockEvent[] happened =
        [
            new ContainerCreated(id, "one", "busybox", Histories.D(1).Hex, Histories.Settings),
            new ExecRequested("e", id, Seq1("true"), "", "/", false, Seq<SecretName>(), Privileged: true),
            .. Enumerable.Range(0, AuditFold.MostEvents).Select(_ => new ContainerRemoved(id)),
            new Domain.Roots.CommandRefused("rm", "NoSuchContainer", "no such container: nosuch"),
        ];
        var report = Report([.. happened.Select((e, n) => Recorded(n + 1, Fact.At(DateTimeOffset.UnixEpoch, e), command))], 0);
        Assert.True(Assert.Single(report.Operations).Refused);
        Assert.Equal(RightKind.PrivilegedExec, Assert.Single(Assert.Single(report.Containers).Rights).Kind);
    }

    private static AuditedRange Report(Recorded<DockEvent>[] log, int after)
    {
        var fold = new AuditFold(Rows(log.Take(after)));
        foreach (var recorded in log.Skip(after))
        {
            fold.Take(AuditFold.Needed(recorded));
        }

        return fold.End();
    }

    private static ContainerRow[] Rows(IEnumerable<Recorded<DockEvent>> log)
    {
        var rows = new Dictionary<string, ContainerRow>();
        foreach (var recorded in log)
        {
            foreach (var key in ContainersView.Projection.Keys(recorded.Event).ToArray())
            {
                var before = rows.TryGetValue(key, out var row) ? Some(row) : None;
                rows.Remove(key);
                ContainersView.Projection.Apply(before, recorded.Fact).IfSome(after => rows[key] = after);
            }
        }

        return [.. rows.Values];
    }

    private static Dictionary<string, string> TagsNow(Recorded<DockEvent>[] log)
    {
        var tags = new Dictionary<string, string>();
        foreach (var happened in log.Select(e => e.Event))
        {
            if (happened is Domain.Images.ImageTagged tagged)
            {
                tags[tagged.Reference] = tagged.Image;
            }
            else if (happened is Domain.Images.ImageUntagged gone)
            {
                tags.Remove(gone.Reference);
            }
        }

        return tags;
    }
}
