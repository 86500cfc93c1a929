namespace EventDock.Tests.Properties;

using EventDock.Domain.Builds;
using EventDock.Domain.Kernel;
using FsCheck;
using FsCheck.Fluent;

/// <summary>Patterns over paths: COPY's and .dockerignore's.</summary>
public sealed class DockerIgnoreTests
{
    /// <summary>Each line is what docker 20.10.24 left in the image of <c>COPY .</c> with that .dockerignore.</summary>
    [Theory]
    [InlineData("*|!bb|!dir/sub", "bb dir/sub dir/sub/q")]
    [InlineData("*|!bb|!**/q", "bb")]
    [InlineData("dir|!dir/s", "bb file d2 d2/f dir/s")]
    [InlineData("**/s", "bb file d2 d2/f dir dir/sub dir/sub/q")]
    [InlineData("d*|!dir/sub/*", "bb file dir/sub/q")]
    [InlineData("/dir", "bb file d2 d2/f")]
    [InlineData("dir/**", "bb file d2 d2/f dir")]
    [InlineData("*/s|#x|  # y", "bb file d2 d2/f dir dir/sub dir/sub/q")]
    [InlineData("dir/|!dir/../dir/s", "bb file d2 d2/f dir/s")]
    [InlineData("\ufeffbb|", "file d2 d2/f dir dir/s dir/sub dir/sub/q")]
    [InlineData("bb|!bb|file|", "bb d2 d2/f dir dir/s dir/sub dir/sub/q")]
    [InlineData("!bb|bb", "file d2 d2/f dir dir/s dir/sub dir/sub/q")]
    [InlineData("./d2/../d?/f", "bb file d2 dir dir/s dir/sub dir/sub/q")]
    [InlineData("[a-c]b|f\\ile|", "d2 d2/f dir dir/s dir/sub dir/sub/q")]
    [InlineData("**", "")]
    public void What_stays_in_the_context_is_what_docker_leaves_in(string lines, string stays)
    {
        var ignore = Parse(lines.Split('|'));
        Assert.Equal(stays, string.Join(' ', "bb file d2 d2/f dir dir/s dir/sub dir/sub/q".Split(' ').Where(p => !ignore.Ignores(p))));
    }

    [Theory]
    [InlineData("!")]
    [InlineData("! ")]
    [InlineData("[")]
    [InlineData("a[]")]
    [InlineData("a\\")]
    public void A_broken_line_is_named(string line) =>
        Assert.Equal(line.Trim(), Assert.IsType<DomainError.Invalid>(
            DockerIgnore.Parse(Seq("fine", line)).Match(Right: _ => throw new Xunit.Sdk.XunitException("read it"), Left: e => e)).Value);

    [Fact]
    public void Without_exceptions_everything_below_an_ignored_directory_is_ignored() => Holds(
        from lines in Lines(Gen.Constant(false)) from path in Paths from below in Parts select (lines, path, below),
        x => Parse(x.lines) is var ignore && (!ignore.Ignores(x.path) || ignore.Ignores($"{x.path}/{x.below}")));

    [Fact]
    public void A_last_line_that_takes_everything_back_leaves_nothing_ignored_at_the_top() => Holds(
        from lines in Lines(Gen.Elements(true, false)) from name in Parts select (lines, name),
        x => !Parse([.. x.lines, "!**"]).Ignores(x.name));

    [Fact]
    public async Task A_pattern_of_many_stars_is_matched_in_linear_time()
    {
        var hard = string.Concat(Enumerable.Repeat("**/a*", 200)) + "b";
        // Tried one way after the other it would take longer than anybody lives.
        await Task.Run(() =>
        {
            Assert.False(Parse([hard]).Ignores(string.Concat(Enumerable.Repeat("aa/", 300)) + "c"));
            Assert.False(Glob(string.Concat(Enumerable.Repeat("*a", 500)) + "b").Matches(new string('a', 3000)));
        }).WaitAsync(TimeSpan.FromSeconds(60));
    }

