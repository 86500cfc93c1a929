namespace EventDock.Tests.Properties;

using System.Text;
using System.Text.Json.Nodes;
using EventDock.Domain.Containers;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Domain.Oci;
using EventDock.Domain.Roots;
using FsCheck;
using FsCheck.Fluent;
using static EventDock.Tests.Properties.CodecSamples;

/// <summary>Events and their JSON, and the one canonical form of it.</summary>
public sealed class CodecLaws
{
    /// <summary>Text as people and hostile images write it; whole, so that it can come back as it was.</summary>
    private static readonly Gen<string> Text =
        Gen.Elements("", "a", "é", "\u0001", "\"", "\\", "\n", "\u2028", "😀", "<&>", " ", "null", "\u007f", "\ufffd").ListOf().Select(string.Concat);

    /// <summary>With what Postgres cannot hold, too.</summary>
    private static readonly Gen<string> Broken =
        Gen.Elements("", "a", "\0", "\ud800", "\udc00", "é", "\ud800\0").ListOf().Select(string.Concat);

    private static readonly Gen<long> Size = Gen.Elements(0L, 1L, (1L << 53) + 1, long.MaxValue, -1L, long.MinValue);
    private static readonly Gen<Digest> Digests = Gen.Choose(0, int.MaxValue).Select(i => Digest.Of(BitConverter.GetBytes(i)));
    private static readonly Gen<ContainerId> Ids = Digests.Select(d => Right(ContainerId.Parse(d.Hex)));

    private static readonly Gen<DateTimeOffset> Times =
        from seconds in Gen.Choose(int.MinValue, int.MaxValue)
        from micros in Gen.Choose(0, 999_999)
        select DateTimeOffset.FromUnixTimeSeconds(seconds).AddMicroseconds(micros);

    [Fact]
    public void Each_event_reads_back_as_written() => Holds(
        Events(Text), e => e == Right(EventCodec.Read(1, EventCodec.KindOf(e).Alias, 1, EventCodec.Write(e))));

    [Fact]
    public void What_cannot_be_stored_is_replaced_once_and_then_stays() => Holds(Events(Broken), e =>
    {
        var stored = EventCodec.Write(e);
        var kind = EventCodec.KindOf(e);
        return stored == EventCodec.Write(Right(EventCodec.Read(1, kind.Alias, 1, stored)))
            && !stored.Contains("\\u0000", StringComparison.Ordinal) && !stored.Contains('\0')
            && CanonicalJson.Of(stored).IsRight;
    });

    [Fact]
    public void Only_what_a_record_is_made_of_is_stored_and_not_what_it_computes()
    {
        var members = JsonNode.Parse(EventCodec.Write(CodecSamples.All.Map(s => s.Event).OfType<ContainerCreated>().Single()))!["Settings"]!.AsObject();
        Assert.False(members.ContainsKey(nameof(ContainerSettings.Arguments)));
        var headers = EventHeaders.Of(new Origin(Guid.Empty, Seq<string>(), new Actor(0, "0", null, null, null, null), new Host("h", "b", 1), 1), 1, default);
        Assert.False(JsonNode.Parse(EventCodec.WriteHeaders(headers))!.AsObject().ContainsKey(nameof(EventHeaders.Origin)));
    }

    [Fact]
    public void Headers_read_back_as_written() => Holds(
        from line in Text.ListOf()
        from login in Gen.Elements("0", "1000", Actor.Unset)
        from name in Gen.Elements<string?>("alice", null)
        from terminal in Text
        from at in Times
        select EventHeaders.Of(
            new Origin(Guid.NewGuid(), line.ToSeq(), new Actor(0, login, null, "/bin/sh", terminal, null) { Name = name }, new Host("h", "b", 9), 3), 3, at),
        headers => headers == Right(EventCodec.ReadHeaders(1, EventCodec.WriteHeaders(headers))));

    [Fact]
    public void Canonical_JSON_of_canonical_JSON_is_itself_and_means_the_same() => Holds(Json(3), node =>
    {
        var once = Right(CanonicalJson.Of(node));
        var text = Encoding.UTF8.GetString(once);
        return once.SequenceEqual(Right(CanonicalJson.Of(text))) && JsonNode.DeepEquals(JsonNode.Parse(node), JsonNode.Parse(text));
    });

    [Fact]
    public void The_order_of_keys_and_the_spacing_do_not_matter() => Holds(
        from keys in Text.ListOf()
        from order in Gen.Choose(0, 1000)
        select (Keys: keys.Distinct().ToList(), order),
        x =>
        {
            var random = new Random(x.order);
            return One(x.Keys, ":", ",").SequenceEqual(One(x.Keys.OrderBy(_ => random.Next()).ToList(), " : ", " ,\n"));

            static byte[] One(List<string> keys, string colon, string comma) => Right(CanonicalJson.Of(
                "{" + string.Join(comma, keys.Select(k => $"{System.Text.Json.JsonSerializer.Serialize(k)}{colon}{k.Length}")) + "}"));
        });

    [Theory]
    [InlineData("1.5")]
    [InlineData("1e3")]
    [InlineData("9007199254740993")]
    [InlineData("\"\\ud800\"")]
    [InlineData("{\"\\ud800\":1}")]
    [InlineData("{")]
    [InlineData("")]
    public void What_has_no_canonical_form_is_refused(string json) =>
        Assert.IsType<DomainError.BadContent>(Left(CanonicalJson.Of(json)));

