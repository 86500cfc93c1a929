namespace EventDock.Tests.Properties;

using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;

public sealed class LedgerConfigTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    public void Targets_times_and_a_signer_are_read()
    {
        var config = Parse("""
            {"anchor": [{"command": ["/bin/put", "a b"]}, {"file": "/mnt/notes"}], "anchor-events": 5, "anchor-minutes": 7,
             "signer": {"command": ["/bin/sign"], "public-key": "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="}}
            """).IfLeft(e => throw new Xunit.Sdk.XunitException($"{e}")).Ledger;
        Assert.Equal(["/bin/put a b", "/mnt/notes"], config.Anchors.Map(a => a.Name).ToArray());
        Assert.Equal((5L, 7L), (config.Events, config.Minutes));
        Assert.Equal("/bin/sign", config.Signer.Match(Some: s => s.Arguments.Head, None: () => ""));
        Assert.Equal(LedgerConfig.Empty, Parse("{}").Match(Right: c => c.Ledger, Left: _ => throw new Xunit.Sdk.XunitException("refused")));
    }

    [Theory]
    [InlineData("""{"anchor": [{"command": []}]}""", "anchor command")]
    [InlineData("""{"anchor": [{"command": ["put"]}]}""", "anchor command")]
    [InlineData("""{"anchor": [{"file": "notes"}]}""", "anchor file")]
    [InlineData("""{"anchor": [{"file": "/a", "command": ["/b"]}]}""", "anchor")]
    [InlineData("""{"anchor": [{"url": "https://a"}]}""", "anchor")]
    [InlineData("""{"anchor": [{}]}""", "anchor")]
    [InlineData("""{"anchor-events": 0}""", "anchor-events")]
    [InlineData("""{"anchor-minutes": 99999999999}""", "anchor-minutes")]
    [InlineData("""{"signer": {"command": ["/bin/sign"], "public-key": "AAAA"}}""", "signer public-key")]
    [InlineData("""{"signer": {"command": ["/bin/sign"], "public-key": "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=", "x": 1}}""", "signer key")]
    [InlineData("""{"signer": {"command": [], "public-key": "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="}}""", "signer command")]
    public void What_is_wrong_is_named(string json, string what) =>
        Assert.Equal(what, Assert.IsType<DomainError.Invalid>(Error(json)).What);

    [Theory]
    [InlineData("""{"anchor": ["/a"]}""")]
    [InlineData("""{"anchor": "/a"}""")]
    [InlineData("""{"anchor-events": "5"}""")]
    [InlineData("""{"anchor-events": -1}""")]
    [InlineData("""{"signer": "/bin/sign"}""")]
    [InlineData("""{"anchor": [{"file": 1}]}""")]
    public void What_is_of_another_type_is_refused(string json) => Error(json);

    [Theory]
    // size, minutes since done, minutes since tried, head, due?
    [InlineData(0, null, null, 1, true)]
    [InlineData(0, null, null, 0, false)]
    [InlineData(10, 1.0, 1.0, 10, false)]
    [InlineData(10, 1.0, 1.0, 14, false)]
    [InlineData(10, 1.0, 1.0, 15, true)]
    [InlineData(10, 0.5, 0.5, 15, true)]
    [InlineData(10, 1.0, 0.5, 15, false)]
    [InlineData(0, null, 0.5, 15, false)]
    [InlineData(0, null, 1.0, 15, true)]
    [InlineData(10, 6.9, 6.9, 11, false)]
    [InlineData(10, 7.0, 7.0, 11, true)]
    [InlineData(10, 7.0, 7.0, 10, false)]
    [InlineData(10, 7.0, 0.5, 11, false)]
    [InlineData(10, -5.0, -5.0, 11, true)]
    public void It_is_time_after_so_many_events_or_minutes_and_not_right_after_a_failure(
        long size, double? done, double? tried, long head, bool due)
    {
        var config = LedgerConfig.Empty with { Anchors = Seq1<AnchorTarget>(new AnchorTarget.File("/a")), Events = 5, Minutes = 7 };
        var memory = new AnchorMemory("o", size, done is { } d ? Now.AddMinutes(-d) : null, tried is { } t ? Now.AddMinutes(-t) : null);
        Assert.Equal(due, memory.IsDue(config, head, Now));
        Assert.False(memory.IsDue(config with { Anchors = Seq<AnchorTarget>() }, head, Now));
    }

    private static Either<DomainError, EngineConfig> Parse(string json) => EngineConfig.Parse(json);

    private static DomainError Error(string json) => Parse(json).Match(Right: c => throw new Xunit.Sdk.XunitException($"{c}"), Left: e => e);
}
