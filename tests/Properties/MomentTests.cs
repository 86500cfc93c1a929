namespace EventDock.Tests.Properties;

using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;
using FsCheck;
using FsCheck.Fluent;

/// <summary>How moments are written, and what they are refused for.</summary>
public sealed class MomentTests
{
    private static readonly TimeSpan Zone = TimeSpan.FromHours(2);

    /// <summary>Friday afternoon, two hours ahead of UTC.</summary>
    private static readonly DateTimeOffset Now = new(2026, 11, 20, 14, 30, 0, Zone);

    private static readonly LocalClock Clock = new(Now, _ => Seq1(Zone));

    private static Either<DomainError, Moment> Parse(string text, LocalClock? clock = null) => MomentText.Parse("moment", text, clock ?? Clock);

    private static Moment Good(string text) => Parse(text).Match(Right: m => m, Left: e => throw new Xunit.Sdk.XunitException($"{text}: {e}"));

    private static DomainError Bad(string text, LocalClock? clock = null) =>
        Parse(text, clock).Match(Right: m => throw new Xunit.Sdk.XunitException($"{text}: {m}"), Left: e => e);

    private static DateTimeOffset Time(string text) => Assert.IsType<Moment.Time>(Good(text)).Instant;

    [Theory]
    [InlineData("0001-01-01", 9)]
    [InlineData("0001-01-01T00:00:00Z", 0)]
    [InlineData("0001-01-01T00:00:00+14:00", 0)]
    [InlineData("9999-12-31T23:59:59.9999999", -12)]
    [InlineData("9999-12-31T23:59:59.9Z", 0)]
    public void A_time_at_the_calendars_end_is_a_day_short_of_it_in_every_zone(string text, int hours)
    {
        var clock = new LocalClock(Now, _ => Seq1(TimeSpan.FromHours(hours)));
        foreach (var at in Parse(text, clock).ToOption().Choose(m => m is Moment.Time time ? Some(time.Instant) : None).ToSeq()
            + TimeText.Parse(text, Now, _ => TimeSpan.FromHours(hours)).ToSeq())
        {
            Assert.InRange(at.UtcDateTime, DateTime.MinValue.AddHours(23), DateTime.MaxValue.AddHours(-23));
        }
    }

    [Fact]
    public void A_number_is_a_position_with_its_sign_or_without() =>
        Prop.ForAll(
            Arb.From(Gen.Choose(0, int.MaxValue)),
            number => Good($"{number}") == new Moment.At(number) && Good($"#{number}") == new Moment.At(number)
                && Good($"@{{{number}}}") == new Moment.Before(number)).QuickCheckThrowOnFailure();

    [Fact]
    public void An_events_id_is_known_by_its_form()
    {
        var id = Guid.CreateVersion7();
        Assert.Equal(new Moment.Event(id), Good(id.ToString("D")));
        Assert.Equal(new Moment.Event(id), Good($"@{{{id:D}}}"));
    }

