namespace EventDock.Tests.Properties;

using EventDock.Cli.Output;
using EventDock.Domain.Images;
using EventDock.Domain.Layers;
using EventDock.Projections;
using FsCheck;
using FsCheck.Fluent;
using static EventDock.Tests.Properties.Laws;

/// <summary>Layers as a tree, over random stores: chains that fork, images and containers anywhere, some images gone.</summary>
public sealed class LayerTreeLaws
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);

    private static string Hex(int n) => Histories.D(n).Hex;

    /// <summary>Of each layer the number of the one below (itself: none), of each image its uppermost layer (-1: none).</summary>
    private static Gen<PruneViews> Stores =>
        from below in Gen.Choose(0, 100).ListOf()
        from tops in Gen.Choose(-1, 12).ListOf()
        from gone in Gen.Choose(0, 3).ListOf(tops.Count)
        select Store(below.Take(12).ToArray(), tops.Take(8).ToArray(), gone.ToArray());

    private static PruneViews Store(int[] below, int[] tops, int[] gone)
    {
        var parents = below.Select((b, n) => b % (n + 1) is var p && p == n ? -1 : p).ToArray();
        var images = tops.Select((top, n) => new ImageRow(
            Hex(40 + n), "built", Now,
            Histories.Content with { Layers = Path(parents, Math.Min(top, parents.Length - 1)).ToSeq().Strict() })).ToArray();
        var containers = images.Take(3).Select((image, n) => new ContainerRow(
            Histories.Ids[n], $"c{n}", "i", image.Id, Histories.Settings, Now, ContainerRow.Exited,
            null, null, null, null, null, null, false, null)).ToArray();
        return new PruneViews(
            images.Where((_, n) => gone[n] > 0).ToArray().ToSeq().Strict(),
            images.Where((_, n) => gone[n] > 1).Select(i => new TagRow($"docker.io/library/name-that-is-rather-long-{i.Id[..20]}:latest", i.Id, Now))
                .ToArray().ToSeq().Strict(),
            parents.Select((p, n) => new LayerRow(
                    Hex(n), null, p < 0 ? null : Hex(p), Histories.D(n), new BlobRef("x", Histories.D(n), 1), 1L << n, Now.AddDays(-1), 0, 0))
                .Concat(containers.Select((c, n) => new LayerRow(
                    c.Id.Value, c.Id.Value, images[n].Content.Layers.IsEmpty ? null : images[n].Content.Layers.Last.Id, null, null, 0, Now, 1, 1000)))
                .ToArray().ToSeq().Strict(),
            containers.ToSeq().Strict());
    }

    private static ImageLayer[] Path(int[] parents, int top)
    {
        var path = new List<ImageLayer>();
        for (var at = top; at >= 0; at = parents[at])
        {
            path.Insert(0, new ImageLayer(Hex(at), Histories.D(at), 1L << at));
        }

        return path.ToArray();
    }

    [Fact]
    public void Every_committed_layer_stands_in_the_tree_once_and_its_sizes_sum_to_the_total() => Holds(Stores, views =>
    {
        var tree = LayerTree.Of(views);
        var committed = views.Layers.Filter(l => l.Container is null).Strict();
        var shown = tree.Layers.Select(l => l.Layer.Id).ToArray();
        return shown.Order().SequenceEqual(committed.Map(l => l.Id).Order()) && tree.Bytes == committed.Sum(l => l.Size.Value);
    });

    [Fact]
    public void The_tree_s_total_is_what_images_and_layers_of_no_image_take() => Holds(Stores, views =>
    {
        var usage = DiskUsage.Of(views.Images, views.Layers, views.Containers);
        var ofImages = views.Images.SelectMany(i => i.Content.Layers).Select(l => l.Id).ToHashSet();
        var held = DiskUsage.Held(views.Layers, views.Containers).Where(id => !ofImages.Contains(id)).ToHashSet();
        return LayerTree.Of(views).Bytes
            == usage.ImageBytes + usage.UnheldBytes + views.Layers.Where(l => held.Contains(l.Id)).Sum(l => l.Size.Value);
    });

    [Fact]
    public void A_layer_is_used_by_the_images_that_have_it_and_by_the_containers_above_it() => Holds(Stores, views =>
    {
        var tree = LayerTree.Of(views);
        var users = LayerUsers.Of(tree);
        return tree.Layers.All(l =>
        {
            var images = views.Images.Where(i => i.Content.Layers.Exists(x => x.Id == l.Layer.Id)).Select(i => i.Id).Order().ToArray();
            var containers = views.Containers.Where(c => DiskUsage.Held(views.Layers, [c]).Contains(l.Layer.Id)).Select(c => c.Name).Order().ToArray();
            return l.UsedBy == images.Length && l.Runs == containers.Length
                && users(l.Layer.Id).Images.Map(i => i.Image.Id).Order().SequenceEqual(images)
                && users(l.Layer.Id).Containers.Map(c => c.Container.Name).Order().SequenceEqual(containers);
        });
    });

    [Fact]
    public void A_tree_for_people_names_everything_and_fits_into_the_terminal() => Holds(Stores, views =>
    {
        var tree = LayerTree.Of(views);
        var whole = TreeText.Of(tree, cut: false, columns: 80, fit: false);
        var fitted = TreeText.Of(tree, cut: true, columns: 80, fit: true).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return fitted.All(line => line.Length <= 80)
            && fitted[^1].Contains(Human.Size(tree.Bytes), StringComparison.Ordinal)
            && views.Layers.Where(l => l.Container is null).All(l => whole.Contains(l.Id, StringComparison.Ordinal))
            && tree.Layers.SelectMany(l => l.Images).Concat(tree.Bare).Count() == views.Images.Count
            && tree.Layers.SelectMany(l => l.Images).Concat(tree.Bare).SelectMany(i => i.Names).All(n => whole.Contains(n, StringComparison.Ordinal));
    });

    [Fact]
    public void The_tree_of_some_images_has_their_layers_and_no_others() => Holds(Stores, views =>
    {
        var some = views.Images.Take(2).Map(i => i.Id).ToHashSet();
        var only = LayerTree.Of(LayerTree.Only(views, some));
        return only.Layers.Select(l => l.Layer.Id).Order().SequenceEqual(
            views.Images.Take(2).SelectMany(i => i.Content.Layers).Select(l => l.Id).Distinct().Order());
    });

    [Fact]
    public void Layers_that_came_with_an_image_have_its_origin_and_those_of_steps_are_built()
    {
        var image = new ImageRow(Hex(20), "loaded", Now, Histories.Content);
        LayerRow Layer(int n, DateTimeOffset at, string? container = null) =>
            new(container ?? Hex(n), container, null, Histories.D(n), new BlobRef("x", Histories.D(n), 1), 1, at, 0, 0);
        var origins = LayerOrigins.Of(
            Seq(Layer(1, Now), Layer(2, Now.AddHours(-1)), Layer(3, Now), Layer(4, Now, "cc")), Seq1(image),
            Seq1(new BuildStepRow("k", "RUN x", Now, Hex(2), Histories.D(2))));
        Assert.Equal("loaded", origins[Hex(1)]);
        Assert.Equal("built", origins[Hex(2)]);
        Assert.False(origins.ContainsKey(Hex(3)));
        Assert.Equal("container", origins["cc"]);
    }
}
