namespace EventDock.Tests.Properties;

using EventDock.Cli.Grammar;
using EventDock.Projections;

/// <summary>What a shell is offered for the word that is being typed.</summary>
public sealed class CompletingTests
{
    private static Completing Of(string line) => Completing.Of(line.Split(' '));

    private static string[] Words(string line) => [.. Of(line).Words.Select(word => word.Word)];

    [Theory]
    [InlineData("aud", "audit")]
    [InlineData("audit ", "report")]
    [InlineData("ledger verify --ch", "--checkpoint")]
    [InlineData("run --network h", "host")]
    [InlineData("run --network=h", "--network=host")]
    [InlineData("audit report --format h", "html")]
    [InlineData("log --type ContainerRen", "ContainerRenamed")]
    [InlineData("help aud", "audit")]
    [InlineData("image hist", "history")]
    [InlineData("run --rm web --na", "")]
    [InlineData("rm -- --for", "")]
    [InlineData("nosuch ", "")]
    public void A_word_that_has_begun_is_finished(string line, string words) =>
        Assert.Equal(words.Split(' ', StringSplitOptions.RemoveEmptyEntries), Words(line));

    [Theory]
    [InlineData("rm web ", NameKind.Container)]
    [InlineData("container rm ", NameKind.Container)]
    [InlineData("run ", NameKind.Image)]
    [InlineData("run --name x -it ", NameKind.Image)]
    [InlineData("rmi ", NameKind.Image)]
    [InlineData("tag web ", NameKind.Image)]
    [InlineData("reflog ", NameKind.Image)]
    [InlineData("images --as-of ", NameKind.Bookmark)]
    [InlineData("audit report ", NameKind.Bookmark)]
    [InlineData("bookmark -d ", NameKind.Bookmark)]
    [InlineData("cp ", NameKind.Container)]
    [InlineData("log --container=w", NameKind.Container)]
    public void A_name_is_asked_for_where_one_fits(string line, NameKind kind) => Assert.Equal([kind], Of(line).Names);

    [Fact]
    public void What_is_restored_has_been_removed() => Assert.Equal([NameKind.Removed, NameKind.Image], Of("restore ").Names.Order());

    [Theory]
    [InlineData("run --from ")]
    [InlineData("create --from=w")]
    public void What_was_recorded_is_there_of_a_container_that_has_been_removed_as_well(string line) =>
        Assert.Equal([NameKind.Container, NameKind.Removed], Of(line).Names.Order());

    [Theory]
    [InlineData("run web ")]
    [InlineData("exec web ")]
    [InlineData("logs web ")]
    [InlineData("run --name ")]
    [InlineData("")]
    [InlineData("ps ")]
    public void And_nowhere_else(string line) => Assert.Empty(Of(line).Names);

    [Fact]
    public void Files_are_offered_where_a_file_is_read_or_written()
    {
        Assert.All((string[])["load -i ", "import ", "build ", "ledger check-proof ", "cp web:/x "], line => Assert.True(Of(line).Files));
        Assert.All((string[])["rm ", "ps ", "run "], line => Assert.False(Of(line).Files));
    }

    [Fact]
    public void Every_verb_is_found_by_its_words_and_every_flag_of_it_that_there_is()
    {
        foreach (var name in Verbs.Names)
        {
            var words = name.Split(' ');
            Assert.Contains(words[0], Words(words[0]));
            if (words.Length == 2 && Verbs.Find(words[0]) is null)
            {
                Assert.Contains(words[1], Words($"{words[0]} {words[1]}"));
            }

            var verb = Verbs.Find(name)!;
            Assert.Equal(
                verb.Flags.Where(flag => flag.Supported && flag.Means is null).Select(flag => $"--{flag.Long}").Append("--help").Distinct().Order(),
                Words($"{name} --").Distinct().Order());
        }
    }
}
