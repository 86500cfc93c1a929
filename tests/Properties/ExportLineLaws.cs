namespace EventDock.Tests.Properties;

using System.Text;
using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;
using FsCheck;
using FsCheck.Fluent;
using static EventDock.Tests.Properties.CodecSamples;
using static EventDock.Tests.Properties.Laws;

/// <summary>The lines of an export: what is written is read back, and what has been changed is refused or is something else.</summary>
public sealed class ExportLineLaws
{
    private static readonly Gen<string> Text = Gen.Elements("layer-1", "é", "\"", "\\u0000", "\u0001\n", "𝄞", "", "a b", "\u2028");

    private static readonly Gen<TreeHash> Hashes = Gen.Choose(0, int.MaxValue).Select(n => MerkleTree.Leaf($"{n}"));

    private static readonly Gen<DateTimeOffset> Times =
        from micros in Gen.Choose(0, int.MaxValue)
        from years in Gen.Choose(-30, 200)
        select new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero).AddYears(years).AddTicks(micros * 10L);

    private static readonly Gen<LeafFields> Leaves =
        from position in Gen.Elements(1L, 7L, 1L << 40)
        from stream in Text
        from version in Gen.Choose(1, 1000)
        from type in Text
        from schema in Gen.Choose(0, 3)
        from occurred in Times
        from recorded in Times
        from correlation in Text
        from headers in Hashes
        from data in Hashes
        select new LeafFields(
            position, new Guid(MerkleTree.Leaf(stream + position).ToArray()[..16]), stream, version, type, schema, occurred, recorded,
            correlation, headers.ToString(), data.ToString());

    private static readonly Gen<SaltedPart> Parts =
        from salt in Hashes
        from name in Text
        from value in Text
        from number in Gen.Choose(-5, 5)
        select new SaltedPart(
            salt.ToArray()[..SaltedPart.SaltLength],
            Right(CanonicalJson.Of(
                $"{{{CanonicalJson.Quoted("b" + name)}:[{number},{{\"z\":null,\"a\":{CanonicalJson.Quoted(value)}}}],\"a\":true}}")));

    private static readonly Gen<ExportTrailer> Trailers =
        from before in Hashes.ListOf()
        from chain in Hashes
        from chainBefore in Hashes
        from root in Hashes
        from foreign in Gen.Choose(10, 20).ListOf()
        select new ExportTrailer(
            before.ToSeq(), chain, chainBefore,
            new SignedCheckpoint(
                new Checkpoint("eventdock/é", 9, root),
                new Note(
                    $"eventdock/é\n9\n{root.Base64}\n", Seq1(new NoteSignature("eventdock/é", "01234567", chain.ToArray())))),
            foreign.Distinct().Order().Select(p => (long)p).ToArray().ToSeq(), 10, 20);

    [Fact]
    public void A_leafs_line_is_read_back() =>
        Holds(Leaves, leaf => Right(LeafFields.Parse(Bytes(leaf.Line))) == leaf);

    [Fact]
    public void A_leafs_line_with_a_byte_changed_is_refused_or_is_another_leafs() => Holds(
        Changed(Leaves, leaf => leaf.Line),
        x => LeafFields.Parse(x.Bytes).Match(
            Left: _ => true, Right: read => read != x.Was && Bytes(read.Line).AsSpan().SequenceEqual(x.Bytes)));

    [Theory]
    [InlineData("\"position\":7", "\"position\":7.0")]
    [InlineData("\"position\":7", "\"position\":0")]
    [InlineData("\"position\":7", "\"position\":99999999999999999999")]
    [InlineData("\"schema\":1", "\"schema\":-1")]
    [InlineData("\"schema\":1", "\"schema\":1,\"schema\":1")]
    [InlineData("\"stream\":\"s\"", "\"stream\":\"\\u0073\"")]
    [InlineData("\"stream\":\"s\"", "\"stream\":\"\\u0000\"")]
    [InlineData("\"stream\":\"s\"", "\"stream\":\"\\ud800\"")]
    [InlineData("\"stream\":\"s\"", "\"stream\":null")]
    [InlineData("\"type\":\"t\"", "\"type\": \"t\"")]
    [InlineData("}", "} ")]
    [InlineData("}", "}{}")]
    [InlineData("}", "")]
    [InlineData("\"version\":2", "\"more\":2")]
    [InlineData("05.000000Z", "05Z")]
    [InlineData("05.000000Z", "05.000000+00:00")]
    public void A_leafs_line_in_another_form_is_refused(string form, string other)
    {
        var leaf = new LeafFields(
            7, new Guid(new byte[16]), "s", 2, "t", 1, At(5), At(5), "c", new string('a', 64), new string('b', 64));
        var line = leaf.Line.Replace(form, other, StringComparison.Ordinal);
        Assert.NotEqual(leaf.Line, line);
        Assert.IsType<DomainError.BadExport>(Left(LeafFields.Parse(Bytes(line))));
    }

    [Fact]
    public void A_part_is_read_back() => Holds(
        Parts,
        part => Right(ExportLine.Part("data", Bytes(ExportLine.Of("data", Some(part))))).Exists(
            read => read.Salt.AsSpan().SequenceEqual(part.Salt) && read.Json.AsSpan().SequenceEqual(part.Json) && read.Digest == part.Digest));

    [Fact]
    public void A_redacted_part_is_read_back_and_is_of_its_own_name()
    {
        Assert.True(Right(ExportLine.Part("headers", Bytes(ExportLine.Of("headers", None)))).IsNone);
        Assert.True(ExportLine.Part("data", Bytes(ExportLine.Of("headers", None))).IsLeft);
    }

    [Fact]
    public void A_part_with_a_byte_changed_is_refused_or_has_another_digest() => Holds(
        Changed(Parts, part => ExportLine.Of("data", Some(part))),
        x => ExportLine.Part("data", x.Bytes).Match(
            Left: _ => true, Right: read => read.Exists(part => part.Digest != x.Was.Digest)));

    [Theory]
    [InlineData("{\"a\":1,\"a\":1}")]
    [InlineData("{\"a\":{\"b\":1,\"b\":2}}")]
    [InlineData("{\"\\\\\":[{\"é\":1},{\"é\":1,\"é\":1}]}")]
    [InlineData("{\"a\":\"\\u0000\"}")]
    [InlineData("{\"a\\u0000\":1}")]
    [InlineData("{\"b\":1,\"a\":1}")]
    [InlineData("{\"a\": 1}")]
    [InlineData("{\"a\":1.0}")]
    [InlineData("{\"a\":1e400}")]
    [InlineData("{\"a\":-0}")]
    [InlineData("{\"a\":9007199254740993}")]
    [InlineData("{\"a\":\"\\u0041\"}")]
    [InlineData("{\"a\":\"\\ud800\"}")]
    [InlineData("{\"a\":1}x")]
    [InlineData("{\"a\":1")]
    [InlineData("[1]")]
    public void A_part_that_jsonb_would_give_back_otherwise_is_refused(string json) =>
        Assert.IsType<DomainError.BadExport>(Left(ExportLine.Part("data", Bytes($"[\"data\",\"{new string('0', 32)}\",{json}]"))));

    [Fact]
    public void A_part_of_which_a_text_is_no_UTF_8_is_refused()
    {
        byte[] line = [.. Bytes($"[\"data\",\"{new string('0', 32)}\",{{\"a\":\""), 0xff, .. Bytes("\"}]")];
        Assert.IsType<DomainError.BadExport>(Left(ExportLine.Part("data", line)));
    }

    [Fact]
    public void The_same_name_in_objects_side_by_side_is_no_name_twice()
    {
        var json = "{\"\\\\u0000\":\"\\\\u0000\",\"a\":{\"a\":[{\"a\":1},{\"a\":1}],\"b\":{}},\"b\":1}";
        Assert.True(ExportLine.Part("data", Bytes($"[\"data\",\"{new string('0', 32)}\",{json}]")).IsRight);
    }

    [Fact]
    public void The_last_line_is_read_back() => Holds(
        Trailers,
        trailer => ExportTrailer.Begins(Bytes(trailer.ToString()))
            && Right(ExportTrailer.Parse(Bytes(trailer.ToString()))).ToString() == trailer.ToString());

    [Fact]
    public void The_last_line_with_a_byte_changed_is_refused_or_is_another() => Holds(
        Changed(Trailers, trailer => trailer.ToString()),
        x => ExportTrailer.Parse(x.Bytes).Match(Left: _ => true, Right: read => Bytes(read.ToString()).AsSpan().SequenceEqual(x.Bytes)));

    [Theory]
    [InlineData("\"from\":10", "\"from\":0")]
    [InlineData("\"to\":20", "\"to\":9")]
    [InlineData("\"to\":20", "\"to\":2e1")]
    [InlineData("\"foreign\":[]", "\"foreign\":[12,11]")]
    [InlineData("\"foreign\":[]", "\"foreign\":[21]")]
    [InlineData("\"foreign\":[]", "\"foreign\":null")]
    [InlineData("\"before\":[]", "\"before\":[\"AB\"]")]
    [InlineData("\"checkpoint\":\"", "\"checkpoint\":\"\\n")]
    public void A_last_line_that_cannot_be_is_refused(string was, string now)
    {
        var trailer = Trailers.Sample(1).First() with { Foreign = Seq<long>(), Before = Seq<TreeHash>() };
        var line = trailer.ToString().Replace(was, now, StringComparison.Ordinal);
        Assert.NotEqual(trailer.ToString(), line);
        Assert.IsType<DomainError.BadExport>(Left(ExportTrailer.Parse(Bytes(line))));
    }

    private static Gen<(T Was, byte[] Bytes)> Changed<T>(Gen<T> values, Func<T, string> line) =>
        from value in values
        let bytes = Bytes(line(value))
        from at in Gen.Choose(0, bytes.Length - 1)
        from bit in Gen.Choose(0, 7)
        select (value, bytes.Select((b, i) => i == at ? (byte)(b ^ (1 << bit)) : b).ToArray());

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static DateTimeOffset At(int second) => new(2026, 1, 2, 3, 4, second, TimeSpan.Zero);

    private static DomainError Left<T>(Either<DomainError, T> result) =>
        result.Match(Right: r => throw new Xunit.Sdk.XunitException($"accepted: {r}"), Left: e => e);
}
