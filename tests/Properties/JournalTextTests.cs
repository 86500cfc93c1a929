namespace EventDock.Tests.Properties;

using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;

public sealed class JournalTextTests
{
    private static readonly ContainerId Container = Histories.Ids[0];

    private static readonly Origin Origin = new(
        Guid.Parse("01a1fd30-d80e-71f6-9ebf-d542def00500"), Seq("eventdock", "stop", "a\"b\n"),
        new Actor(0, Actor.Unset, null, "/bin/sh", null, null), new Host("host", "boot", 7), 1);

    private static readonly ProcessIdentity Process = new(12, long.MaxValue, "boot");

    private static readonly DateTimeOffset At = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    public void Entries_read_back_as_they_were_written()
    {
        var entries = Seq(
            new JournalEntry(Guid.NewGuid(), Origin, At, Process, new ContainerSignalled(Container, "TERM", "stop")),
            new JournalEntry(Guid.NewGuid(), Origin, At, Process, new ContainerExited(Container, null, true)),
            new JournalEntry(Guid.NewGuid(), Origin, At, null, new ContainerRemoved(Container)));
        var read = JournalText.Read("j", Lines(JournalText.Command(Origin, At) + string.Concat(entries.Map(JournalText.Entry))));
        Assert.Equal(entries.Map(Shown), read.IfLeft(_ => Seq<JournalEntry>()).Map(Shown));
    }

    [Theory]
    [InlineData("")]
    [InlineData("garbage")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"Command\":5}")]
    [InlineData("{\"Command\":null}")]
    [InlineData("{\"Command\":{}}")]
    [InlineData("{\"By\":\"01a1fd30-d80e-71f6-9ebf-d542def00501\"}")]
    [InlineData("{\"By\":\"01a1fd30-d80e-71f6-9ebf-d542def00500\"}")]
    [InlineData("{\"By\":7}")]
    public void What_is_no_entry_is_refused_with_its_line(string line)
    {
        var read = JournalText.Read("/root/journal", Lines(JournalText.Command(Origin, At) + line + "\n"));
        Assert.Equal(
            ("/root/journal", 2),
            read.Match(Right: _ => ("", 0), Left: e => e is DomainError.JournalUnreadable j ? (j.Path, j.Line) : ("", 0)));
    }

    [Theory]
    [InlineData("container_signalled", "container_created")]
    [InlineData("\"Schema\":1", "\"Schema\":\"1\"")]
    [InlineData("\"Schema\":1", "\"Schema\":99")]
    [InlineData("2026-01-02", "yesterday!")]
    [InlineData("\"Pid\":12", "\"Pid\":1e99")]
    [InlineData("9223372036854775807", "92233720368547758070")]
    [InlineData("\"Data\":{", "\"Data\":[{")]
    public void An_entry_with_a_field_spoilt_is_refused(string was, string isNow)
    {
        var entry = JournalText.Entry(new JournalEntry(Guid.NewGuid(), Origin, At, Process, new ContainerSignalled(Container, "TERM", "stop")));
        Assert.Contains(was, entry, StringComparison.Ordinal);
        Assert.True(JournalText.Read("j", Lines(JournalText.Command(Origin, At) + entry)).IsRight);
        Assert.True(JournalText.Read("j", Lines(JournalText.Command(Origin, At) + entry.Replace(was, isNow, StringComparison.Ordinal))).IsLeft);
    }

    private static Seq<string> Lines(string text) => text.Split('\n')[..^1].ToSeq();

    /// <summary>The origin's command line is a sequence, which records compare as an object.</summary>
    private static string Shown(JournalEntry entry) =>
        $"{entry.Id} {entry.At:O} {entry.Process} {entry.Event} {entry.Origin.Command} {string.Join('|', entry.Origin.Line)} {entry.Origin.Actor} {entry.Origin.Host}";
}
