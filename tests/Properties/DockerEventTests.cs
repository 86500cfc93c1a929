namespace EventDock.Tests.Properties;

using EventDock.Cli.Output;
using EventDock.Domain.Containers;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;
using EventDock.Projections;
using FsCheck;
using FsCheck.Fluent;
using static EventDock.Tests.Properties.Laws;

/// <summary>The ledger's events in docker's words.</summary>
public sealed class DockerEventTests
{
    private static readonly ContainerId Id = Histories.Ids[0];
    private static readonly DateTimeOffset At = new(2026, 11, 21, 16, 15, 51, TimeSpan.Zero);

    private static readonly Origin Origin = new(
        Guid.NewGuid(), Seq1("eventdock"), new Actor(0, Actor.Unset, null, null, null, null), new Host("h", "b", 1), 1);

    private static Recorded<DockEvent> Recorded(int n, string stream, DockEvent happened) =>
        new(n, stream, n, happened, At, At.AddMicroseconds(123456), Guid.NewGuid(), Origin);

    /// <summary>A container's life in docker's words, without what all of them have.</summary>
    private static string[] Told(params ContainerEvent[] life)
    {
        var face = EventFace.Unknown;
        var told = new List<string>();
        foreach (var (happened, n) in life.Select((e, n) => (e, n)))
        {
            told.AddRange(DockerEvents.Of(Recorded(n + 1, Streams.Container(Id.Value), happened), face, face)
                .Map(e => $"{e.Action} {string.Join(',', e.Attributes.Where(a => a.Key != "image").Select(a => $"{a.Key}={a.Value}"))}"));
            face = face.After(happened);
        }

        return told.ToArray();
    }

    private static readonly ContainerEvent[] Begun =
    [
        new ContainerCreated(Id, "web", "busybox", Histories.D(9).Hex, Histories.Settings),
        new ContainerStartRequested(Id), new ContainerStarted(Id, 7, 70, "boot"),
    ];

    [Fact]
    public void A_stopped_container_has_been_sent_a_signal_and_died_and_is_stopped() => Assert.Equal(
        ["create name=web", "start name=web", "kill name=web,signal=15", "die exitCode=5,name=web", "stop name=web", "destroy name=web"],
        Told([.. Begun, new ContainerSignalled(Id, "TERM", "stop"), new ContainerExited(Id, 5, false), new ContainerRemoved(Id)]));

    [Fact]
    public void A_restart_is_told_after_the_start_that_ends_it() => Assert.Equal(
        ["kill name=web,signal=15", "die exitCode=0,name=web", "stop name=web", "start name=web", "restart name=web", "die exitCode=1,name=web"],
        Told(
            [
                .. Begun, new ContainerSignalled(Id, "TERM", "restart"), new ContainerExited(Id, 0, false),
                new ContainerStartRequested(Id, ContainerStartRequested.Restart), new ContainerStarted(Id, 8, 80, "boot"),
                new ContainerExited(Id, 1, false),
            ])[2..]);

    [Fact]
    public void A_killed_container_dies_and_is_not_stopped() => Assert.Equal(
        ["kill name=web,signal=9", "die exitCode=137,name=web"],
        Told([.. Begun, new ContainerSignalled(Id, "KILL", "kill"), new ContainerExited(Id, 137, false)])[2..]);

    [Fact]
    public void Who_copies_exports_attaches_or_prunes_is_told_of_in_docker_s_words()
    {
        Assert.Equal(
            ["archive-path name=web", "extract-to-dir name=web", "export name=web", "attach name=web"],
            Told(
                [
                    .. Begun, new ContainerCopiedOut(Id, "/x", false), new ContainerCopiedIn(Id, "/x", false), new ContainerExported(Id),
                    new ContainerAttached(Id, true),
                ])[2..]);
        var pruned = DockerEvents.Of(
            Recorded(1, Streams.Prune("x"), new EventDock.Domain.Store.StorePruned("image", 7)), EventFace.Unknown, EventFace.Unknown).Head;
        Assert.Equal("2026-11-21T16:15:51.123456000Z image prune  (reclaimed=7)", EventText.Line(pruned, TimeZoneInfo.Utc));
    }

    [Fact]
    public void A_renamed_container_is_told_of_by_its_new_name() => Assert.Equal(
        ["rename name=db,oldName=/web", "pause name=db", "unpause name=db", "die exitCode=255,name=db"],
        Told([.. Begun, new ContainerRenamed(Id, "db", "web"), new ContainerPaused(Id), new ContainerUnpaused(Id), new ContainerExited(Id, null, false)])[2..]);

