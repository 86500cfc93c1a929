namespace EventDock.Tests.Properties;

using System.Text;
using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;
using FsCheck;
using FsCheck.Fluent;
using static EventDock.Tests.Properties.Laws;

/// <summary>What is quick in canonical JSON and in leaves is the same as what is careful.</summary>
public sealed class CanonicalLaws
{
    private static readonly Gen<string> Word = Gen.Elements(
        "", "a", "Id", "Ab", "Schema", "Occurred", "Occurrence", "Occurred2", "é", "\\u00e9", "x\\\"y", "\\n", "€", "\\ud83d\\ude00", "/", "\\/", "\u007f");

    private static readonly Gen<string> Scalar = Gen.OneOf(
        Word.Select(w => $"\"{w}\""),
        Gen.Elements("0", "-0", "1", "-17", "01", "007", "1.0", "1e3", "123456789012345", "1234567890123456", "9007199254740992", "9007199254740993", "-"),
        Gen.Elements("null", "true", "false", "nul", "\"\t\"", "\"\\ud800\"", "\""));

    private static Gen<string> Json(int depth) => depth == 0
        ? Scalar
        : Gen.OneOf(
            Scalar,
            from space in Gen.Elements("", " ", "\n", "  ")
            from members in Gen.Zip(Word, Json(depth - 1)).ListOf()
            select "{" + string.Join("," + space, members.Take(40).Select(m => $"\"{m.Item1}\":{space}{m.Item2}")) + "}",
            from space in Gen.Elements("", " ", "\t")
            from items in Json(depth - 1).ListOf()
            select "[" + string.Join("," + space, items.Take(40)) + "]");

    private static readonly Gen<string> Text =
        from json in Gen.Choose(0, 3).SelectMany(Json)
        from at in Gen.Choose(0, Math.Max(0, json.Length))
        from damage in Gen.Frequency((8, Gen.Constant("")), (1, Gen.Elements(",", "}", "]", "\"", " ", ":", "0")))
        select json.Insert(at, damage);

    /// <summary>A line break before it is nothing to JSON, and all that the short way does not take.</summary>
    [Fact]
    public void The_short_way_and_the_long_way_to_canonical_JSON_lead_to_the_same() => Holds(
        Text,
        json => Same(CanonicalJson.Of(json), CanonicalJson.Of("\n" + json)));

    [Fact]
    public void Names_are_sorted_whether_they_differ_early_or_late() => Holds(
        from names in Gen.Elements("a", "b", "B").ArrayOf().Select(string.Concat).ListOf()
        select names.Distinct().Take(60).ToArray(),
        names => Encoding.UTF8.GetString(Right(CanonicalJson.Of("{" + string.Join(", ", names.Select(n => $"\"{n}\": 1")) + "}")))
            == "{" + string.Join(",", names.Order(StringComparer.Ordinal).Select(n => $"\"{n}\":1")) + "}");

    [Fact]
    public void A_time_is_written_as_ever_and_read_back() => Holds(
        Gen.Choose(-1_000_000_000, 1_000_000_000).Zip(Gen.Choose(0, 99_999_999)),
        x =>
        {
            var micros = (x.Item1 * 1000L * 1_000) + x.Item2;
            var text = new CanonicalText();
            text.Moment(micros);
            var at = new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero).AddTicks(micros * 10);
            return Encoding.UTF8.GetString(text.Written) == Rfc3339.Micros(at) && CanonicalText.Micros(text.Written) == micros;
        });

    [Theory]
    [InlineData("2026-02-29T00:00:00.000000Z")]
    [InlineData("2026-13-01T00:00:00.000000Z")]
    [InlineData("2026-00-01T00:00:00.000000Z")]
    [InlineData("0000-01-01T00:00:00.000000Z")]
    [InlineData("2026-01-01T24:00:00.000000Z")]
    [InlineData("2026-01-01T00:60:00.000000Z")]
    [InlineData("2026-01-01T00:00:60.000000Z")]
    [InlineData("2026-01-01T00:00:00.00000 Z")]
    [InlineData("2026-01-01T00:00:00.0000000Z")]
    [InlineData("2026-01-01T00:00:00.000000+")]
    [InlineData("2026-01-01 00:00:00.000000Z")]
    public void What_is_no_time_is_none(string text) => Assert.Null(CanonicalText.Micros(Encoding.UTF8.GetBytes(text)));

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    public void A_time_beyond_all_years_is_written_as_no_time(long micros)
    {
        var text = new CanonicalText();
        text.Moment(micros);
        Assert.Null(CanonicalText.Micros(text.Written));
    }

    private static readonly Gen<string> Time = Gen.Elements(
        "2026-11-21T07:34:28.201212Z", "2026-11-21T07:34:28.201213Z", "2025-01-01T00:00:00.000000Z", "2026-11-21T07:34:28.2012\\u0031",
        "2026-11-21T07:34:61.201212Z", "2026-11-21T07:34:28.2012\"}Z", "2026-11-21T07:34:28.20121\\n");

    private static readonly Gen<string> Headers = Gen.Zip(Time, Time).SelectMany(t => Gen.Elements(
        $$$"""{"Host": {"Pid": 1}, "Schema": 1, "Occurred": "{{{t.Item1}}}"}""",
        $$$"""{"Host": {"Pid": 2}, "Schema": 1, "Occurred": "{{{t.Item1}}}"}""",
        $$$"""{"Host": {"Pid": 1}, "Schema": 2, "Occurred": "{{{t.Item1}}}"}""",
        $$$"""{"Host": {"Occurred": "{{{t.Item1}}}"}, "Schema": 1, "Occurred": "{{{t.Item2}}}"}""",
        $$$"""{"Schema": 1, "Occurred": "{{{t.Item1}}}", "Host": {"Occurred": "{{{t.Item2}}}"}}""",
        $$$"""{"Schema": 1, "Occurred": "{{{t.Item1}}}", "Line": "{{{t.Item2}}}"}""",
        $$$"""{"Occurred": "{{{t.Item1}}}"}"""));

    [Fact]
    public void A_line_made_after_others_is_the_one_made_by_itself() => Holds(
        Headers.ListOf(),
        all =>
        {
            var used = new LeafLine();
            return all.Select((headers, i) => Made(used, headers, i) == Made(new LeafLine(), headers, i)).ToList().TrueForAll(same => same);
        });

    private static string Made(LeafLine line, string headers, int at)
    {
        var salt = new byte[at % 7 == 6 ? 0 : 16];
        System.Array.Fill(salt, (byte)at);
        var stored = new StoredEvent
        {
            Position = at, Id = Guid.Empty, Stream = "s"u8, Version = 1, Type = "t"u8, Correlation = "c"u8, Recorded = 0,
            Data = "{}"u8, Headers = Encoding.UTF8.GetBytes(headers),
        };
        return line.Make(stored, salt, salt) ? Encoding.UTF8.GetString(line.Line) + Encoding.UTF8.GetString(line.Headers) : "none";
    }

    private static bool Same(Either<DomainError, byte[]> one, Either<DomainError, byte[]> other) => one.Match(
        Right: a => other.Match(Right: b => a.AsSpan().SequenceEqual(b), Left: _ => false),
        Left: _ => other.IsLeft);

    private static byte[] Right(Either<DomainError, byte[]> result) =>
        result.Match(Right: r => r, Left: e => throw new Xunit.Sdk.XunitException(e.ToString()));
}
