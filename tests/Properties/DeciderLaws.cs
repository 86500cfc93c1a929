namespace EventDock.Tests.Properties;

using EventDock.Domain.Containers;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Domain.Roots;
using FsCheck;
using FsCheck.Fluent;
using static EventDock.Tests.Properties.Laws;

/// <summary>Laws that every decider obeys.</summary>
public abstract class DeciderLaws<TCommand, TState, TEvent>
    where TEvent : DockEvent
{
    protected abstract Decider<TCommand, TState, TEvent> Decider { get; }

    protected abstract Gen<TCommand> Commands { get; }

    private Gen<(Seq<TEvent> Past, TCommand Command, int Cut)> Cases =>
        from commands in Commands.ListOf()
        let past = Histories.Run(Decider, commands)
        from command in Commands
        from cut in Gen.Choose(0, past.Count)
        select (past, command, cut);

    [Fact]
    public void Folding_in_parts_gives_the_state_of_folding_at_once() => Holds(
        Cases,
        x => Equals(
            x.Past.Skip(x.Cut).Fold(Decider.Fold(x.Past.Take(x.Cut)), Decider.Evolve),
            Decider.Fold(x.Past)));

    [Fact]
    public void An_accepted_command_repeated_adds_nothing_or_is_refused_or_says_a_new_fact() => Holds(
        Cases,
        x => Decider.Decide(x.Command, Decider.Fold(x.Past)).Match(
            Left: _ => true,
            Right: first => Repeats(x.Command) || Decider.Decide(x.Command, Decider.Fold(x.Past + first)).Match(
                Left: _ => true,
                Right: second => second.IsEmpty)));

    [Fact]
    public void A_refusal_is_a_value_and_never_an_exception() => Holds(
        Cases,
        x => Decider.Decide(x.Command, Decider.Fold(x.Past)).Match(Left: e => e is not null, Right: _ => true));

    /// <summary>Commands that tell something new each time they are given: a signal sent twice has been sent twice.</summary>
    protected virtual bool Repeats(TCommand command) => false;
}

public sealed class ContainerDeciderLaws : DeciderLaws<ContainerCommand, ContainerState, ContainerEvent>
{
    private static readonly ContainerId Id = Histories.Ids[0];

    protected override Decider<ContainerCommand, ContainerState, ContainerEvent> Decider => ContainerDecider.Decider;

    protected override Gen<ContainerCommand> Commands => Histories.ContainerCommands(Id);

    protected override bool Repeats(ContainerCommand command) => command is SignalContainer or RecordSignalled or RecordTouched;

    private Gen<Seq<ContainerEvent>> Lives => Commands.ListOf().Select(c => Histories.Run(Decider, c));

    [Fact]
    public void Nothing_happens_to_a_container_after_it_was_removed_unless_it_is_restored() => Holds(
        Lives,
        life => !life.Map((n, e) => (n, e)).Exists(x => x.e is ContainerRemoved && x.n < life.Count - 1 && life[x.n + 1] is not ContainerRestored));

    [Fact]
    public void What_is_restored_was_removed_just_before_and_has_its_row_again() => Holds(
        Lives,
        life => life.Map((n, e) => (n, e)).ForAll(x => x.e is not ContainerRestored || (x.n > 0 && life[x.n - 1] is ContainerRemoved))
            && life.Exists(e => e is ContainerRestored) == (life.Count(e => e is ContainerRemoved) > (life.LastOrNone().Exists(e => e is ContainerRemoved) ? 1 : 0)));

    [Fact]
    public void Every_start_and_failure_follows_its_request_at_once() => Holds(
        Lives,
        life => !life.Map((n, e) => (n, e)).Exists(x =>
            x.e is ContainerStarted or ContainerStartFailed
                && life.Take(x.n).ToArray().Last(e => e is not ContainerAttached) is not ContainerStartRequested));

    [Fact]
    public void A_running_container_is_not_removed_before_its_exit_is_recorded() => Holds(
        Lives,
        life => ContainerDecider.Decider.Fold(life) is not ContainerState.Running
                || ContainerDecider.Decide(new RemoveContainer(Id), ContainerDecider.Decider.Fold(life))
                    .Match(Left: e => e is DomainError.WrongState, Right: _ => false));

