namespace EventDock.Tests.Adapters;

using EventDock.Adapters.Registry;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using static EventDock.Tests.Adapters.RegistryFixtures;
using static EventDock.Tests.Adapters.RegistryServer;

/// <summary>Lists of tags, page by page, honest and not.</summary>
public sealed class RegistryTagTests
{
    [Fact]
    public async Task Pages_are_followed_to_the_last_and_a_tag_is_named_once()
    {
        await using var server = new RegistryServer(r => r.Path switch
        {
            "/v2/a/b/tags/list" => Answer(200, "{\"name\":\"a/b\",\"tags\":[\"1\",\"2\"]}", "Link: </v2/a/b/tags/list?last=2>; rel=\"next\""),
            "/v2/a/b/tags/list?last=2" => Answer(200, "{\"tags\":[\"2\",\"3\"]}", "Link: <list?last=3>; rel=next"),
            _ => Answer(200, "{\"tags\":null}"),
        });
        Assert.Equal(Seq("1", "2", "3"), Value(await TagsAsync(server)));
    }

    [Fact]
    public async Task Pages_in_a_circle_are_refused()
    {
        await using var server = new RegistryServer(r =>
            Answer(200, "{\"tags\":[\"1\"]}", $"Link: </v2/a/b/tags/list?{(r.Path.EndsWith("?x") ? "y" : "x")}>; rel=\"next\""));
        Assert.Contains("leads back", Assert.IsType<DomainError.BadContent>(Error(await TagsAsync(server))).Reason);
        Assert.Equal(3, server.Requests.Count);
    }

    [Fact]
    public async Task Pages_without_end_come_to_one()
    {
        var n = 0;
        await using var server = new RegistryServer(_ => Answer(200, "{\"tags\":[]}", $"Link: </v2/a/b/tags/list?{n++}>; rel=\"next\""));
        Assert.True(Error(await TagsAsync(server).WaitAsync(Patience)) is DomainError.BadContent or DomainError.RegistryUnreachable);
        Assert.InRange(n, 2, 1000);
    }

    [Fact]
    public async Task A_next_page_on_another_host_is_not_asked_for()
    {
        await using var other = new RegistryServer(_ => Answer(200, "{\"tags\":[]}"));
        await using var server = new RegistryServer(_ => Answer(200, "{\"tags\":[]}", $"Link: <{other.Base}/v2/a/b/tags/list>; rel=\"next\""));
        Assert.Contains("another host", Assert.IsType<DomainError.BadContent>(Error(await TagsAsync(server))).Reason);
        Assert.Empty(other.Requests);
    }

    [Theory]
    [InlineData("<html>maintenance</html>")]
    [InlineData("{\"tags\":[\"../../etc\"]}")]
    [InlineData("{\"tags\":[\"a\\u001b[2J\"]}")]
    [InlineData("{\"tags\":[7]}")]
    [InlineData("{\"tags\":[\"a\"],\"tags\":[\"b\"]}")]
    public async Task What_is_no_list_of_tags_is_bad_content(string body)
    {
        await using var server = new RegistryServer(_ => Answer(200, body));
        Assert.IsType<DomainError.BadContent>(Error(await TagsAsync(server)));
    }

    [Fact]
    public async Task A_repository_that_is_not_there_is_named_with_the_registrys_words()
    {
        await using var server = new RegistryServer(_ => Answer(404, "{\"errors\":[{\"code\":\"NAME_UNKNOWN\",\"message\":\"repository name not known to registry\"}]}"));
        Assert.Equal(
            new DomainError.RepositoryUnknown($"{server.Host}/a/b", "repository name not known to registry"), Error(await TagsAsync(server)));
    }

    private static Task<Either<DomainError, Seq<string>>> TagsAsync(RegistryServer server) =>
        RegistryAdapter.Create(EngineConfig.Empty, timing: Quick).Tags(Ref($"{server.Host}/a/b"), default).ToEither();
}
