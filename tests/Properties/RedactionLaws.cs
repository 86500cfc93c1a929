namespace EventDock.Tests.Properties;

using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;
using EventDock.Domain.Roots;
using EventDock.Projections;
using FsCheck;
using FsCheck.Fluent;
using static EventDock.Tests.Properties.Laws;

public sealed class RedactionDeciderLaws : DeciderLaws<RedactEvent, EventParts, Redacted>
{
    protected override Decider<RedactEvent, EventParts, Redacted> Decider => RedactionDecider.Decider;

    protected override Gen<RedactEvent> Commands =>
        from parts in Gen.Elements(EventParts.Headers, EventParts.Data, EventParts.Both)
        from reason in Gen.Elements("a password", " ", "")
        select new RedactEvent(7, parts, reason);

    [Fact]
    public void No_part_is_ever_told_to_be_gone_twice() => Holds(
        Commands.ListOf().Select(commands => Histories.Run(Decider, commands)),
        past => past.Bind(e => e.Parts).Distinct().Count() == past.Bind(e => e.Parts).Count);

    [Fact]
    public void Nothing_goes_without_a_reason() => Holds(
        Commands,
        command => RedactionDecider.Decide(command, EventParts.None).IsRight == (command.Reason == "a password"));

    [Fact]
    public void Only_what_is_still_there_is_told_to_go() =>
        Assert.Equal(
            Seq1(new Redacted(7, Seq1("headers"), "again")),
            CodecSamples.Right(RedactionDecider.Decide(new RedactEvent(7, EventParts.Both, "again"), EventParts.Data)));
}

/// <summary>Which events may lose their data.</summary>
public sealed class NeededEventsTests
{
    private static readonly ContainerId Id = Histories.Ids[0];

    private static readonly Seq<ContainerEvent> Life = Seq<ContainerEvent>(
        new ContainerCreated(Id, "one", "busybox", Histories.D(9).Hex, Histories.Settings), new ContainerStartRequested(Id),
        new ContainerStarted(Id, 7, 70, "boot"), new ContainerExited(Id, 0, false), new ContainerStartRequested(Id),
        new ContainerStarted(Id, 8, 80, "boot"));

    [Theory]
    [InlineData(1, true)]
    [InlineData(2, false)]
    [InlineData(3, false)]
    [InlineData(4, false)]
    [InlineData(6, true)]
    public void What_a_containers_row_rests_on_is_needed_as_long_as_it_is_there(long position, bool needed) =>
        Assert.Equal(
            needed ? Some(("containers", Id.Value)) : None,
            NeededEvents.Of(Recorded(Life), gone => gone == position));

    [Fact]
    public void When_it_is_removed_only_its_removal_is_needed()
    {
        var life = Recorded(Life + Seq<ContainerEvent>(new ContainerExited(Id, 0, false), new ContainerRemoved(Id)));
        Assert.True(NeededEvents.Of(life, gone => gone < 8).IsNone);
        Assert.True(NeededEvents.Of(life, gone => gone == 8).IsSome);
        Assert.True(NeededEvents.Of(life, _ => true).IsNone);
    }

    [Fact]
    public void The_root_must_go_on_knowing_its_ledger() =>
        Assert.Equal(
            Some(("root", "root")),
            NeededEvents.Of(Recorded(Seq1<DockEvent>(new RootInitialized("a", "host", "boot", "1"))), gone => gone == 1));

    private static Seq<Recorded<DockEvent>> Recorded<T>(Seq<T> events) where T : DockEvent =>
        events.Map(e => (DockEvent)e).ToArray().Select((e, i) => new Recorded<DockEvent>(
            i + 1, "stream", i + 1, e, At(i), At(i), Guid.Empty,
            new Origin(Guid.Empty, Seq<string>(), new Actor(0, Actor.Unset, null, null, null, null), new Host("", "", 1), 1))).ToSeq();

    private static DateTimeOffset At(int second) => new DateTimeOffset(2026, 11, 20, 0, 0, 0, TimeSpan.Zero).AddSeconds(second);
}
