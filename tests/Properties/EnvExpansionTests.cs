namespace EventDock.Tests.Properties;

using EventDock.Domain.Builds;
using FsCheck;
using FsCheck.Fluent;

public sealed class EnvExpansionTests
{
    private static string Expanded(string word, params string[] env) =>
        EnvExpansion.Expand(word, EnvExpansion.From(env.ToSeq()), '\\').Match(Right: s => s, Left: f => f.Reason);

    [Theory]
    [InlineData("${A:?}", "A: is not allowed to be unset")]
    [InlineData("${E:?}", "E: is not allowed to be empty")]
    [InlineData("${E?}", "")]
    [InlineData("${A?why}", "A: why")]
    [InlineData("${X:?why}", "1")]
    [InlineData("$X-$Y_$X", "1-1")]
    [InlineData("\"$X'$X'\"'$X'", "1'1'$X")]
    [InlineData("\"a\\b\\\\\\\"\\$X\"", "a\\b\\\"$X")]
    [InlineData("${A:-${E:-${X}}}", "1")]
    [InlineData("${X", "missing ':' in substitution")]
    [InlineData("${", "syntax error: missing '}'")]
    [InlineData("${{X}}", "syntax error: bad substitution")]
    public void Substitutions_are_dockers(string word, string expanded) => Assert.Equal(expanded, Expanded(word, "X=1", "E="));

    [Fact]
    public void A_word_that_would_become_longer_than_a_mebibyte_is_refused()
    {
        var half = "L=" + new string('x', EnvExpansion.MostCharacters / 2);
        Assert.Equal(EnvExpansion.MostCharacters, Expanded("$L${L:-y}", half).Length);
        Assert.Equal($"it becomes longer than {EnvExpansion.MostCharacters} characters", Expanded("$L$L$L", half));
        Assert.Equal($"it becomes longer than {EnvExpansion.MostCharacters} characters", Expanded("\"$L${L:-y}${L?}\"", half));
    }

    [Fact]
    public void A_word_without_quotes_escapes_or_variables_is_itself() =>
        Prop.ForAll(
            Arb.From(ArbMap.Default.GeneratorFor<NonNull<string>>().Select(s => string.Concat(s.Get.Where(c => !"'\"\\$".Contains(c))))),
            word => Expanded(word) == word).QuickCheckThrowOnFailure();

    [Fact]
    public void Single_quotes_keep_all_and_escapes_keep_each() =>
        Prop.ForAll(
            Arb.From(ArbMap.Default.GeneratorFor<NonNull<string>>().Select(s => s.Get)),
            text => (text.Contains('\'') || Expanded($"'{text}'") == text)
                && Expanded(string.Concat(text.Select(c => $"\\{c}"))) == text).QuickCheckThrowOnFailure();

    [Fact]
    public void A_value_is_put_in_as_it_is_and_never_read_again() =>
        Prop.ForAll(
            Arb.From(ArbMap.Default.GeneratorFor<NonNull<string>>().Select(s => s.Get)),
            value => Expanded("a$X\"${X}\"${N:-$X}", $"X={value}") == $"a{value}{value}{value}").QuickCheckThrowOnFailure();

    [Fact]
    public void Words_joined_by_blanks_are_split_at_them() =>
        Prop.ForAll(
            Arb.From(Gen.Elements("a", "A=b", "\"x y\"", "'p q'=\"r\"", "m\\ n", "\"a\\\"b\"", "\"\"").ListOf()),
            words => ShellWords.Split(string.Join("  ", words), '\\').ToArray().SequenceEqual(words)).QuickCheckThrowOnFailure();
}
