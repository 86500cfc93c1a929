namespace EventDock.Tests.Properties;

using EventDock.Cli.Grammar;
using FsCheck;
using FsCheck.Fluent;

/// <summary>docker's flag grammar. Messages and exit codes as docker 20.10.24 gave them for the same words.</summary>
public sealed class GrammarTests
{
    private static ParsedArgs Parsed(string verb, params string[] args) =>
        FlagGrammar.Parse(Verbs.Find(verb)!, args).IfLeft(e => throw new Xunit.Sdk.XunitException(e.Message));

    private static (string Message, int Code) Refused(params string[] words) =>
        CommandLine.Read(words).Match(Right: r => throw new Xunit.Sdk.XunitException($"accepted: {r}"), Left: e => (e.Message, e.ExitCode));

    [Theory]
    [InlineData("run -x", "unknown shorthand flag: 'x' in -x", 125)]
    [InlineData("run --foo", "unknown flag: --foo", 125)]
    [InlineData("run --foo=x img", "unknown flag: --foo", 125)]
    [InlineData("run -itx img", "unknown shorthand flag: 'x' in -x", 125)]
    [InlineData("run -e", "flag needs an argument: 'e' in -e", 125)]
    [InlineData("run --name", "flag needs an argument: --name", 125)]
    [InlineData("run --rm=maybe x", "invalid argument \"maybe\" for \"--rm\" flag: strconv.ParseBool: parsing \"maybe\": invalid syntax", 125)]
    [InlineData("run --rm= x", "invalid argument \"\" for \"--rm\" flag: strconv.ParseBool: parsing \"\": invalid syntax", 125)]
    [InlineData("stop -t x a", "invalid argument \"x\" for \"-t, --time\" flag: strconv.ParseInt: parsing \"x\": invalid syntax", 125)]
    [InlineData("stop -t5x a", "invalid argument \"5x\" for \"-t, --time\" flag: strconv.ParseInt: parsing \"5x\": invalid syntax", 125)]
    [InlineData("ps -aq=x", "invalid argument \"x\" for \"-q, --quiet\" flag: strconv.ParseBool: parsing \"x\": invalid syntax", 125)]
    [InlineData("ps -=", "unknown shorthand flag: '=' in -=", 125)]
    [InlineData("ps --=", "bad flag syntax: --=", 125)]
    [InlineData("run ---x", "bad flag syntax: ---x", 125)]
    [InlineData("run -it= x", "unknown shorthand flag: '=' in -=", 125)]
    [InlineData("ps --format", "flag needs an argument: --format", 125)]
    [InlineData("--foo", "unknown flag: --foo", 125)]
    [InlineData("-x", "unknown shorthand flag: 'x' in -x", 125)]
    public void A_mistake_in_flags_has_dockers_message_and_ends_with_125(string line, string message, int code) =>
        Assert.Equal((message, code), Refused(line.Split(' ')));

    [Theory]
    [InlineData("run", "\"eventdock run\" requires at least 1 argument")]
    [InlineData("run -it", "\"eventdock run\" requires at least 1 argument")]
    [InlineData("exec a", "\"eventdock exec\" requires at least 2 arguments")]
    [InlineData("ps a", "\"eventdock ps\" accepts no arguments")]
    [InlineData("ps --all false", "\"eventdock ps\" accepts no arguments")]
    [InlineData("images a b", "\"eventdock images\" requires at most 1 argument")]
    [InlineData("build", "\"eventdock build\" requires exactly 1 argument")]
    [InlineData("tag a", "\"eventdock tag\" requires exactly 2 arguments")]
    [InlineData("tag a b c", "\"eventdock tag\" requires exactly 2 arguments")]
    [InlineData("rmi", "\"eventdock rmi\" requires at least 1 argument")]
    [InlineData("history --human=false", "\"eventdock history\" requires exactly 1 argument")]
    public void A_wrong_number_of_arguments_has_dockers_rule_and_ends_with_1(string line, string rule)
    {
        var (message, code) = Refused(line.Split(' '));
        Assert.StartsWith(rule, message);
        Assert.Equal(1, code);
    }

