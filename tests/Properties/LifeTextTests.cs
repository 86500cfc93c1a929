namespace EventDock.Tests.Properties;

using System.Text;
using EventDock.Cli.Output;
using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using FsCheck;
using FsCheck.Fluent;
using static EventDock.Tests.Properties.Laws;

/// <summary>What people type for the verbs of a container's life, and what they are shown.</summary>
public sealed class LifeTextTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 16, 30, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("", "16 17")]
    [InlineData("ctrl-p,ctrl-q", "16 17")]
    [InlineData("a", "97")]
    [InlineData("ctrl-@,ctrl-a,ctrl-z", "0 1 26")]
    [InlineData(@"ctrl-[,ctrl-\,ctrl-],ctrl-^,ctrl-_", "27 28 29 30 31")]
    [InlineData("DEL,Z", "127 90")]
    public void Detach_keys_are_read_as_docker_reads_them(string text, string codes) =>
        Assert.Equal(codes, DetachSequence.Parse(text).Match(Right: keys => string.Join(' ', keys.Keys), Left: e => e.ToString()));

    [Theory]
    [InlineData("ctrl-")]
    [InlineData("ctrl-A")]
    [InlineData("ctrl-pp")]
    [InlineData("ab")]
    [InlineData("a,")]
    [InlineData("é")]
    [InlineData("del")]
    public void Detach_keys_that_are_none_are_refused(string text) =>
        Assert.True(DetachSequence.Parse(text).Match(Right: _ => false, Left: e => e is DomainError.Invalid), text);

    [Theory]
    [InlineData("RTMIN", "34")]
    [InlineData("sigrtmin+3", "37")]
    [InlineData("RTMAX-14", "50")]
    [InlineData("SIGRTMAX", "64")]
    [InlineData("37", "37")]
    [InlineData("iot", "ABRT")]
    [InlineData("CLD", "CHLD")]
    [InlineData("SIGPOLL", "IO")]
    [InlineData("15", "TERM")]
    public void A_signal_has_one_name(string text, string name) =>
        Assert.Equal(name, SignalName.Parse(text).Match(Right: n => n, Left: e => e.ToString()));

    [Theory]
    [InlineData("RTMIN+16")]
    [InlineData("RTMIN-1")]
    [InlineData("RTMAX+1")]
    [InlineData("RTMIN+")]
    [InlineData("RTMINX")]
    [InlineData("0")]
    [InlineData("33")]
    [InlineData("65")]
    [InlineData("")]
    public void A_signal_that_is_none_is_refused(string text) => Assert.True(SignalName.Parse(text).IsLeft, text);

    [Theory]
    [InlineData("42m", "2026-11-21T15:48:00.000000Z")]
    [InlineData("1h30m", "2026-11-21T15:00:00.000000Z")]
    [InlineData("1.5h", "2026-11-21T15:00:00.000000Z")]
    [InlineData("10ms", "2026-11-21T16:29:59.990000Z")]
    [InlineData("-1h", "2026-11-21T17:30:00.000000Z")]
    [InlineData("0", "1970-01-01T00:00:00.000000Z")]
    [InlineData("1136073600.000001", "2006-01-01T00:00:00.000001Z")]
    [InlineData("2026-11-21", "2026-11-20T22:00:00.000000Z")]
    [InlineData("2026-11-21T16", "2026-11-21T14:00:00.000000Z")]
    [InlineData("2026-11-21T16:21", "2026-11-21T14:21:00.000000Z")]
    [InlineData("2026-11-21T16:21:03", "2026-11-21T14:21:03.000000Z")]
    [InlineData("2026-11-21T16:21:03.123456789", "2026-11-21T14:21:03.123456Z")]
    [InlineData("2026-11-21T16:21:03Z", "2026-11-21T16:21:03.000000Z")]
    [InlineData("2026-11-21T16:21:03.123456789Z", "2026-11-21T16:21:03.123456Z")]
    [InlineData("2026-11-21T16:21+05:00", "2026-11-21T11:21:00.000000Z")]
    [InlineData("2026-11-21Z", "2026-11-21T00:00:00.000000Z")]
    public void A_moment_is_read_as_docker_s_client_reads_it(string text, string utc) =>
        Assert.Equal(utc, TimeText.Parse(text, Now, _ => TimeSpan.FromHours(2)).Match(Some: Rfc3339.Micros, None: () => "none"));

    [Theory]
    [InlineData("nosuch")]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("10")]
    [InlineData("10x")]
    [InlineData("m")]
    [InlineData("1h 2m")]
    [InlineData("2026-13-01")]
    [InlineData("99999999999999999h")]
    public void A_moment_that_is_none_is_refused_but_for_plain_seconds(string text) =>
        Assert.Equal(text == "10", TimeText.Parse(text, Now, _ => TimeSpan.Zero).IsSome);

    [Fact]
    public void A_paused_container_is_up_and_said_to_be_paused() =>
        Assert.Equal("Up 5 minutes (Paused)", Human.Status("paused", Now.AddMinutes(-5), null, null, Now));

    [Fact]
    public void A_process_table_has_the_rows_of_the_container_alone_and_threads_below_their_process()
    {
        const string text = "UID  PID  CMD\nroot 7    sh -c  a  b\n-    -    thread\nroot 8    other\n-    -    other's thread\n\nroot 9    x\n";
        var table = Right(ProcessTable.Of(text, Seq(7, 9)));
        Assert.Equal(["UID", "PID", "CMD"], table.Titles.AsEnumerable());
        Assert.Equal(
            ["root|7|sh -c a b", "-|-|thread", "root|9|x"], table.Rows.Map(row => string.Join('|', row)).AsEnumerable());
    }

    [Fact]
    public void A_process_table_without_pids_is_refused() =>
        Assert.IsType<DomainError.BadContent>(Left(ProcessTable.Of("CMD\nsh\n", Seq1(7))));

    [Fact]
    public void Whatever_ps_prints_only_rows_of_the_container_s_pids_are_shown() => Holds(
        from lines in Gen.Elements("1 a", "2 b c", "3", "- t", "x y", "", " 2  d ", "1").ListOf()
        select lines,
        lines => ProcessTable.Of("PID CMD\n" + string.Join('\n', lines), Seq(1, 3)).Match(
            Right: table => table.Rows.ForAll(row => row[0] is "1" or "3" or "-") && table.Rows.ForAll(row => row.Count == 2),
            Left: _ => false));

    [Theory]
    [InlineData("", "-ef")]
    [InlineData("aux", "aux")]
    [InlineData("-eo pid,args", "-eo|pid,args")]
    [InlineData("-o pid=PID,args", "-o|pid=PID,args")]
    public void The_words_for_ps_are_split_at_blanks(string given, string words) =>
        Assert.Equal(
            words,
            string.Join('|', Right(ProcessTable.Arguments(given.Length == 0 ? Seq<string>() : given.Split(' ').ToSeq()))));

    [Fact]
    public void A_column_that_only_calls_itself_pid_is_refused() =>
        Assert.IsType<DomainError.Invalid>(Left(ProcessTable.Arguments(Seq("-o", "ppid=PID"))));

    [Fact]
    public void A_log_record_s_time_is_read_to_the_nanosecond_and_shown_as_it_was() => Holds(
        from seconds in Gen.Choose(0, int.MaxValue)
        from nanoseconds in Gen.Choose(0, 999_999_999)
        select (Seconds: (long)seconds, Nanoseconds: nanoseconds),
        at =>
        {
            var text = $"{DateTimeOffset.FromUnixTimeSeconds(at.Seconds):yyyy-MM-dd'T'HH:mm:ss}.{at.Nanoseconds:D9}Z";
            return LogLine.Parse(Encoding.ASCII.GetBytes(text + " stdout F x")).Match(
                Some: line => line.Seconds == at.Seconds && line.Nanoseconds == at.Nanoseconds && line.Timestamp == text,
                None: () => false);
        });

    private static T Right<T>(Either<DomainError, T> result) =>
        result.Match(Right: r => r, Left: e => throw new Xunit.Sdk.XunitException(e.ToString()));

    private static DomainError Left<T>(Either<DomainError, T> result) =>
        result.Match(Right: r => throw new Xunit.Sdk.XunitException($"not refused: {r}"), Left: e => e);
}
