namespace EventDock.Tests.Properties;

using System.Text;
using EventDock.Domain.Layers;
using FsCheck;
using FsCheck.Fluent;

public sealed class WhiteoutProperties
{
    private static readonly Gen<byte[]> AnyPath =
        from parts in Gen.Elements("a", "b", "", ".", "..", "é", "\u0001").ArrayOf()
        select Encoding.UTF8.GetBytes(string.Join('/', parts));

    [Fact]
    public void A_clean_path_has_no_part_that_climbs_and_is_clean_already() => Holds(
        AnyPath,
        path => ArchivePath.Clean(path).Match(
            Some: clean =>
                Encoding.UTF8.GetString(clean) is var text
                && (text == "" || text.Split('/').All(p => p is not ("" or "." or "..")))
                && ArchivePath.Clean(clean).Exists(again => again.AsSpan().SequenceEqual(clean)),
            None: () => true));

    [Fact]
    public void A_path_leaves_the_root_exactly_when_some_prefix_of_it_climbs_higher_than_it_has_gone_down() => Holds(
        AnyPath,
        path =>
        {
            var (depth, left) = (0, false);
            foreach (var part in Encoding.UTF8.GetString(path).Split('/'))
            {
                depth += part is "" or "." ? 0 : part == ".." ? -1 : 1;
                left |= depth < 0;
            }

            return ArchivePath.Clean(path).IsNone == left;
        });

    [Theory]
    [InlineData("a/.wh.b", true, "Hides")]
    [InlineData(".wh.b", true, "Hides")]
    [InlineData("a/.wh..wh..opq", true, "Opaque")]
    [InlineData("a/b", true, "Not")]
    [InlineData("a/.whb", true, "Not")]
    [InlineData(".wh.", true, "Senseless")]
    [InlineData("a/.wh..", true, "Senseless")]
    [InlineData("a/.wh...", true, "Senseless")]
    [InlineData("a/.wh.b", false, "Senseless")]
    [InlineData("a/.wh..wh..opq", false, "Senseless")]
    [InlineData("a/.wh..wh..opq/x", true, "Senseless")]
    [InlineData("a/.wh.b/c", true, "Senseless")]
    [InlineData(".wh..wh.plnk", false, "Bookkeeping")]
    [InlineData(".wh..wh.plnk/12.34", true, "Bookkeeping")]
    [InlineData(".wh..wh.aufs", true, "Bookkeeping")]
    public void A_name_is_taken_for_what_the_specification_says(string path, bool isFile, string meaning) =>
        Assert.Equal(meaning, Whiteout.Of(Encoding.UTF8.GetBytes(path), isFile).GetType().Name);

    [Fact]
    public void A_whiteout_of_a_name_that_is_no_text_hides_that_very_name()
    {
        var hides = Assert.IsType<Whiteout.Hides>(Whiteout.Of([.. ".wh.a"u8, 0xff], true));
        Assert.Equal([(byte)'a', 0xff], hides.Name);
    }

    private static void Holds<T>(Gen<T> inputs, Func<T, bool> law) =>
        Prop.ForAll(Arb.From(inputs), law).QuickCheckThrowOnFailure();
}