    [Fact]
    public void A_container_is_paused_and_unpaused_in_turn_while_one_process_of_it_runs() => Holds(
        Lives,
        life => life.Fold((Running: false, Paused: false, Ok: true), (so, e) => e switch
        {
            ContainerStarted => (true, false, so.Ok),
            ContainerExited => (false, false, so.Ok),
            ContainerPaused => (so.Running, true, so.Ok && so is { Running: true, Paused: false }),
            ContainerUnpaused => (so.Running, false, so.Ok && so is { Running: true, Paused: true }),
            _ => so,
        }).Ok);

    [Fact]
    public void Each_renaming_gives_up_the_name_that_the_container_had() => Holds(
        Lives,
        life => life.Fold((Name: "", Ok: true), (so, e) => e switch
        {
            ContainerCreated c => (c.Name, so.Ok),
            ContainerRenamed r => (r.Name, so.Ok && r.Previous == so.Name && r.Name != r.Previous),
            _ => so,
        }).Ok);

    [Fact]
    public void A_paused_container_is_not_started_and_not_removed() => Holds(
        Lives,
        life => ContainerDecider.Decider.Fold(life) is not ContainerState.Running { Paused: true } paused
                || Seq<ContainerCommand>(new StartContainer(Id), new RemoveContainer(Id)).ForAll(command =>
                    ContainerDecider.Decide(command, paused).Match(Left: e => e is DomainError.WrongState { State: "paused" }, Right: _ => false)));

    [Fact]
    public void A_second_process_is_never_recorded_for_one_start() => Assert.True(
        ContainerDecider.Decide(
            new RecordStarted(Id, new ProcessIdentity(8, 1, "boot")), new ContainerState.Running(7, 1, "boot")).IsLeft);

    [Fact]
    public void An_unknown_container_is_no_such_container() => Assert.True(
        ContainerDecider.Decide(new StartContainer(Id), new ContainerState.Absent())
            .Match(Left: e => e is DomainError.NoSuchContainer, Right: _ => false));
}

public sealed class LayerDeciderLaws : DeciderLaws<LayerCommand, LayerState, LayerEvent>
{
    private static readonly string Id = Histories.Ids[0].Value;

    protected override Decider<LayerCommand, LayerState, LayerEvent> Decider => LayerDecider.Decider;

    protected override Gen<LayerCommand> Commands => Histories.LayerCommands(Id);

    protected override bool Repeats(LayerCommand command) => command is RecordWritten or RecordLayerRepaired;

    [Fact]
    public void Reaching_the_quota_is_an_event_once_and_paths_stop_there()
    {
        var life = Histories.Run(Decider, Seq1<LayerCommand>(new RecordActive(Id, null))
            + Enumerable.Repeat<LayerCommand>(new RecordWritten(Id, "exit", Histories.Delta(4), 7), 4).ToSeq());
        Assert.Equal(1, life.Count(e => e is LayerQuotaReached));
        Assert.Empty(((LayerWritten)life.Last).Changes);
        Assert.Null(((LayerWritten)life.Last).ChangeList);
        Assert.Equal(2, ((LayerWritten)life.Last).Added);
    }

    [Fact]
    public void What_is_kept_of_a_layer_goes_once_and_only_when_the_layer_has_gone()
    {
        var content = new KeptContent(new BlobRef("x", EventDock.Domain.Oci.Digest.Of("y"u8), 5), null);
        var life = Histories.Run(Decider, Seq<LayerCommand>(
            new RecordActive(Id, null), new RecordWritten(Id, "exit", Histories.Delta(1), 7) { Content = content },
            new RemoveLayerContent(Id, 5), new RemoveLayer(Id), new RemoveLayerContent(Id, 5), new RemoveLayerContent(Id, 5)));
        Assert.Equal("LayerCreated LayerWritten LayerRemoved LayerContentRemoved", string.Join(' ', life.Map(e => e.GetType().Name)));
    }