    /// <summary>Go's own table for filepath.Match, as far as it is valid.</summary>
    [Theory]
    [InlineData("abc", "abc", true)]
    [InlineData("*", "abc", true)]
    [InlineData("*c", "abc", true)]
    [InlineData("a*", "a", true)]
    [InlineData("a*", "ab/c", false)]
    [InlineData("a*/b", "abc/b", true)]
    [InlineData("a*/b", "a/c/b", false)]
    [InlineData("a*b*c*d*e*/f", "axbxcxdxe/f", true)]
    [InlineData("a*b*c*d*e*/f", "axbxcxdxe/xxx/f", false)]
    [InlineData("a*b?c*x", "abxbbxdbxebxczzx", true)]
    [InlineData("a*b?c*x", "abxbbxdbxebxczzy", false)]
    [InlineData("ab[c]", "abc", true)]
    [InlineData("ab[b-d]", "abc", true)]
    [InlineData("ab[e-g]", "abc", false)]
    [InlineData("ab[^c]", "abc", false)]
    [InlineData("ab[^e-g]", "abc", true)]
    [InlineData("a\\*b", "a*b", true)]
    [InlineData("a\\*b", "ab", false)]
    [InlineData("a?b", "a☺b", true)]
    [InlineData("a[^a]b", "a☺b", true)]
    [InlineData("a???b", "a☺b", false)]
    [InlineData("[a-ζ]*", "α", true)]
    [InlineData("*[a-ζ]", "A", false)]
    [InlineData("a?b", "a/b", false)]
    [InlineData("a*b", "a/b", false)]
    [InlineData("[\\]a]", "]", true)]
    [InlineData("[\\-x]", "-", true)]
    [InlineData("[x\\-]", "z", false)]
    [InlineData("*x", "xxx", true)]
    [InlineData("?", "😀", true)]
    public void A_source_matches_as_in_Go(string pattern, string name, bool matches) => Assert.Equal(matches, Glob(pattern).Matches(name));

    [Theory]
    [InlineData("[]a]")]
    [InlineData("[-]")]
    [InlineData("[x-]")]
    [InlineData("[-x]")]
    [InlineData("\\")]
    [InlineData("[a-b-c]")]
    [InlineData("[")]
    [InlineData("[^")]
    [InlineData("[^bc")]
    [InlineData("a[")]
    public void A_broken_pattern_is_refused(string pattern) => Assert.True(GoMatch.Parse(pattern).IsLeft);

    [Theory]
    [InlineData("", ".")]
    [InlineData("a/b/../c/./", "a/c")]
    [InlineData("../a", "../a")]
    [InlineData("a/../..", "..")]
    [InlineData("/../a", "/a")]
    [InlineData("//a//b", "/a/b")]
    [InlineData("..a", "..a")]
    public void A_path_is_cleaned_as_in_Go(string path, string clean) => Assert.Equal(clean, GoMatch.Clean(path));

    [Fact]
    public void A_name_without_special_characters_matches_itself_only() => Holds(
        from a in Paths from b in Paths select (a, b), x => Glob(x.a).Matches(x.b) == (x.a == x.b));

    private static readonly Gen<string> Parts = Gen.Elements("a", "b", "ab", "c", "é");

    private static readonly Gen<string> Paths = from parts in Parts.NonEmptyListOf() select string.Join('/', parts);

    private static Gen<List<string>> Lines(Gen<bool> exceptions) =>
        from lines in (from parts in Gen.Elements("a", "b", "ab", "*", "**", "?", "a*", "[ab]").NonEmptyListOf()
                       from exception in exceptions
                       select (exception ? "!" : "") + string.Join('/', parts)).ListOf()
        select lines.ToList();

    private static DockerIgnore Parse(IEnumerable<string> lines) =>
        DockerIgnore.Parse(lines.ToArray().ToSeq()).Match(Right: i => i, Left: e => throw new Xunit.Sdk.XunitException(e.ToString()));

    private static Glob Glob(string pattern) => GoMatch.Parse(pattern).Match(Right: g => g, Left: e => throw new Xunit.Sdk.XunitException(e.ToString()));

    private static void Holds<T>(Gen<T> inputs, Func<T, bool> law) => Prop.ForAll(Arb.From(inputs), law).QuickCheckThrowOnFailure();
}