    [Theory]
    [InlineData("2026-11-20T12:05:00Z", "2026-11-20T12:05:00.000000Z")]
    [InlineData("2026-11-20T14:05:00+02:00", "2026-11-20T12:05:00.000000Z")]
    [InlineData("2026-11-20T14:05", "2026-11-20T12:05:00.000000Z")]
    [InlineData("2026-11-20 14:05", "2026-11-20T12:05:00.000000Z")]
    [InlineData("2026-11-20 9:05", "2026-11-20T07:05:00.000000Z")]
    [InlineData("2026-11-20 14:05:06.789", "2026-11-20T12:05:06.789000Z")]
    [InlineData("2026-11-20T14", "2026-11-20T12:00:00.000000Z")]
    [InlineData("2026-11-20", "2026-11-19T22:00:00.000000Z")]
    [InlineData("14:05", "2026-11-20T12:05:00.000000Z")]
    [InlineData("9:00", "2026-11-20T07:00:00.000000Z")]
    [InlineData("today 9:00", "2026-11-20T07:00:00.000000Z")]
    [InlineData("today", "2026-11-19T22:00:00.000000Z")]
    [InlineData("yesterday", "2026-11-18T22:00:00.000000Z")]
    [InlineData("yesterday 9:00", "2026-11-19T07:00:00.000000Z")]
    [InlineData("yesterday 23:59:59", "2026-11-19T21:59:59.000000Z")]
    [InlineData("now", "2026-11-20T12:30:00.000000Z")]
    [InlineData("2h ago", "2026-11-20T10:30:00.000000Z")]
    [InlineData("1h30m ago", "2026-11-20T11:00:00.000000Z")]
    [InlineData("90 minutes ago", "2026-11-20T11:00:00.000000Z")]
    [InlineData("1 day ago", "2026-11-19T12:30:00.000000Z")]
    [InlineData("3 days 1 hour ago", "2026-11-17T11:30:00.000000Z")]
    [InlineData("2 weeks ago", "2026-11-06T12:30:00.000000Z")]
    [InlineData("42m", "2026-11-20T11:48:00.000000Z")]
    [InlineData("1.5h", "2026-11-20T11:00:00.000000Z")]
    [InlineData("500ms", "2026-11-20T12:29:59.500000Z")]
    [InlineData("0s ago", "2026-11-20T12:30:00.000000Z")]
    public void Times_are_read_in_the_zone_they_are_typed_in(string text, string utc)
    {
        Assert.Equal(utc, Rfc3339.Micros(Time(text)));
        if (!text.All(char.IsAsciiDigit))
        {
            Assert.Equal(Good(text), Good($"@{{{text}}}"));
        }
    }

    [Theory]
    [InlineData("15:05", "yesterday 15:05")]
    [InlineData("today 15:05", "yesterday 15:05")]
    [InlineData("2026-11-21", null)]
    [InlineData("2026-11-20T15:00:00+02:00", null)]
    public void What_has_not_come_is_refused_with_what_may_have_been_meant(string text, string? instead)
    {
        var error = Assert.IsType<DomainError.MomentToCome>(Bad(text));
        Assert.True(error.At > Now);
        Assert.Equal(instead, error.Instead.MatchUnsafe<string?>(Some: other => other, None: () => null));
        error.Instead.IfSome(other => Time(other));
    }

    [Fact]
    public void A_time_that_came_twice_is_refused_with_both_and_each_of_them_is_taken()
    {
        var twice = new LocalClock(Now, _ => Seq(TimeSpan.FromHours(2), TimeSpan.FromHours(1)));
        var error = Assert.IsType<DomainError.MomentAmbiguous>(Bad("2026-10-25 2:30", twice));
        Assert.Equal((string[])["2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00"], error.Meanings.ToArray());
        Assert.Equal((string[])["2026-10-25T00:30:00.000000Z", "2026-10-25T01:30:00.000000Z"], error.Meanings.Map(Time).Map(Rfc3339.Micros).ToArray());
        Assert.Empty(Assert.IsType<DomainError.MomentAmbiguous>(Bad("2026-03-29 2:30", new LocalClock(Now, _ => Seq<TimeSpan>()))).Meanings);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("#")]
    [InlineData("-1")]
    [InlineData("#-1")]
    [InlineData("1.5")]
    [InlineData("99999999999999999999")]
    [InlineData("@{}")]
    [InlineData("@{1")]
    [InlineData("@{@{1}}")]
    [InlineData("@{99999999999}")]
    [InlineData("24:00")]
    [InlineData("25:00")]
    [InlineData("2026-13-01")]
    [InlineData("2026-02-30")]
    [InlineData("2 fortnights ago")]
    [InlineData("999999999 weeks ago")]
    [InlineData("a..b")]
    [InlineData("a b")]
    [InlineData("ü")]
    public void Rubbish_is_refused(string text) => Assert.IsType<DomainError.Invalid>(Bad(text));

