namespace EventDock.Tests.Properties;

using EventDock.Cli.Output;
using EventDock.Domain.Containers;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;
using EventDock.Projections;

/// <summary>Events in words.</summary>
public sealed class SentenceTests
{
    private static readonly DateTimeOffset At = new(2026, 11, 22, 14, 5, 0, TimeSpan.Zero);
    private static readonly string Hex = string.Concat(Enumerable.Repeat("3f1c", 16)), Other = string.Concat(Enumerable.Repeat("9ab2", 16));
    private static readonly ContainerId Id = ContainerId.Parse(new string('c', 64)).Match(Right: id => id, Left: _ => throw new InvalidOperationException());

    private static readonly ContainerSettings Settings = new(
        Seq<string>(), Seq("sh", "-c", "sleep 10"), "/", "", Id.Short, "none", false, false, false, Seq<SecretName>(), null);

    [Fact]
    public void Every_event_of_the_codec_has_a_sentence()
    {
        foreach (var kind in EventCodec.Kinds)
        {
            var sample = CodecSamples.All.Single(s => s.File == $"{kind.Alias}.v{kind.Schema}").Event;
            Assert.NotEqual("", LogSentence.Of(Recorded(sample, "run")));
            Assert.NotEqual("", LogSentence.Of(Recorded(sample), new ContainerThen("web", At)));
            Assert.Contains("a secret", LogSentence.Of(Recorded(new DataRedacted(kind)) with { Redaction = new Redaction(null, 7, "a secret", Actor()) }));
        }
    }

    [Fact]
    public void A_sentence_says_who_what_from_where_and_how_long_it_took()
    {
        Says("uid 0 moved web:latest from 3f1c3f1c3f1c to 9ab29ab29ab2 (build, 12 s)", new ImageTagged("docker.io/library/web:latest", Other, Hex), "build", 12);
        Says("uid 0 tagged 9ab29ab29ab2 as web:latest (tag)", new ImageTagged("docker.io/library/web:latest", Other, null), "tag");
        Says("uid 0 ran web (busybox, 3f1c3f1c3f1c): sh -c 'sleep 10'", new ContainerCreated(Id, "web", "busybox", Hex, Settings), "run");
        Says("uid 0 created web (busybox, 3f1c3f1c3f1c): sh -c 'sleep 10'", new ContainerCreated(Id, "web", "busybox", Hex, Settings), "create");
        Says("cccccccccccc exited with 137", new ContainerExited(Id, 137, false));
        Assert.Equal(
            "web exited with 137 after 1 min 5 s, out of memory",
            LogSentence.Of(Recorded(new ContainerExited(Id, 137, true)), new ContainerThen("web", At.AddSeconds(-65))));
        Assert.Equal("web ended (code unknown)", LogSentence.Of(Recorded(new ContainerExited(Id, null, false)), new ContainerThen("web", At.AddSeconds(9))));
    }

    [Fact]
    public void Whose_headers_are_redacted_is_somebody()
    {
        var recorded = Recorded(new ContainerRenamed(Id, "web", "old"));
        Assert.Equal(
            "somebody renamed old to web (headers redacted by uid 0 at #9: a name)",
            LogSentence.Of(recorded with
            {
                Origin = RedactedForm.Headers(1, At, recorded.Origin.Command).Origin,
                Redaction = new Redaction(9, null, "a name", Actor()),
            }));
    }

    private static void Says(string sentence, DockEvent happened, string verb = "", int seconds = 0) =>
        Assert.Equal(sentence, LogSentence.Of(Recorded(happened, verb, seconds)));

    private static Actor Actor() => new(0, Domain.Kernel.Actor.Unset, null, null, null, null);

    private static Recorded<DockEvent> Recorded(DockEvent happened, string verb = "", int seconds = 0) => new(
        1, "stream", 1, happened, At, At, Guid.CreateVersion7(),
        new Origin(Guid.CreateVersion7(At.AddSeconds(-seconds)), verb.Length == 0 ? Seq1("eventdock") : Seq("eventdock", verb, "x"), Actor(), new Host("h", "b", 1), 1));
}
