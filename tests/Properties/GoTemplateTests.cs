namespace EventDock.Tests.Properties;

using System.Text.Json;
using EventDock.Cli.Output;
using EventDock.Domain.Kernel;
using FsCheck;
using FsCheck.Fluent;

/// <summary>Templates of --format. The expected texts are what docker 20.10.24 printed for the same template.</summary>
public sealed class GoTemplateTests
{
    private static readonly TemplateValue.Row Container = TemplateValue.RowOf(
        "*formatter.ContainerContext",
        ("Command", "\"/bin/busybox true\""), ("ID", "856490c9d04f"), ("Image", "textbb:base"), ("Names", "tx6"), ("Ports", "")) with
    {
        Method = new TemplateMethod("Label", key => key == "a" ? "b" : ""),
    };

    private static readonly TemplateValue Document = TemplateValue.Of(
        JsonDocument.Parse(
            """
            {"Id":"897e","State":{"Status":"created","Running":false,"Pid":0},"HostConfig":{"PidsLimit":null,"Memory":0,"Dns":[]},
             "Config":{"Env":["A=b","PATH=/bin"],"Labels":{"x":"1"},"Tty":false},"Mounts":[],"Nets":{"b":{"Ip":"2"},"a":{"Ip":"1"}}}
            """).RootElement,
        name => name is "Labels" or "Nets");

    private static string Shown(string template, TemplateValue value) =>
        GoTemplate.Parse(template).Bind(t => t.Render(value)).Match(Right: s => s, Left: e => ((DomainError.Invalid)e).Reason);

    private static string Shown(string template) => Shown(template, Container);

    [Theory]
    [InlineData("{{.ID}}", "856490c9d04f")]
    [InlineData("{{.Label \"a\"}}|{{.Label \"no\"}}|{{upper (.Label \"a\")}}|{{if .Label \"a\"}}y{{end}}|{{\"a\" | .Label}}", "b||B|y|b")]
    [InlineData("{{.ID | upper | printf \"%.3s\"}}", "856")]
    [InlineData("{{- .Names -}}  y {{/* c */}} z", "tx6y  z")]
    [InlineData("{{range split .Names \"x\"}}<{{.}}>{{end}}", "<t><6>")]
    [InlineData("{{join (split .Names \"x\") \"-\"}}", "t-6")]
    [InlineData("{{eq .Names \"tx6\"}} {{and 1 0}} {{or 0 \"x\"}} {{not 1}} {{lt 1 2}}", "true 0 x false true")]
    [InlineData("{{pad .Names 2 3}}|", "  tx6   |")]
    [InlineData("{{title \"ab cd\"}} {{println 1 2}}{{print \"a\" 1 2 \"b\"}}", "Ab Cd 1 2\na1 2b")]
    [InlineData("{{with .Names}}{{.}}{{end}}{{$x := .ID}}{{$x}}", "tx6856490c9d04f")]
    [InlineData("{{if eq .Names \"a\"}}A{{else if eq .Names \"tx6\"}}B{{else}}C{{end}}", "B")]
    [InlineData("{{slice .ID 0 3}}", "856")]
    [InlineData(
        "{{printf \"%d\" .ID}} {{printf \"%s\"}} {{printf \"%s\" 1 2}} {{printf \"%x\" \"a\"}} {{printf \"%z\" 1}} {{printf \"%5d|%05d|%t|%c|%%\" 1 2 true 65}}",
        "%!d(string=856490c9d04f) %!s(MISSING) %!s(int=1)%!(EXTRA int=2) 61 %!z(int=1)     1|00002|true|A|%")]
    [InlineData("{{printf \"%q|%10s|%-5s|%v\" .ID \"a\" \"b\" .ID}}", "\"856490c9d04f\"|         a|b    |856490c9d04f")]
    [InlineData("{{\"a\\tb`\"}} {{`r\\n`}} {{1.5}} {{true}}", "a\tb` r\\n 1.5 true")]
    [InlineData("{{len .ID}} {{truncate .ID 3}} {{lower \"AB\"}} {{json .ID}}", "12 856 ab \"856490c9d04f\"")]
    [InlineData("{{range $i, $e := split \"a,b\" \",\"}}{{$i}}={{$e}};{{else}}none{{end}}", "0=a;1=b;")]
    [InlineData("{{range split \"\" \",\"}}x{{end}}{{with .Ports}}p{{else}}none{{end}}", "xnone")]
    public void Templates_print_what_docker_prints(string template, string text) => Assert.Equal(text, Shown(template));