    [Theory]
    [InlineData("run -p 80:80 x", "--publish of \"eventdock run\" is not supported yet")]
    [InlineData("run --memory=1g x", "--memory of \"eventdock run\" is not supported yet")]
    [InlineData("run -P", "--publish-all of \"eventdock run\" is not supported yet")]
    [InlineData("build --target a .", "--target of \"eventdock build\" is not supported yet")]
    [InlineData("build --build-arg A=secret .", "--build-arg of \"eventdock build\" is not supported yet")]
    [InlineData("rmi --no-prune x", "--no-prune of \"eventdock rmi\" is not supported yet")]
    [InlineData("stats a b", "eventdock stats is not supported yet")]
    [InlineData("image sign x", "eventdock image sign is not supported yet", 1)]
    [InlineData("-H tcp://x ps", "-H is not supported yet")]
    public void What_docker_has_and_EventDock_has_not_is_refused_by_name(string line, string message, int code = 125)
    {
        if (code == 1)
        {
            Assert.Equal(1, Refused(line.Split(' ')).Code);
            return;
        }

        Assert.Equal((message, 125), Refused(line.Split(' ')));
    }

    [Fact]
    public void A_verb_that_nobody_knows_is_named_and_ends_with_1()
    {
        var (message, code) = Refused("fo\x1bo");
        Assert.StartsWith("'fo\\x1bo' is not an eventdock command", message);
        Assert.Equal(1, code);
    }

    [Fact]
    public void Bundles_values_and_the_first_argument_are_read_as_docker_reads_them()
    {
        var run = Parsed("run", "-itd", "-eA=1", "-e", "B=2", "-e=C=3", "--env=D=4", "-tie", "E=5", "--rm=false", "img", "-e", "F=6", "--", "x");
        Assert.True(run.On("interactive") && run.On("tty") && run.On("detach"));
        Assert.False(run.On("rm"));
        Assert.True(run.On("sig-proxy"));
        Assert.Equal(["A=1", "B=2", "C=3", "D=4", "E=5"], run.All("env").ToArray());
        Assert.Equal(["img", "-e", "F=6", "--", "x"], run.Arguments.ToArray());
    }

    [Fact]
    public void A_double_dash_ends_the_flags_and_a_single_one_is_an_argument()
    {
        Assert.Equal(["-a", "--force"], Parsed("rm", "-f", "--", "-a", "--force").Arguments.ToArray());
        Assert.Equal(["-"], Parsed("build", "-q", "-", "-t", "x").Arguments.ToArray());
        Assert.Equal(["-x"], Parsed("run", "--name", "-i", "--", "-x").Arguments.ToArray());
        Assert.Equal("-i", Parsed("run", "--name", "-i", "x").Text("name"));
    }

    [Fact]
    public void Flags_of_the_other_verbs_may_stand_after_arguments()
    {
        var rm = Parsed("rm", "a", "-f", "b");
        Assert.True(rm.On("force"));
        Assert.Equal(["a", "b"], rm.Arguments.ToArray());
    }

    [Fact]
    public void The_last_value_counts_and_another_spelling_is_the_same_flag()
    {
        Assert.Equal("host", Parsed("run", "--network", "none", "--net=host", "x").Text("network"));
        Assert.Equal(7L, Parsed("stop", "-t", "3", "-t7", "x").Number("time"));
        Assert.Null(Parsed("stop", "x").Number("time"));
        Assert.Equal("", Parsed("run", "--entrypoint=", "x").Text("entrypoint"));
        Assert.True(Parsed("run", "--entrypoint", "", "x").Has("entrypoint"));
    }

    [Theory]
    [InlineData("container ls -a", "ps")]
    [InlineData("container run x", "run")]
    [InlineData("image ls", "images")]
    [InlineData("image rm x", "rmi")]
    [InlineData("image build .", "build")]
    [InlineData("image history x", "history")]
    [InlineData("image inspect x", "image inspect")]
    [InlineData("image prune", "image prune")]
    [InlineData("image save x", "save")]
    [InlineData("db url", "db url")]
    [InlineData("ledger check-proof -", "ledger check-proof")]
    [InlineData("--version", "version")]
    public void The_longer_spellings_mean_the_same_verbs(string line, string verb) =>
        Assert.Equal(verb, CommandLine.Read(line.Split(' ')).Match(Right: r => r.VerbName, Left: e => e.Message));