    [Fact]
    public void An_exec_is_told_of_with_its_command_line()
    {
        var face = EventFace.Of(Begun);
        var requested = new ExecRequested("e1", Id, Seq("sh", "-c", "exit 3"), "", "/", false, Seq<SecretName>());
        var exec = EventFace.Unknown.After(requested);
        var stream = Streams.Exec(Id.Value, "e1");
        Assert.Equal("exec_create: sh -c exit 3", DockerEvents.Of(Recorded(4, stream, requested), face, EventFace.Unknown).Head.Action);
        Assert.Equal("exec_start: sh -c exit 3", DockerEvents.Of(Recorded(5, stream, new ExecStarted("e1", Id, 9)), face, exec).Head.Action);
        var died = DockerEvents.Of(Recorded(6, stream, new ExecExited("e1", Id, 3)), face, exec).Head;
        Assert.Equal("exec_die e1 3 web busybox", $"{died.Action} {died.Attribute("execID")} {died.Attribute("exitCode")} {died.Attribute("name")} {died.Attribute("image")}");
    }

    [Fact]
    public void A_line_is_docker_s_with_nine_digits_and_its_attributes_by_their_names()
    {
        var e = DockerEvents.Of(Recorded(1, "", new ContainerExited(Id, 5, false)), EventFace.Of(Begun), EventFace.Unknown).Head;
        Assert.Equal(
            $"2026-11-21T16:15:51.123456000Z container die {Id.Value} (exitCode=5, image=busybox, name=web)", EventText.Line(e, TimeZoneInfo.Utc));
        Assert.StartsWith(
            "2026-11-21T18:15:51.123456000+02:00 ",
            EventText.Line(e, TimeZoneInfo.CreateCustomTimeZone("x", TimeSpan.FromHours(2), "x", "x")), StringComparison.Ordinal);
        Assert.Equal(
            $"{{\"status\":\"die\",\"id\":\"{Id.Value}\",\"from\":\"busybox\",\"Type\":\"container\",\"Action\":\"die\",\"Actor\":{{\"ID\":\"{Id.Value}\","
            + "\"Attributes\":{\"exitCode\":\"5\",\"image\":\"busybox\",\"name\":\"web\"}},\"scope\":\"local\",\"time\":1795277751,\"timeNano\":1795277751123456000}",
            EventText.Json(e));
    }

    [Fact]
    public void Images_are_told_of_as_docker_does()
    {
        var hex = Histories.D(1).Hex;
        Assert.Equal("tag sha256:" + hex + " x:1", Image(new ImageTagged("docker.io/library/x:1", hex, null)));
        Assert.Equal($"untag sha256:{hex} sha256:{hex}", Image(new ImageUntagged("docker.io/library/x:1", hex)));
        Assert.Equal($"delete sha256:{hex} sha256:{hex}", Image(new ImageRemoved(hex)));
        Assert.Equal(
            "pull node:6.9.2 node",
            Image(new ImagePulled(hex, "docker.io", "docker.io/library/node:6.9.2", Histories.D(2), "linux/amd64", 1, 1, Histories.Content)));

        static string Image(DockEvent happened)
        {
            var e = DockerEvents.Of(Recorded(1, "", happened), EventFace.Unknown, EventFace.Unknown).Head;
            return $"{e.Action} {e.Id} {e.Attribute("name")}";
        }
    }

    [Theory]
    [InlineData("type=container", true)]
    [InlineData("type=image", false)]
    [InlineData("event=exec_create", true)]
    [InlineData("event=exec_create: sh -c x", true)]
    [InlineData("event=exec", false)]
    [InlineData("container=we", true)]
    [InlineData("container=eb", false)]
    [InlineData("container=bbbb", true)]
    [InlineData("image=busybox", true)]
    [InlineData("image=busy", false)]
    [InlineData("label=k", true)]
    [InlineData("label=k=v", true)]
    [InlineData("label=k=w", false)]
    [InlineData("label=execID", true)]
    public void Filters_take_what_docker_s_take(string filter, bool takes)
    {
        var face = EventFace.Of(Begun) with { Labels = Seq1(new Label("k", "v")) };
        var e = DockerEvents.Of(
            Recorded(4, "", new ExecRequested("e1", Id, Seq("sh", "-c", "x"), "", "/", false, Seq<SecretName>())), face, EventFace.Unknown).Head;
        Assert.Equal(takes, EventDock.Cli.Commands.EventFilterFlags.Parse(Seq1(filter)).Match(Right: f => f.Takes(e), Left: wrong => throw new Xunit.Sdk.XunitException(wrong.ToString())));
    }

    [Theory]
    [InlineData("volume=x")]
    [InlineData("network=x")]
    [InlineData("type=volume")]
    [InlineData("nosuch=x")]
    [InlineData("container")]
    public void A_filter_that_cannot_be_answered_is_refused(string filter) =>
        Assert.True(EventDock.Cli.Commands.EventFilterFlags.Parse(Seq1(filter)).IsLeft);

    [Fact]
    public void Every_kind_that_is_told_of_is_known_to_the_codec() =>
        Assert.All(DockerEvents.Kinds, name => Assert.Contains(EventCodec.Kinds, kind => kind.Name == name));

    [Fact]
    public void What_is_told_of_a_random_ledger_stands_in_the_kinds_that_are_read() => Holds(
        Histories.Logs,
        log => log.ForAll(fact => DockerEvents.Of(Recorded(1, "", fact.Event), EventFace.Unknown, EventFace.Unknown).IsEmpty
            || DockerEvents.Kinds.Exists(name => name == EventCodec.NameOf(fact.Event))));
}
