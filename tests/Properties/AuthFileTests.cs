namespace EventDock.Tests.Properties;

using System.Text;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using FsCheck;
using FsCheck.Fluent;

public sealed class AuthFileTests
{
    private static readonly RegistryName Local = Name("127.0.0.1:5000");

    [Theory]
    [InlineData("127.0.0.1:5000")]
    [InlineData("https://127.0.0.1:5000")]
    [InlineData("http://127.0.0.1:5000/v1/")]
    [InlineData("127.0.0.1:5000/a")]
    [InlineData("127.0.0.1:5000/a/b")]
    public void A_registry_is_found_under_its_host_its_old_url_and_a_repositorys_name(string key) =>
        Assert.Equal(new Credential("a", "b:c", null), Parse(Entry(key, "YTpiOmM=")).Find(Local, "a/b"));

    [Theory]
    [InlineData("127.0.0.1:5001")]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.1:5000/b")]
    [InlineData("https://127.0.0.1:5000.example")]
    public void Another_registrys_credential_is_not_found(string key) =>
        Assert.Null(Parse(Entry(key, "YTpi")).Find(Local, "a/b"));

    [Fact]
    public void The_nearest_name_above_a_repository_outweighs_its_registry()
    {
        var file = Parse("""{"auths":{"r.example":{"auth":"cmVnOng="},"r.example/a":{"auth":"bmVhcjp4"}}}""");
        Assert.Equal(("near", "reg"), (file.Find(Name("r.example"), "a/b")!.User, file.Find(Name("r.example"), "c")!.User));
    }

    [Theory]
    [InlineData("docker.io")]
    [InlineData("https://index.docker.io/v1/")]
    [InlineData("index.docker.io")]
    public void Docker_hub_has_one_key_whatever_it_is_called(string typed) =>
        Assert.Equal("https://index.docker.io/v1/", Name(typed).Key);

    [Fact]
    public void A_helper_of_a_registry_outweighs_the_store()
    {
        var file = Parse("""{"credsStore":"all","credHelpers":{"127.0.0.1:5000":"one","https://index.docker.io/v1/":"hub"}}""");
        Assert.Equal(("one", "hub", "all"), (file.Helper(Local), file.Helper(RegistryName.DockerHub), file.Helper(Name("r.example"))));
    }

    [Theory]
    [InlineData("""{"credsStore":"../../bin/sh"}""")]
    [InlineData("""{"credHelpers":{"a":"b c"}}""")]
    [InlineData("""{"credHelpers":{"a":5}}""")]
    [InlineData("""{"auths":{"a":{"auth":"c2VjcmV0"}}}""")]
    [InlineData("""{"auths":{"a":{"auth":"secret!"}}}""")]
    [InlineData("""{"auths":["c2VjcmV0"]}""")]
    [InlineData("secret")]
    public void What_is_wrong_names_the_file_and_repeats_nothing_of_it(string json)
    {
        var error = AuthFile.Parse("/f", Encoding.UTF8.GetBytes(json)).Match(Right: _ => throw new Xunit.Sdk.XunitException(json), Left: e => e);
        Assert.Equal("/f", Assert.IsType<DomainError.BadContent>(error).What);
        Assert.DoesNotContain("secret", error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("c2Vj", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_written_is_found_again_and_all_else_stays_as_it_was() =>
        Prop.ForAll(
            Arb.From(from user in Word
                     from password in Word
                     from token in Gen.Elements<string?>(null, "1dentity")
                     from host in Gen.Elements("127.0.0.1:5000", "r.example", "docker.io")
                     select (user, password, token, host)),
            x =>
            {
                const string before = """{"HttpHeaders":{"A":"b"},"auths":{"r.example":{"auth":"b2xkOm9sZA=="},"z.example":{}},"n":1e400}""";
                var name = Name(x.host);
                var credential = new Credential(x.user, x.token is null ? x.password : "", x.token);
                var written = Parse(before).With(name, credential);
                var without = Encoding.UTF8.GetString(Parse(Encoding.UTF8.GetString(written)).Without(name));
                return Equals(Parse(Encoding.UTF8.GetString(written)).Find(name, "a"), credential)
                    && Parse(without).Find(name, "a") is null
                    && without.Contains("\"A\": \"b\"", StringComparison.Ordinal) && without.Contains("1e400", StringComparison.Ordinal)
                    && without.Contains("z.example", StringComparison.Ordinal) && !without.Contains(name.Key, StringComparison.Ordinal);
            }).QuickCheckThrowOnFailure();

    [Fact]
    public void No_text_of_a_credential_shows_it() =>
        Assert.DoesNotContain("hunter2", $"{new Credential("me", "hunter2", "hunter2")}", StringComparison.Ordinal);

    [Theory]
    [InlineData("login -u me -p s3cret r", "login -u me -p *** r")]
    [InlineData("login -ps3cret", "login -p***")]
    [InlineData("login -p=s3cret", "login -p=***")]
    [InlineData("login --password=s3=cret r", "login --password=*** r")]
    [InlineData("login --password s3cret", "login --password ***")]
    [InlineData("login --password-stdin -u me", "login --password-stdin -u me")]
    public void A_password_on_the_command_line_is_not_recorded(string line, string masked) =>
        Assert.Equal(masked, string.Join(' ', EventDock.Cli.Grammar.CommandLine.Masked(line.Split(' '))));

    private static readonly Gen<string> Word =
        from first in Gen.Elements("a", "é€", "\\\"", "</x>", "p w")
        from second in Gen.Elements("", "b", "€", "\t")
        select first + second;

    private static string Entry(string key, string auth) =>
        """{"auths":{"KEY":{"auth":"AUTH"}}}""".Replace("KEY", key, StringComparison.Ordinal).Replace("AUTH", auth, StringComparison.Ordinal);

    private static AuthFile Parse(string json) =>
        AuthFile.Parse("/f", Encoding.UTF8.GetBytes(json)).Match(Right: f => f, Left: e => throw new Xunit.Sdk.XunitException($"{e}"));

    private static RegistryName Name(string text) =>
        RegistryName.Parse(text).Match(Right: n => n, Left: e => throw new Xunit.Sdk.XunitException($"{e}"));
}
