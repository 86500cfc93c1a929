namespace EventDock.Tests.Properties;

using EventDock.Domain.Containers;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;
using EventDock.Projections;

/// <summary>Which containers a list has.</summary>
public sealed class ContainerFilterTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);

    /// <summary>The first is the oldest.</summary>
    private static readonly Seq<ContainerRow> All = Seq(
        Row(0, "web", ContainerRow.Running), Row(1, "web2", ContainerRow.Running) with { Paused = true },
        Row(2, "db", ContainerRow.Exited, code: 3), Row(3, "new", ContainerRow.CreatedState, code: 3));

    private static ContainerRow Row(int n, string name, string state, int? code = null, int image = 1) => new(
        ContainerId.Parse(new string((char)('a' + n), 64)).IfLeft(_ => throw new InvalidOperationException()), name, "busybox",
        Histories.D(image).Hex, Histories.Settings with { Network = n == 0 ? "host" : "private" }, Start.AddMinutes(n), state,
        Pid: null, StartTime: null, BootId: null, StartedAt: null, FinishedAt: null, ExitCode: code, OutOfMemory: false, Error: null);

    private static string Names(ContainerFilters filters, Option<int> most = default) =>
        string.Join(' ', filters.Of(All, Seq<ImageRow>(), most).Map(r => r.Name));

    private static readonly ContainerFilters None = ContainerFilters.None;

    [Fact]
    public void Without_filters_all_are_shown_newest_first() => Assert.Equal("new db web2 web", Names(None));

    [Theory]
    [InlineData("web", "web2 web")]
    [InlineData("^web$", "web")]
    [InlineData("^/web$", "web")]
    [InlineData("b$", "db web")]
    [InlineData("(", "")]
    [InlineData("WEB", "")]
    public void A_name_is_a_pattern_found_anywhere(string pattern, string names) =>
        Assert.Equal(names, Names(None with { Names = Seq1(pattern) }));

    [Fact]
    public void Of_several_values_of_one_filter_one_must_hold_and_of_the_filters_all()
    {
        Assert.Equal("db web", Names(None with { Names = Seq("^web$", "db") }));
        Assert.Equal("db", Names(None with { Names = Seq("^web$", "db"), Statuses = Seq("exited", "paused") }));
        Assert.Equal("web2", Names(None with { Ids = Seq("^b", "^d"), Statuses = Seq1("paused") }));
    }

    [Fact]
    public void A_paused_container_is_paused_and_not_running()
    {
        Assert.Equal("web", Names(None with { Statuses = Seq1("running") }));
        Assert.Equal("web2", Names(None with { Statuses = Seq1("paused") }));
    }

    [Fact]
    public void A_code_is_that_of_a_container_that_has_run_and_ended() => Assert.Equal("db", Names(None with { Exited = Seq(3, 4) }));

    [Fact]
    public void Before_and_since_leave_out_the_container_they_name()
    {
        Assert.Equal("web2 web", Names(None with { Before = Some(All[2]) }));
        Assert.Equal("new", Names(None with { Since = Some(All[2]) }));
        Assert.Equal("db web2", Names(None with { Since = Some(All[0]), Before = Some(All[3]) }));
    }

    [Fact]
    public void A_network_is_meant_by_its_whole_name()
    {
        Assert.Equal("web", Names(None with { Networks = Seq1("host") }));
        Assert.Equal("", Names(None with { Networks = Seq1("hos") }));
    }

    [Fact]
    public void At_most_so_many_are_shown_of_those_that_the_filters_take() =>
        Assert.Equal("db web2", Names(None with { Names = Seq("web", "db") }, Some(2)));

    [Fact]
    public void An_ancestor_is_the_image_or_one_that_it_stands_on()
    {
        var one = Image(1, 1);
        var (child, other) = (Image(2, 1, 2), Image(3, 3, 2));
        var rows = Seq(Row(0, "of-one", ContainerRow.Exited, image: 1), Row(1, "of-child", ContainerRow.Exited, image: 2), Row(2, "of-other", ContainerRow.Exited, image: 3));
        Assert.Equal("of-child of-one", Of(one));
        Assert.Equal("of-child", Of(child));
        Assert.Equal("of-other of-child", Of(child, other));
        Assert.Equal("", Of());

        string Of(params ImageRow[] ancestors) => string.Join(
            ' ', (None with { Ancestors = Some(ancestors.ToSeq().Strict()) }).Of(rows, Seq(one, child, other), Option<int>.None).Map(r => r.Name));
    }

    private static ImageRow Image(int id, params int[] layers) => new(
        Histories.D(id).Hex, "built", Start,
        Histories.Content with
        {
            Layers = layers.Select(n => new ImageLayer(Histories.D(n).Hex, Histories.D(n), n)).ToSeq().Strict(),
            History = layers.Select(n => new HistoryEntry(Start, $"step {n}", null, null, false)).ToSeq().Strict(),
        });
}