    [Theory]
    [InlineData("{{", "template: :1: unclosed action")]
    [InlineData("{{.ID", "template: :1: unclosed action")]
    [InlineData("{{.ID}", "template: :1: bad character U+007D '}'")]
    [InlineData("{{if .ID}}a", "template: :1: unexpected EOF")]
    [InlineData("{{foo .ID}}", "template: :1: function \"foo\" not defined")]
    [InlineData("{{.Label}}", "template: :1:2: executing \"\" at <.Label>: wrong number of args for Label: want 1 got 0")]
    [InlineData("{{.Label \"a\" \"b\"}}", "template: :1:2: executing \"\" at <.Label>: wrong number of args for Label: want 1 got 2")]
    [InlineData("{{.Names \"x\"}}", "template: :1:2: executing \"\" at <.Names>: wrong number of args for Names: want 0 got 1")]
    [InlineData("{{end}}", "template: :1: unexpected {{end}}")]
    [InlineData("{{json}}", "template: :1:2: executing \"\" at <json>: wrong number of args for json: want 1 got 0")]
    [InlineData("{{.Foo}}", "template: :1:2: executing \"\" at <.Foo>: can't evaluate field Foo in type *formatter.ContainerContext")]
    [InlineData("{{range .Foo}}{{end}}", "template: :1:8: executing \"\" at <.Foo>: can't evaluate field Foo in type *formatter.ContainerContext")]
    [InlineData("{{.ID.X}}", "template: :1:5: executing \"\" at <.ID.X>: can't evaluate field X in type string")]
    [InlineData("{{index .ID \"a\"}}", "template: :1:2: executing \"\" at <index .ID \"a\">: error calling index: cannot index slice/array with type string")]
    [InlineData("{{nil}}", "template: :1:2: executing \"\" at <nil>: nil is not a command")]
    [InlineData("a\n {{$x}}", "template: :2: undefined variable \"$x\"")]
    public void Mistakes_have_the_messages_of_Go(string template, string message) =>
        Assert.Equal($"template parsing error: {message}", Shown(template));

    [Theory]
    [InlineData("{{.State.Status}} {{.State.Running}} {{.State.Pid}}", "created false 0")]
    [InlineData("{{.State}}", "{created false 0}")]
    [InlineData("{{.Config.Env}} {{json .Config.Env}} {{index .Config.Env 0}} {{len .Config.Env}}", "[A=b PATH=/bin] [\"A=b\",\"PATH=/bin\"] A=b 2")]
    [InlineData("{{join .Config.Env \",\"}}", "A=b,PATH=/bin")]
    [InlineData("{{range $i, $e := .Config.Env}}{{$i}}={{$e}};{{end}}", "0=A=b;1=PATH=/bin;")]
    [InlineData("{{.Config.Labels.foo}} {{index .Config.Labels \"foo\"}}|{{.Config.Labels}}", "<no value> |map[x:1]")]
    [InlineData("{{range $k, $v := .Nets}}{{$k}}{{$v.Ip}}{{end}}", "a1b2")]
    [InlineData("{{.HostConfig.PidsLimit}} {{json .HostConfig.PidsLimit}} {{.Mounts}} {{json .State}}", "<nil> null [] {\"Status\":\"created\",\"Running\":false,\"Pid\":0}")]
    [InlineData("{{.Id}}{{if .Config.Tty}}y{{else}}n{{end}}", "897en")]
    [InlineData("a\\tb", "a\\tb")]
    [InlineData("{{.Foo}}", "template parsing error: template: :1:2: executing \"\" at <.Foo>: map has no entry for key \"Foo\"")]
    [InlineData("{{.State.Foo}}", "template parsing error: template: :1:8: executing \"\" at <.State.Foo>: map has no entry for key \"Foo\"")]
    [InlineData("{{.HostConfig.Foo.Bar}}", "template parsing error: template: :1:13: executing \"\" at <.HostConfig.Foo.Bar>: map has no entry for key \"Foo\"")]
    [InlineData("{{index .Config.Env 99}}", "template parsing error: template: :1:2: executing \"\" at <index .Config.Env 99>: error calling index: index out of range: 99")]
    public void A_document_is_walked_as_inspect_does(string template, string text) => Assert.Equal(text, Shown(template, Document));

