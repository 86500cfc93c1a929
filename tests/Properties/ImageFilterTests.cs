namespace EventDock.Tests.Properties;

using EventDock.Domain.Builds;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;
using EventDock.Projections;
using FsCheck;
using FsCheck.Fluent;
using static EventDock.Tests.Properties.Laws;

/// <summary>Which lines a list of images has: names, digests, filters.</summary>
public sealed class ImageFilterTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);

    private static ImageRow Image(int n, params Label[] labels) => new(
        Histories.D(n).Hex, "pulled", Start,
        Histories.Content with { Created = Start.AddMinutes(n), Run = RunConfig.Empty with { Labels = labels.ToSeq().Strict() } });

    private static TagRow Tag(string reference, int image) => new($"docker.io/library/{reference}", Histories.D(image).Hex, Start);

    private static Glob Pattern(string text) => GoMatch.Parse(text).IfLeft(e => throw new Xunit.Sdk.XunitException(e.ToString()));

    private static string[] Lines(ImageFilters filters, Seq<TagRow> tags, bool digests, params ImageRow[] images) =>
        filters.Lines(images.ToSeq().Strict(), tags, digests).Map(l => $"{l.Repository}:{l.Tag} {Human(l.Digest)}").ToArray();

    private static string Human(string digest) => digest.Length > 14 ? digest["sha256:".Length..][..4] : digest;

    [Fact]
    public void A_digest_makes_a_line_of_its_own_only_where_its_repository_has_no_tag()
    {
        var (one, two) = (Histories.D(100), Histories.D(101));
        var tags = Seq(Tag("a:1", 1), Tag("a:2", 1), Tag($"a@{one.Value}", 1), Tag($"b@{one.Value}", 1), Tag($"b@{two.Value}", 1));
        Assert.Equal(new[] { "a:1 <none>", "a:2 <none>", "b:<none> <none>" }, Lines(ImageFilters.None, tags, digests: false, Image(1)));
        var both = new[] { one, two }.Select(d => d.Hex[..4]).Order(StringComparer.Ordinal).Select(d => $"b:<none> {d}");
        Assert.Equal([$"a:1 {one.Hex[..4]}", $"a:2 {one.Hex[..4]}", .. both], Lines(ImageFilters.None, tags, digests: true, Image(1)).AsEnumerable());
        Assert.Equal(new[] { "<none>:<none> <none>" }, Lines(ImageFilters.None, Seq<TagRow>(), digests: true, Image(1)));
    }

    [Fact]
    public void An_image_with_a_digest_alone_is_dangling_and_is_none_of_those_that_are_not()
    {
        var tags = Seq(Tag("a:1", 1), Tag($"b@{Histories.D(100).Value}", 2));
        var images = new[] { Image(1), Image(2), Image(3) };
        Assert.Equal(
            new[] { "<none>:<none> <none>", "b:<none> <none>" },
            Lines(ImageFilters.None with { Dangling = Some(true) }, tags, digests: false, images));
        Assert.Equal(
            new[] { "b:<none> <none>", "a:1 <none>" }, Lines(ImageFilters.None with { Dangling = Some(false) }, tags, digests: false, images));
    }

    [Fact]
    public void Filters_take_lines_away_and_add_none() => Holds(
        from tagged in Gen.Choose(0, 3).ListOf(6)
        from labelled in Gen.Choose(0, 1).ListOf(6)
        from dangling in Gen.Elements(0, 1, 2)
        from label in Gen.Elements(true, false)
        from pattern in Gen.Elements("", "a*", "*:1", "?1", "*")
        from before in Gen.Choose(0, 6)
        from since in Gen.Choose(0, 6)
        select (tagged, labelled, dangling, label, pattern, before, since),
        x =>
        {
            var images = Enumerable.Range(0, 6).Select(n => x.labelled[n] > 0 ? Image(n, new Label("k", "v")) : Image(n)).ToArray();
            var tags = Enumerable.Range(0, 6).Where(n => x.tagged[n] > 0).Select(n => Tag($"a{n}:{x.tagged[n]}", n)).ToSeq().Strict();
            var filters = new ImageFilters(
                x.dangling == 0 ? None : Some(x.dangling == 1),
                x.label ? Seq1(new LabelFilter("k", "v", false)) : Seq<LabelFilter>(),
                x.pattern.Length > 0 ? Seq1(Pattern(x.pattern)) : Seq<Glob>(),
                x.before < 6 ? Seq1(Image(x.before)) : Seq<ImageRow>(),
                x.since < 6 ? Seq1(Image(x.since)) : Seq<ImageRow>());
            var all = ImageFilters.None.Lines(images.ToSeq().Strict(), tags, digests: false);
            var some = filters.Lines(images.ToSeq().Strict(), tags, digests: false);
            return some.ForAll(l => all.Exists(a => a.Image.Id == l.Image.Id && a.Repository == l.Repository && a.Tag == l.Tag))
                && some.ForAll(l => x.before == 6 || l.Image.Content.Created < Start.AddMinutes(x.before))
                && some.ForAll(l => x.since == 6 || l.Image.Content.Created > Start.AddMinutes(x.since))
                && some.ForAll(l => x.dangling == 0 || (x.dangling == 1) == (l.Tag == ImageFilters.NoName))
                && some.ForAll(l => x.pattern.Length == 0 || l.Tag != ImageFilters.NoName);
        });
}