    [Theory]
    [InlineData("", "")]
    [InlineData("--help", "")]
    [InlineData("help", "")]
    [InlineData("run --help", "run")]
    [InlineData("help run", "run")]
    [InlineData("ps -h", "ps")]
    [InlineData("rm --help", "rm")]
    [InlineData("container ls --help", "ps")]
    [InlineData("db --help", "db")]
    [InlineData("db", "db")]
    [InlineData("image", "image")]
    [InlineData("image --help", "image")]
    [InlineData("image ls --help", "images")]
    [InlineData("container", "container")]
    [InlineData("ledger", "ledger")]
    [InlineData("ledger prove --help", "ledger prove")]
    [InlineData("db stop --help", "db stop")]
    public void Help_is_asked_for_in_dockers_ways(string line, string verb) =>
        Assert.Equal(
            verb,
            CommandLine.Read(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Match(
                Right: r => r is Request.Help help ? help.Verb : r.ToString(), Left: e => e.Message));

    [Fact]
    public void Every_verb_is_found_by_its_name_and_no_flag_is_said_twice()
    {
        foreach (var name in Verbs.Names)
        {
            var verb = Verbs.Find(name)!;
            Assert.Equal(name, verb.Name);
            Assert.Equal(verb.Flags.Count, verb.Flags.Select(f => f.Long).Distinct().Count());
            var letters = verb.Flags.Where(f => f.Short is not null).Select(f => f.Short).ToList();
            Assert.Equal(letters.Count, letters.Distinct().Count());
        }
    }

    public static TheoryData<string> EveryVerb => [.. Verbs.Names];

    [Theory]
    [MemberData(nameof(EveryVerb))]
    public void Every_verb_takes_the_flags_of_an_answers_moment_or_says_why_not(string name)
    {
        var verb = Verbs.Find(name)!;
        foreach (var flag in Verbs.Global)
        {
            if (verb.Long(flag.Long) is not null)
            {
                Assert.Null(Verbs.WhyNot(name, flag.Long));
                continue;
            }

            string[] words = [.. name.Split(' '), $"--{flag.Long}=true"], before = [$"--{flag.Long}=true", .. name.Split(' ')];
            var changes = $"{name} changes things, and takes no --{flag.Long}: ";
            Assert.Equal(Refused(words), Refused(before));
            Assert.Equal(125, Refused(words).Code);
            Assert.StartsWith(
                Verbs.IsChanging(name) ? changes : Refused(words).Message.StartsWith(changes, StringComparison.Ordinal) ? changes : $"{name} takes no --{flag.Long}: ",
                Refused(words).Message, StringComparison.Ordinal);
        }

        Assert.True(verb.Long("as-of") is null || Verbs.IsChanging(name) || verb.Long("occurred") is not null);
        Assert.True(verb.Long("as-of") is null || Verbs.IsChanging(name) || verb.Long("proof-line") is not null);
    }

    [Theory]
    [InlineData("--as-of 14:05 ps -a", "ps --as-of 14:05 -a")]
    [InlineData("--as-of=14:05 --occurred ps", "ps --as-of=14:05 --occurred")]
    [InlineData("--occurred=false --as-of 1 image ls --tree", "images --occurred=false --as-of 1 --tree")]
    [InlineData("--proof-line container inspect --as-of 3 x", "container inspect x --as-of 3 --proof-line")]
    [InlineData("--as-of 1 logs --as-of 2 x", "logs --as-of 2 x")]
    [InlineData("--as-of ps ps", "ps --as-of ps")]
    public void Those_flags_may_stand_before_the_verb(string before, string after)
    {
        string[] Words(string line) => CommandLine.Read(line.Split(' ')).Match(
            Right: r => ((Request.Invoke)r).Args.Canonical(), Left: e => throw new Xunit.Sdk.XunitException(e.Message));
        Assert.Equal(Words(after), Words(before));
        Assert.Equal(before.Split(' '), CommandLine.Masked(before.Split(' ')).ToArray());
    }

    [Theory]
    [InlineData("run --as-of 1 x", "run changes things, and takes no --as-of: the past cannot be changed", 125)]
    [InlineData("--as-of 1 run x", "run changes things, and takes no --as-of: the past cannot be changed", 125)]
    [InlineData("rm --occurred x", "rm changes things, and takes no --occurred: the past cannot be changed", 125)]
    [InlineData("pull --proof-line x", "pull changes things, and takes no --proof-line: ledger prove has the proofs of events", 125)]
    [InlineData("--as-of 1 top x", "top takes no --as-of: it shows processes of now, and the ledger does not have those of the past", 125)]
    [InlineData("--as-of 1 --version", "version takes no --as-of: it tells of the programs that are installed now", 125)]
    [InlineData("--occurred --as-of", "flag needs an argument: --as-of", 125)]
    [InlineData("--as-of 1 nosuch", "'nosuch' is not an eventdock command (see 'eventdock --help')", 1)]
    [InlineData("--as-of 1 --foo", "unknown flag: --foo", 125)]
    [InlineData("--occurred=x ps", "invalid argument \"x\" for \"--occurred\" flag: strconv.ParseBool: parsing \"x\": invalid syntax", 125)]
    public void What_has_no_past_is_refused_in_a_sentence(string line, string message, int code) =>
        Assert.Equal((message, code), Refused(line.Split(' ')));

    [Fact]
    public void A_secret_is_masked_where_a_flag_stands_before_the_verb() =>
        Assert.DoesNotContain("s3cr3t", string.Join(' ', CommandLine.Masked(["--as-of", "1", "run", "-e", "A=s3cr3t", "x"])));

    /// <summary>Verbs with random supported flags and any words as values and arguments.</summary>
    internal static readonly Gen<ParsedArgs> Lines =
        from name in Gen.Elements(Verbs.Names)
        let verb = Verbs.Find(name)!
        from flags in (from flag in Gen.Elements(verb.Flags.Where(f => f.Supported).Append(VerbGrammar.HelpFlag).ToArray())
                       from word in Words
                       from number in Gen.Choose(-9, 99)
                       select flag.Kind switch
                       {
                           FlagKind.Switch => $"--{flag.Long}={(number % 2 == 0 ? "true" : "false")}",
                           FlagKind.Number => $"--{flag.Long}={number}",
                           _ => $"--{flag.Long}={word}",
                       }).ListOf()
        from arguments in Words.ListOf(verb.Arity.Max ?? verb.Arity.Min + 2)
        select FlagGrammar.Parse(verb, [.. flags.Where(f => !f.StartsWith("--help")), "--", .. arguments])
            .IfLeft(e => throw new Xunit.Sdk.XunitException(e.Message));

    private static readonly Gen<string> Words = Gen.OneOf(
        Gen.Elements("", "-", "--", "-e", "--env=A=b", "@file", "[diagram]", "[suggest]", "a b", "a:b", "=", "a=b=c", "\"q\"", "\n", "é", "--help",
            "-h", "-?", "/?", "--version", "ps", "-it", "true", "\\"),
        ArbMap.Default.GeneratorFor<NonNull<string>>().Select(s => s.Get));

    private static bool Same(ParsedArgs a, ParsedArgs b) => a.Canonical().SequenceEqual(b.Canonical());

    [Fact]
    public void The_canonical_form_reads_back_as_the_same() =>
        Prop.ForAll(
            Arb.From(Lines),
            line => CommandLine.Read(line.Canonical()).Match(
                Right: r => r is Request.Invoke again && Same(line, again.Args), Left: _ => false))
            .QuickCheckThrowOnFailure();

    [Fact]
    public void What_System_CommandLine_hands_to_a_verb_is_what_docker_s_grammar_has_read() =>
        Prop.ForAll(
            Arb.From(Lines),
            line =>
            {
                ParsedArgs? seen = null;
                var root = CommandTree.Build(Handlers((args, _) => { seen = args; return Task.FromResult(7); }), line.Verb.Name);
                var read = root.Parse(line.Guarded(), CommandTree.Parser);
                var code = read.Errors.Count > 0 ? -1 : read.Invoke();
                return (code == 7 && seen is not null && Same(line, seen))
                    .Label($"{string.Join('|', line.Canonical())} gave {code} {read} {string.Join(" ", read.Errors.Select(e => e.Message))} {string.Join('|', seen?.Canonical() ?? [])}");
            })
            .QuickCheckThrowOnFailure();

    private static string HelpOf(params string[] words)
    {
        var request = CommandLine.Read(words).IfLeft(e => throw new Xunit.Sdk.XunitException(e.Message));
        var root = CommandTree.Build(Handlers((_, _) => throw new Xunit.Sdk.XunitException("ran")), request.VerbName);
        using var output = new System.IO.StringWriter();
        Assert.Equal(0, root.Parse(request.Words, CommandTree.Parser).Invoke(new() { Output = output, Error = output }));
        return output.ToString();
    }

    [Fact]
    public void Help_names_every_verb_and_the_flags_that_work()
    {
        var help = HelpOf("--help");
        Assert.All(Verbs.Names, name => Assert.Contains($"\n  {name} ", help));
        var run = HelpOf("run", "--help");
        Assert.All(["--detach", "-e, --env", "--network none|host", "Make a container of an image"], part => Assert.Contains(part, run));
        Assert.All(["--publish", "--net n", "--version", "-h, --help"], part => Assert.DoesNotContain(part, run));
        Assert.Contains("\n  url ", HelpOf("db"));
        Assert.All(["inspect", "ls", "prune", "rm", "save"], word => Assert.Contains($"\n  {word} ", HelpOf("image")));
        Assert.StartsWith("\nUsage:  eventdock run [OPTIONS] IMAGE [COMMAND] [ARG...]\n", run);
        Assert.DoesNotContain("--build-arg", HelpOf("build", "--help"));
    }

    internal static IReadOnlyDictionary<string, Func<ParsedArgs, CancellationToken, Task<int>>> Handlers(
        Func<ParsedArgs, CancellationToken, Task<int>> handler) => Verbs.Names.ToDictionary(n => n, _ => handler);
}