    private static readonly RowFormat Format = new(
        "{{.ID}}\\t{{.Image}}\\t{{.Names}}",
        [("ID", "CONTAINER ID"), ("Image", "IMAGE"), ("Names", "NAMES"), ("Ports", "PORTS")]);

    private static string Listed(string? format) =>
        Format.Render(format, Seq1(Container), row => row).Match(Right: s => s, Left: e => ((DomainError.Invalid)e).Reason);

    [Fact]
    public void A_list_is_dockers_columns_unless_it_is_told_otherwise()
    {
        const string columns = "CONTAINER ID   IMAGE         NAMES\n856490c9d04f   textbb:base   tx6\n";
        Assert.Equal(columns, Listed(null));
        Assert.Equal(columns, Listed(""));
        Assert.Equal(columns, Listed("table"));
        Assert.Equal("CONTAINER ID   PORTS\n856490c9d04f   \n", Listed("table {{.ID}}\\t{{.Ports}}"));
        Assert.Equal("CONTAINER ID  CONTAINER ID\n856490C9D04F  856\n", Listed("table {{upper .ID}}  {{truncate .ID 3}}"));
        Assert.Equal("CONTAINER ID 12\n\"856490c9d04f\" 12\n", Listed("table {{.ID | json}} {{len .ID}}"));
        Assert.Equal("tx6 \t\n x\n", Listed(" {{.Names}} \\t\\n x"));
        Assert.Equal("plain\n", Listed("plain"));
        Assert.Equal(Container.Json() + "\n", Listed("json"));
        Assert.Contains("can't evaluate field Foo", Listed("table {{.Foo}}"));
    }

    [Fact]
    public void A_long_list_keeps_its_order_and_its_first_mistake()
    {
        var many = Enumerable.Range(0, 5003).ToSeq();
        static TemplateValue.Row Row(int n) => n == 4000 ? TemplateValue.RowOf("x", ("Names", $"{n}")) : TemplateValue.RowOf("x", ("ID", $"{n}"), ("Names", $"{n}"));
        Assert.Equal(string.Concat(many.Map(n => $"{n}\n")), Format.Render("{{.Names}}", many, Row).IfLeft(e => e.ToString()));
        Assert.Contains("can't evaluate field ID", Format.Render("{{.ID}}", many, Row).Match(Right: s => s, Left: e => e.ToString()));
    }

    [Fact]
    public void A_cell_cannot_break_its_line_or_reach_the_terminal()
    {
        var row = TemplateValue.RowOf("x", ("ID", "a\nb\tc\x1b[31m"), ("Image", ""), ("Names", "n"), ("Ports", ""));
        var text = Format.Render(null, Seq1(row), r => r).IfLeft(e => throw new Xunit.Sdk.XunitException(e.ToString()));
        Assert.Equal(2, text.Count(c => c == '\n'));
        Assert.DoesNotContain('\x1b', text);
        Assert.DoesNotContain('\u009b', TemplateValue.Of("\u009b\u202e").Json());
    }

    [Fact]
    public void Whatever_is_given_as_a_template_is_rendered_or_refused() =>
        Prop.ForAll(
            Arb.From(Gen.Elements(
                "{{", "}}", "{{-", "-}}", " ", "\n", ".ID", ".", "$", "$x", ":=", "=", "|", "(", ")", "if", "else", "end", "range", "with", "json",
                "printf", "\"%d\"", "\"", "'", "'a'", "`", "1", "-1", "1e9", "nil", "true", "index", "slice", "eq", "and", "len", "pad", ",", "/*", "*/",
                "{{.ID}}", "{{if .ID}}", "{{end}}", "{{else}}", "{{range .Names}}", "{{with .ID}}", "\0", "é", "😀").ListOf()),
            parts =>
            {
                var template = string.Concat(parts);
                return GoTemplate.Parse(template).Bind(t => t.Render(Document)).Match(
                    Right: _ => true, Left: e => e is DomainError.Invalid { Value: var v } && v == template);
            }).QuickCheckThrowOnFailure();

    [Fact]
    public void Text_without_actions_is_itself_and_a_quoted_text_too() =>
        Prop.ForAll(
            Arb.From(ArbMap.Default.GeneratorFor<NonNull<string>>().Select(s => s.Get.Replace("{{", "", StringComparison.Ordinal))),
            text => Shown(text) == text
                && (text.Any(c => char.IsSurrogate(c)) || Shown($"{{{{{GoQuote.Quote(text)}}}}}") == text))
            .QuickCheckThrowOnFailure();
}
