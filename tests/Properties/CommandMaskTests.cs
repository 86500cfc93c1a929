namespace EventDock.Tests.Properties;

using EventDock.Cli.Grammar;
using FsCheck;
using FsCheck.Fluent;

public sealed class CommandMaskTests
{
    private static string Masked(params string[] words) => string.Join(' ', CommandLine.Masked(words));

    [Theory]
    [InlineData("run -e PASSWORD=x img", "run -e PASSWORD=*** img")]
    [InlineData("run -ePASSWORD=x img", "run -ePASSWORD=*** img")]
    [InlineData("run -e=PASSWORD=x img", "run -e=PASSWORD=*** img")]
    [InlineData("run -ite PASSWORD=x img", "run -ite PASSWORD=*** img")]
    [InlineData("run -itePASSWORD=x img", "run -itePASSWORD=*** img")]
    [InlineData("run --env=PASSWORD=a=b img", "run --env=PASSWORD=*** img")]
    [InlineData("run --env PASSWORD=x img", "run --env PASSWORD=*** img")]
    [InlineData("run -e PASSWORD img", "run -e PASSWORD img")]
    [InlineData("run --env-file f.env img", "run --env-file f.env img")]
    [InlineData("run --name n=m -w /a=b -e A=x img -e B=y", "run --name n=m -w /a=b -e A=*** img -e B=y")]
    [InlineData("run --name -e A=x", "run --name -e A=x")]
    [InlineData("run -e A=x -- img -e B=y", "run -e A=*** -- img -e B=y")]
    [InlineData("run -t=true -e A=x img", "run -t=true -e A=*** img")]
    [InlineData("exec -ie A=x c env B=y", "exec -ie A=*** c env B=y")]
    [InlineData("container run -e A=x img", "container run -e A=*** img")]
    [InlineData("build . --build-arg A=x -t y", "build . --build-arg A=*** -t y")]
    [InlineData("rm -f a", "rm -f a")]
    [InlineData("db url", "db url")]
    [InlineData("", "")]
    public void Values_of_env_and_build_arg_are_hidden_and_all_else_is_kept(string line, string masked) =>
        Assert.Equal(masked, Masked(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)));

    [Theory]
    [InlineData("run --naem x -e A=secret img")]
    [InlineData("run -Xe A=secret img")]
    [InlineData("run --env-x -e A=secret")]
    [InlineData("-D run -e A=secret img")]
    [InlineData("run --foo -e -e A=secret")]
    public void After_a_flag_that_nobody_knows_whatever_follows_an_equals_sign_is_hidden(string line) =>
        Assert.DoesNotContain("secret", Masked(line.Split(' ')));

    private static readonly Gen<string> Secret = Gen.Choose(100_000, 999_999).Select(n => $"s3cr3t{n}");

    [Fact]
    public void No_secret_is_left_and_the_flags_read_the_same_but_for_their_values() =>
        Prop.ForAll(
            Arb.From(from verb in Gen.Elements("run", "create", "exec")
                     from secret in Secret
                     from words in Gen.Elements(
                             new[] { "-e", "A=" + secret }, ["-eB=" + secret], ["-e=C=" + secret], ["--env=D=" + secret], ["--env", "E=" + secret],
                             ["-ite", "F=" + secret], ["-tieG=" + secret], ["-e", "NAME"], ["-it"], ["-u", "root"], ["-w=/x"], ["-i=false"],
                             ["--workdir", "-e"], ["-e", "=" + secret])
                         .ListOf()
                     select (verb, secret, Line: (string[])[verb, .. words.SelectMany(w => w), "img", "cmd", "-e", "X=open"])),
            x =>
            {
                var masked = CommandLine.Masked(x.Line).ToArray();
                var before = CommandLine.Read(x.Line);
                var after = CommandLine.Read(masked);
                return !string.Join(' ', masked).Contains(x.secret, StringComparison.Ordinal)
                    && masked.Length == x.Line.Length
                    && before.Match(Right: a => after.Match(Right: b => Alike(a, b), Left: _ => false), Left: _ => after.IsLeft);
            }).QuickCheckThrowOnFailure();

    private static bool Alike(Request a, Request b) =>
        ((Request.Invoke)a).Args is var x && ((Request.Invoke)b).Args is var y
        && x.Arguments.SequenceEqual(y.Arguments)
        && x.All("env").Map(e => e.Split('=')[0]).SequenceEqual(y.All("env").Map(e => e.Split('=')[0]))
        && x.Text("workdir") == y.Text("workdir") && x.Text("user") == y.Text("user") && x.On("tty") == y.On("tty");
}