    [Fact]
    public void RFC_8785s_own_example_of_sorting_and_of_escapes_comes_out_as_printed_there()
    {
        Assert.Equal(
            "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u0080\":\"Control\u007f\",\"ö\":\"Latin Small Letter O With Diaeresis\","
                + "\"€\":\"Euro Sign\",\"😀\":\"Emoji: Grinning Face\",\"\ufb33\":\"Hebrew Letter Dalet With Dagesh\"}",
            Encoding.UTF8.GetString(Right(CanonicalJson.Of(
                """
                { "\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh", "1": "One",
                  "\ud83d\ude00": "Emoji: Grinning Face", "\u0080": "Control\u007f", "\u00f6": "Latin Small Letter O With Diaeresis" }
                """))));
        Assert.Equal("\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"", Encoding.UTF8.GetString(Right(CanonicalJson.Of("\"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/\""))));
    }

    private static Gen<DockEvent> Events(Gen<string> text)
    {
        var texts = text.ListOf().Select(t => t.ToSeq());
        var blob = from media in text from digest in Digests from size in Size select new BlobRef(media, digest, size);
        var secrets = (from name in text from keyed in text select new SecretName(name, keyed)).ListOf().Select(s => s.ToSeq());
        var run =
            from a in texts
            from b in texts
            from c in text
            from labels in (from k in text from v in text select new Label(k, v)).ListOf()
            select new RunConfig(a, b, a, c, c, c.Length == 0 ? null : c, labels.ToSeq(), b, a);
        var content =
            from at in Times
            from config in run
            from t in text
            from size in Size
            from digest in Digests
            from layers in Gen.Choose(0, 3)
            select new ImageContent(
                layers == 0 ? null : at, t, t, t, layers == 1 ? null : t, config,
                Enumerable.Range(0, layers).Select(i => new ImageLayer(t, digest, size)).ToArray().ToSeq(),
                Seq(new HistoryEntry(at, t, null, t, layers == 2), new HistoryEntry(null, t, t, null, true)), size);
        return Gen.OneOf<DockEvent>(
            from a in text from b in text from c in text select (DockEvent)new CommandRefused(a, b, c),
            from a in text from b in text from n in Size select (DockEvent)new RootAdopted(a, b, a, b, n),
            from a in text from d in Digests from b in blob from n in Size select (DockEvent)new LayerCreated(a, null, a, d, b, n),
            from a in text from n in Size select (DockEvent)new LayerCreated(a, a, null, null, null, n),
            from a in text from b in blob from n in Size from d in Digests
            from paths in text.ListOf()
            select (DockEvent)new LayerWritten(
                a, a, 1, 2, 3, n, b, paths.Select((p, i) => new PathChange("A", p, i % 2 == 0, a, n, i % 2 == 0 ? d : null, p)).ToArray().ToSeq(), null),
            from a in text from c in content from n in Size from d in Digests select (DockEvent)new ImagePulled(a, a, a, d, a, n, int.MaxValue, c),
            from a in text from c in content select (DockEvent)new ImageBuilt(a, null, -1, c),
            from a in text from b in text select (DockEvent)new ImageTagged(a, b, a.Length == 0 ? null : b),
            from id in Ids from a in text from t in texts from u in texts from s in secrets from flag in Gen.Elements(true, false)
            select (DockEvent)new ContainerCreated(
                id, a, a, a, new ContainerSettings(t, u, a, a, a, a, flag, !flag, flag, s, flag ? a : null)),
            from id in Ids from a in text from t in texts from n in Size from flag in Gen.Elements(true, false)
            select (DockEvent)new ContainerCreated(
                id, a, a, a, new ContainerSettings(t, t, a, a, a, a, flag, flag, flag, Seq<SecretName>(), null, new ContainerOptions(
                    flag ? a : null, a, null, flag, t, t, t.Map(k => new Label(k, a)).Strict(),
                    t.Map(k => new ContainerMount(k, a, k, a, k, flag, a, !flag)).Strict(), t, a,
                    t.Map(k => new ContainerDevice(k, a, k)).Strict(), flag ? null : a, flag ? n : null, t,
                    t.Map(k => new ContainerUlimit(n, k, n)).Strict(), t, flag, a, null, !flag, t, t, flag ? int.MaxValue : null))),
            from id in Ids from n in Size from a in text select (DockEvent)new ContainerStarted(id, int.MinValue, n, a),
            from id in Ids from code in Gen.Elements<int?>(null, 0, 255) select (DockEvent)new ContainerExited(id, code, code == 0),
            from id in Ids from a in text from t in texts from s in secrets select (DockEvent)new ExecRequested(a, id, t, a, a, true, s, a.Length % 2 == 1),
            from t in Times from a in text from d in Digests
            select (DockEvent)new EventDock.Domain.Builds.BuildStepCompleted(a, a, t, a.Length == 0 ? null : a, a.Length == 0 ? null : d));
    }

    private static Gen<string> Json(int depth)
    {
        var leaf = Gen.OneOf(
            Gen.Elements("null", "true", "false", "0", "-1", "9007199254740992", "-9007199254740992"),
            Text.Select(t => System.Text.Json.JsonSerializer.Serialize(t)));
        return depth == 0
            ? leaf
            : Gen.OneOf(
                leaf,
                Json(depth - 1).ListOf().Select(items => "[" + string.Join(", ", items) + "]"),
                from keys in Text.ListOf()
                from value in Json(depth - 1)
                select "{" + string.Join(" ,", keys.Distinct().Select(k => $"{System.Text.Json.JsonSerializer.Serialize(k)}: {value}")) + "}");
    }

    private static void Holds<T>(Gen<T> inputs, Func<T, bool> law) =>
        Prop.ForAll(Arb.From(inputs), law).QuickCheckThrowOnFailure();
}