    /// <summary>Of what moments are written with, so that many of them nearly are one.</summary>
    private static readonly Gen<string> Texts =
        from count in Gen.Choose(0, 6)
        from parts in Gen.ArrayOf(
            Gen.OneOf(
                Gen.Elements("@{", "}", "#", "..", " ", "ago", " ago", "yesterday", "today", "now", ":", "-", "T", "Z", "h", "m", "days", "é", "\0", "\ud800"),
                Gen.Choose(0, 99999).Select(n => $"{n}")),
            count)
        select string.Concat(parts);

    [Fact]
    public void Any_text_is_a_moment_or_is_refused_by_an_error() =>
        Prop.ForAll(Arb.From(Texts), text => Parse(text).Match(
            Right: _ => true,
            Left: error => error is DomainError.Invalid or DomainError.MomentToCome or DomainError.MomentAmbiguous)).QuickCheckThrowOnFailure();

    [Fact]
    public void A_bookmarks_name_is_nothing_else() =>
        Prop.ForAll(Arb.From(Texts), text => !MomentText.IsBookmark(text) || Good(text) == new Moment.Marked(text)).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("release-1.2")]
    [InlineData("before_the.update")]
    [InlineData("h")]
    [InlineData("ago1")]
    public void Names_are_bookmarks(string name) => Assert.Equal(new Moment.Marked(name), Good(name));

    [Theory]
    [InlineData("now")]
    [InlineData("yesterday")]
    [InlineData("1st")]
    [InlineData("a b")]
    [InlineData("a..b")]
    [InlineData("")]
    [InlineData("a0a0a0a0-a0a0-a0a0-a0a0-a0a0a0a0a0a0")]
    public void No_bookmark_has_a_name_that_means_something_else(string name)
    {
        Assert.False(MomentText.IsBookmark(name));
        Assert.IsType<DomainError.Invalid>(BookmarkDecider.Decide(new SetBookmark(name, 1), None).Match(Right: _ => null!, Left: e => e));
    }

    [Fact]
    public void A_bookmark_is_set_moved_and_taken_away_once()
    {
        Assert.Equal(Seq1<BookmarkEvent>(new BookmarkSet("b", 3)), Decided(new SetBookmark("b", 3), None));
        Assert.Empty(Decided(new SetBookmark("b", 3), Some(3L)));
        Assert.Equal(Seq1<BookmarkEvent>(new BookmarkSet("b", 4)), Decided(new SetBookmark("b", 4), Some(3L)));
        Assert.Equal(Seq1<BookmarkEvent>(new BookmarkRemoved("b")), Decided(new RemoveBookmark("b"), Some(3L)));
        Assert.Equal(new DomainError.NoSuchBookmark("b"), BookmarkDecider.Decide(new RemoveBookmark("b"), None).Match(Right: _ => null!, Left: e => e));
        Assert.Equal(Some(4L), Seq<BookmarkEvent>(new BookmarkSet("b", 3), new BookmarkRemoved("b"), new BookmarkSet("b", 4))
            .Fold(BookmarkDecider.Decider.Initial, BookmarkDecider.Evolve));

        static Seq<BookmarkEvent> Decided(BookmarkCommand command, Option<long> state) =>
            BookmarkDecider.Decide(command, state).Match(Right: events => events, Left: e => throw new Xunit.Sdk.XunitException($"{e}"));
    }

    [Theory]
    [InlineData("3..7", 3L, 7L)]
    [InlineData("3..", 3L, null)]
    [InlineData("..7", null, 7L)]
    [InlineData("3", 3L, null)]
    [InlineData("..", null, null)]
    public void A_range_has_two_sides_either_of_which_may_be_open(string text, long? after, long? until)
    {
        var range = MomentText.Range("range", text, Clock).Match(Right: r => r, Left: e => throw new Xunit.Sdk.XunitException($"{e}"));
        Assert.Equal(new MomentRange(At(after), At(until)), range);

        static Option<Moment> At(long? position) => position is { } there ? Some<Moment>(new Moment.At(there)) : None;
    }
}
