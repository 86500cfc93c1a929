namespace EventDock.Tests.Properties;

using EventDock.Cli.Commands;
using EventDock.Domain.Images;
using EventDock.Domain.Layers;
using EventDock.Domain.Oci;
using EventDock.Projections;
using FsCheck;
using FsCheck.Fluent;
using static EventDock.Tests.Properties.Laws;

/// <summary>What images take and share, and what a prune would take away, over random stores.</summary>
public sealed class PruneLaws
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);

    private static string Hex(int n) => Histories.D(n).Hex;

    /// <summary>Eight layers of sizes 1, 2, 4, …; images are random sets of them, some with tags, some with a container.</summary>
    private static Gen<PruneViews> Stores =>
        from images in Gen.Choose(0, 7).ListOf().ListOf()
        from tagged in Gen.Choose(0, 2).ListOf(images.Count)
        from used in Gen.Choose(0, 2).ListOf(images.Count)
        let rows = images.Take(30).Select((layers, n) => new ImageRow(
            Hex(20 + n), "built", Now,
            Histories.Content with
            {
                Layers = layers.Distinct().Select(l => new ImageLayer(Hex(l), Histories.D(l), 1L << l)).ToArray().ToSeq().Strict(),
            })).ToArray()
        let containers = Enumerable.Zip(rows, used).Where(x => x.Second > 0).Take(3).Select((x, n) => new ContainerRow(
            Histories.Ids[n], $"c{n}", "i", x.First.Id, Histories.Settings, Now, x.Second == 1 ? ContainerRow.Running : ContainerRow.Exited,
            null, null, null, null, null, null, false, null)).ToArray()
        select new PruneViews(
            rows.ToSeq().Strict(),
            Enumerable.Zip(rows, tagged).Where(x => x.Second > 0)
                .Select(x => new TagRow(x.Second == 1 ? $"docker.io/library/t:{x.First.Id}" : $"docker.io/library/t@sha256:{x.First.Id}", x.First.Id, Now))
                .ToArray().ToSeq().Strict(),
            Enumerable.Range(0, 8).Select(n => new LayerRow(
                    Hex(n), null, null, Histories.D(n), new BlobRef("x", Histories.D(n), 1), 1L << n, Now.AddDays(-1), 0, 0))
                .Concat(containers.Select(c => new LayerRow(c.Id.Value, c.Id.Value, null, null, null, 0, Now, 1, 1000)))
                .ToArray().ToSeq().Strict(),
            containers.ToSeq().Strict());

    private static PruneRequest Everything(bool all) => new(true, true, true, all, None, Seq<LabelFilter>());

    [Fact]
    public void Shared_layers_counted_once_and_unique_bytes_sum_to_the_total() => Holds(Stores, views =>
    {
        var usage = DiskUsage.Of(views.Images, views.Layers, views.Containers);
        var shared = views.Images.SelectMany(i => i.Content.Layers).GroupBy(l => l.Id).Where(g => g.Count() > 1).Sum(g => g.First().Size.Value);
        return usage.Images.Sum(i => i.Unique) + shared == usage.ImageBytes
            && usage.Images.All(i => i.Shared + i.Unique == i.Image.Content.Layers.Sum(l => l.Size.Value))
            && usage.ImageBytes + usage.UnheldBytes == 255;
    });

    [Fact]
    public void What_a_prune_frees_is_what_the_store_takes_less_when_it_is_done() => Holds(
        from views in Stores
        from all in Gen.Elements(true, false)
        select (views, all),
        x =>
        {
            var plan = PrunePlan.Of(Everything(x.all), x.views, Now);
            var after = Without(x.views, plan);
            return Takes(x.views) - Takes(after) == plan.Bytes && PrunePlan.Of(Everything(x.all), after, Now).IsEmpty;
        });

    [Fact]
    public void No_prune_takes_an_image_of_a_running_container_or_one_with_a_tag_unless_all_is_said() => Holds(Stores, views =>
    {
        var running = views.Containers.Where(c => c.State == ContainerRow.Running).Select(c => c.ImageId).ToHashSet();
        var tagged = views.Tags.Where(t => !t.Reference.Contains('@')).Select(t => t.Image).ToHashSet();
        return PrunePlan.Of(Everything(true), views, Now).Images.All(i => !running.Contains(i.Id))
            && PrunePlan.Of(Everything(false), views, Now).Images.All(i => !running.Contains(i.Id) && !tagged.Contains(i.Id))
            && PrunePlan.Of(new PruneRequest(true, false, false, true, None, Seq<LabelFilter>()), views, Now).Images
                .All(i => !views.Containers.Exists(c => c.ImageId == i.Id));
    });

    [Fact]
    public void A_plan_has_the_id_of_its_list_and_of_nothing_else() => Holds(
        from one in Stores
        from other in Stores
        select (one: PrunePlan.Of(Everything(true), one, Now), other: PrunePlan.Of(Everything(true), other, Now)),
        x => (x.one.Digest == x.other.Digest) == x.one.Lines.SequenceEqual(x.other.Lines));

    [Theory]
    [InlineData("label=k", true)]
    [InlineData("label=k=v", true)]
    [InlineData("label=k=w", false)]
    [InlineData("label!=k", false)]
    [InlineData("label!=other", true)]
    [InlineData("until=1h", true)]
    [InlineData("until=2026-11-20T14:04:59Z", false)]
    public void A_filter_takes_what_it_says(string filter, bool taken)
    {
        var image = new ImageRow(Hex(20), "built", Now, Histories.Content);
        var views = new PruneViews(Seq1(image), Seq<TagRow>(), Seq<LayerRow>(), Seq<ContainerRow>());
        var filters = PruneFilters.Parse(Seq1(filter), Now, images: true).IfLeft(e => throw new Xunit.Sdk.XunitException(e.ToString()));
        Assert.Equal(taken, !PrunePlan.Of(new PruneRequest(true, false, false, false, filters.Until, filters.Labels), views, Now).IsEmpty);
    }

    [Theory]
    [InlineData("until")]
    [InlineData("until=soon")]
    [InlineData("other=x")]
    [InlineData("dangling=perhaps")]
    public void A_filter_that_nobody_knows_is_refused(string filter) =>
        Assert.True(PruneFilters.Parse(Seq1(filter), Now, images: true).IsLeft);

    private static PruneViews Without(PruneViews views, PrunePlan plan)
    {
        var gone = plan.Sizes.Keys.ToHashSet();
        return new PruneViews(
            views.Images.Filter(i => !plan.Images.Exists(p => p.Id == i.Id)).Strict(),
            views.Tags.Filter(t => !plan.Images.Exists(p => p.Id == t.Image)).Strict(),
            views.Layers.Filter(l => !gone.Contains(l.Id)).Strict(),
            views.Containers.Filter(c => !plan.Containers.Exists(p => p == c.Id.Value)).Strict());
    }

    private static long Takes(PruneViews views) => views.Layers.Sum(l => l.Size.Value + l.WrittenBytes.Value);
}
