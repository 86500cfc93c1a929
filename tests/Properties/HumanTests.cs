namespace EventDock.Tests.Properties;

using EventDock.Cli.Output;
using EventDock.Domain.Kernel;
using FsCheck;
using FsCheck.Fluent;

/// <summary>Times, sizes and commands for people; the expected texts are docker 20.10.24's and Go 1.19's.</summary>
public sealed class HumanTests
{
    [Theory]
    [InlineData(-5, "Less than a second")]
    [InlineData(0.9, "Less than a second")]
    [InlineData(1.9, "1 second")]
    [InlineData(59.9, "59 seconds")]
    [InlineData(60, "About a minute")]
    [InlineData(119, "About a minute")]
    [InlineData(120, "2 minutes")]
    [InlineData(3599, "59 minutes")]
    [InlineData(3600, "About an hour")]
    [InlineData(5399, "About an hour")]
    [InlineData(5400, "2 hours")]
    [InlineData(47.4 * 3600, "47 hours")]
    [InlineData(47.5 * 3600, "2 days")]
    [InlineData(13.9 * 86400, "13 days")]
    [InlineData(14 * 86400, "2 weeks")]
    [InlineData(59 * 86400, "8 weeks")]
    [InlineData(60 * 86400, "2 months")]
    [InlineData(729 * 86400, "24 months")]
    [InlineData(730 * 86400, "2 years")]
    [InlineData(40.0 * 365 * 86400, "40 years")]
    public void A_duration_reads_as_docker_says_it(double seconds, string text) =>
        Assert.Equal(text, Human.Duration(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData(0, "0B", "0B")]
    [InlineData(999, "999B", "999B")]
    [InlineData(1000, "1kB", "1kB")]
    [InlineData(1234, "1.23kB", "1.234kB")]
    [InlineData(1015, "1.01kB", "1.015kB")]
    [InlineData(1982701, "1.98MB", "1.983MB")]
    [InlineData(999400, "999kB", "999.4kB")]
    [InlineData(1500000000, "1.5GB", "1.5GB")]
    [InlineData(123456789012, "123GB", "123.5GB")]
    [InlineData(long.MaxValue, "9.22EB", "9.223EB")]
    public void A_size_has_three_digits_and_in_progress_four(long bytes, string size, string progress)
    {
        Assert.Equal(size, Human.Size(bytes));
        Assert.Equal(progress, Human.ProgressSize(bytes));
    }

    [Fact]
    public void A_size_that_rounds_up_to_a_thousand_is_one_of_the_next_unit()
    {
        // docker prints 1e+03kB here, which nobody reads.
        Assert.Equal("1MB", Human.Size(999_900));
        Assert.Equal("1GB", Human.Size(999_999_999));
        Assert.Equal("1000MB", Human.ProgressSize(999_999_999));
    }

    [Fact]
    public void Status_is_told_from_the_state_and_its_times()
    {
        var now = DateTimeOffset.UnixEpoch.AddDays(1);
        Assert.Equal("Up 5 minutes", Human.Status("running", now.AddMinutes(-5), null, null, now));
        Assert.Equal("Exited (137) 2 hours ago", Human.Status("exited", now.AddHours(-9), now.AddHours(-2), 137, now));
        Assert.Equal("Exited (0) Less than a second ago", Human.Status("exited", now, now, 0, now));
        Assert.Equal("Exited (255) About a minute ago", Human.Status("exited", now, now.AddSeconds(-61), null, now));
        Assert.Equal("Created", Human.Status("created", null, null, null, now));
    }

    [Fact]
    public void A_command_is_joined_cut_and_quoted_as_docker_does()
    {
        Assert.Equal("\"/bin/busybox true\"", Human.Command(Seq("/bin/busybox", "true"), cut: true));
        Assert.Equal("\"a b 'c d'\"", Human.Command(Seq("a b", "c d"), cut: true));
        Assert.Equal("\"/bin/busybox sleep …\"", Human.Command(Seq("/bin/busybox", "sleep", "100000"), cut: true));
        Assert.Equal("\"/bin/busybox ls \\x01\\t\\\"…\"", Human.Command(Seq("/bin/busybox", "ls", "\u0001\t\"q\\", "", "x y"), cut: true));
        Assert.Equal("\"/bin/busybox ls \\x01\\t\\\"q\\\\  'x y'\"", Human.Command(Seq("/bin/busybox", "ls", "\u0001\t\"q\\", "", "x y"), cut: false));
        Assert.Equal(
            "\"\ufffdab c\\u202ed\\u0085e😀😀😀😀😀…\"",
            Human.Command(Seq("\ufffdab", "c\u202ed\u0085e" + string.Concat(Enumerable.Repeat("😀", 15))), cut: true));
        Assert.Equal(
            "\"/bin/sh -c 'exec   top -b' sh -c 'echo \\\"a\\nb\\\" é'\"",
            Human.Command(Seq("/bin/sh", "-c", "exec   top -b", "sh", "-c", "echo \"a\nb\" é"), cut: false));
    }

    [Fact]
    public void An_instruction_is_cut_to_45_columns_and_an_id_to_12_digits()
    {
        Assert.Equal(
            "/bin/sh -c #(nop)  ENTRYPOINT [\"/bin/sh\" \"-c…",
            Human.CreatedBy("/bin/sh -c #(nop)  ENTRYPOINT [\"/bin/sh\" \"-c\" \"exec   top -b\"]", cut: true));
        Assert.Equal("0123456789ab", Human.ShortId("sha256:0123456789abcdef"));
        Assert.Equal("<missing>", Human.ShortId("<missing>"));
    }

    [Theory]
    [InlineData("a\0b", "\"a\\x00b\"")]
    [InlineData("\a\b\f\n\r\t\v", "\"\\a\\b\\f\\n\\r\\t\\v\"")]
    [InlineData("\\\"'", "\"\\\\\\\"'\"")]
    [InlineData("é\u00a0\u00ad\u200b\u202e\u0085", "\"é\\u00a0\\u00ad\\u200b\\u202e\\u0085\"")]
    [InlineData("\U0001f600\U000e0001", "\"😀\\U000e0001\"")]
    [InlineData("\u0378x", "\"\\u0378x\"")]
    public void Quoting_is_Gos(string text, string quoted) => Assert.Equal(quoted, GoQuote.Quote(text));

    [Theory]
    [InlineData("plain \\ é 😀 👩‍💻", "plain \\ é 😀 👩‍💻")]
    [InlineData("a\x1b[31mb\u009b31mc\x7f", "a\\x1b[31mb\\x9b31mc\\x7f")]
    [InlineData("x\n\r\ty\0", "x\\n\\r\\ty\\x00")]
    [InlineData("\u202ebidi\u2066\u2028", "\\u202ebidi\\u2066\\u2028")]
    public void What_could_move_a_terminal_is_shown_escaped(string text, string shown) =>
        Assert.Equal(shown, TerminalText.Escape(text));

    [Theory]
    [InlineData("{\"a\":\"é 😀\"}\n", "{\"a\":\"é 😀\"}\n")]
    [InlineData("[\n\"\u202e\u009b\"\n]", "[\n\"\\u202e\\u009b\"\n]")]
    [InlineData("\"😀\U000e0041\"", "\"😀\\udb40\\udc41\"")]
    public void What_could_move_a_terminal_is_escaped_in_JSON_so_that_it_reads_back_the_same(string json, string shown)
    {
        Assert.Equal(shown, TerminalText.EscapeJson(json));
        Assert.Equal(
            System.Text.Json.Nodes.JsonNode.Parse(json)!.ToJsonString(), System.Text.Json.Nodes.JsonNode.Parse(TerminalText.EscapeJson(json))!.ToJsonString());
    }

    [Fact]
    public void Nothing_unfit_is_left_and_fit_text_is_untouched() =>
        Prop.ForAll(
            Arb.From(ArbMap.Default.GeneratorFor<string>().Select(s => s ?? "")),
            text =>
            {
                var shown = TerminalText.Escape(text);
                return shown.All(c => !char.IsControl(c) && c is not (>= '\u202a' and <= '\u202e') and not (>= '\u2066' and <= '\u2069'))
                    && TerminalText.Escape(shown) == shown;
            }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_text_is_never_longer_than_its_columns_and_short_text_stays() =>
        Prop.ForAll(
            Arb.From(from text in ArbMap.Default.GeneratorFor<NonNull<string>>()
                     from columns in Gen.Choose(2, 30)
                     select (Text: text.Get, columns)),
            x => Human.Ellipsis(x.Text, x.columns) is var cut
                && cut.EnumerateRunes().Count() <= Math.Max(x.columns, 1)
                && (cut == x.Text || cut.EndsWith('…')))
            .QuickCheckThrowOnFailure();
}