    [Fact]
    public void At_most_ten_thousand_paths_stand_in_an_event()
    {
        var many = Enumerable.Range(0, 12_000)
            .Select(n => new PathChange("A", $"/{n}", false, "file", 1, null, "budget")).ToSeq().Strict();
        var written = LayerDecider.Decide(
            new RecordWritten(Id, "exit", new ThinLayerDelta(many, null, null), LayerDecider.DefaultQuota), new LayerState.Active(0, false));
        written.Match(
            Left: _ => Assert.Fail("refused"),
            Right: events =>
            {
                var one = Assert.IsType<LayerWritten>(Assert.Single(events));
                Assert.Equal(LayerWritten.MostInline, one.Changes.Count);
                Assert.Equal(12_000, one.Added);
                Assert.Equal(12_000, one.Bytes.Value);
            });
    }

    [Fact]
    public void Nothing_written_is_no_event() => Assert.True(
        LayerDecider.Decide(new RecordWritten(Id, "exit", Histories.Delta(0), 7), new LayerState.Active(0, false))
            .Match(Left: _ => false, Right: e => e.IsEmpty));
}

public sealed class ImageDeciderLaws : DeciderLaws<ImageCommand, ImageState, ImageEvent>
{
    protected override Decider<ImageCommand, ImageState, ImageEvent> Decider => ImageDecider.Decider;

    protected override Gen<ImageCommand> Commands => Histories.ImageCommands(Histories.D(1).Hex);

    protected override bool Repeats(ImageCommand command) => command is RecordImageRepaired;

    [Fact]
    public void The_same_pull_twice_is_one_event_and_another_manifest_is_another()
    {
        var pull = new ImagePulled(Histories.D(1).Hex, "docker.io", "docker.io/library/a:1", Histories.D(2), "linux/amd64", 1, 1, Histories.Content);
        var life = Histories.Run(
            Decider, Seq<ImageCommand>(new RecordPulled(pull), new RecordPulled(pull), new RecordPulled(pull with { Manifest = Histories.D(3) })));
        Assert.Equal(2, life.Count);
    }
}

public sealed class TagDeciderLaws : DeciderLaws<TagCommand, TagState, TagEvent>
{
    private const string Reference = "docker.io/library/web:latest";

    protected override Decider<TagCommand, TagState, TagEvent> Decider => TagDecider.Decider;

    protected override Gen<TagCommand> Commands => Histories.TagCommands(Reference);

    [Fact]
    public void A_tag_that_moves_names_the_image_that_lost_it() => Holds(
        Commands.ListOf().Select(c => Histories.Run(Decider, c)),
        life => life.Fold((Holder: (string?)null, Ok: true), (so, e) => e switch
        {
            ImageTagged t => (t.Image, so.Ok && t.Previous == so.Holder),
            ImageUntagged u => (null, so.Ok && u.Image == so.Holder),
            _ => (so.Holder, false),
        }).Ok);

    [Fact]
    public void A_tag_that_has_moved_on_is_not_taken_from_its_new_image() => Assert.True(
        TagDecider.Decide(new UntagImage(Reference, "old"), new TagState.Names("new")).Match(Left: _ => false, Right: e => e.IsEmpty));
}

public sealed class ExecDeciderLaws : DeciderLaws<ExecCommand, ExecState, ExecEvent>
{
    protected override Decider<ExecCommand, ExecState, ExecEvent> Decider => ExecDecider.Decider;

    protected override Gen<ExecCommand> Commands => Histories.ExecCommands;
}

public sealed class RootDeciderLaws : DeciderLaws<RootCommand, Option<string>, RootEvent>
{
    protected override Decider<RootCommand, Option<string>, RootEvent> Decider => RootDecider.Decider;

    protected override Gen<RootCommand> Commands => Histories.RootCommands;

    protected override bool Repeats(RootCommand command) => command is AdoptLedger;

    [Fact]
    public void A_ledger_belongs_to_one_root_until_another_adopts_it()
    {
        var life = Histories.Run(Decider, Seq<RootCommand>(
            new InitializeRoot("r1", "h", "b", "0"), new InitializeRoot("r2", "h", "b", "0"), new AdoptLedger("r2", "h", "b", 3)));
        Assert.Equal(Seq("r1", "r2"), life.Map(e => e.RootId));
        Assert.Equal("r1", ((RootAdopted)life.Last).Previous);
    }
}
