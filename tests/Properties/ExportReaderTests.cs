namespace EventDock.Tests.Properties;

using System.Text;
using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;
using EventDock.Domain.Roots;
using static EventDock.Tests.Properties.CodecSamples;

/// <summary>An export as a whole: what each line says of the others.</summary>
public sealed class ExportReaderTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    public void What_fits_together_is_taken_foreign_positions_and_redactions_included()
    {
        var reader = new ExportReader();
        var taken = Export(Event(1), Event(2), Event(5, data: false), Event(6, headers: false)).Map(line => Right(reader.Take(Bytes(line))))
            .Where(e => e.IsSome).ToArray();
        Assert.Equal(4, taken.Length);
        Assert.Equal(6, Right(reader.End()).To);
        Assert.Equal(Start.AddSeconds(6), reader.Recorded.IfNone(default(DateTimeOffset)));
        Assert.Equal(4, reader.Tree.Size);
    }

    [Fact]
    public void Foreign_positions_may_stand_at_the_end_and_before_the_first() =>
        Assert.True(Read(Export(Event(3, "root_initialized"), Event(4)), t => t with { To = 6, Foreign = Seq(1L, 2L, 5L, 6L) }).IsRight);

    [Theory]
    [InlineData("not the event before", 3, 2)]
    [InlineData("twice", 2, 2)]
    public void Positions_rise(string what, long second, long third) =>
        Assert.True(Read(Export(Event(1), Event(second), Event(third)), t => t).IsLeft, what);

    [Fact]
    public void Recorded_times_do_not_fall() =>
        Assert.Contains("recorded before", Reason(Read(Export(Event(1), Event(2, recorded: Start)), t => t)), StringComparison.Ordinal);

    [Fact]
    public void The_last_line_is_of_these_events()
    {
        var lines = Export(Event(1), Event(2), Event(4));
        Assert.True(Read(lines, t => t).IsRight);
        Refused(t => t with { From = 2 });
        Refused(t => t with { To = 3 });
        Refused(t => t with { To = 5 });
        Refused(t => t with { To = long.MaxValue });
        Refused(t => t with { Foreign = Seq<long>() });
        Refused(t => t with { Foreign = Seq1(2L) });
        Refused(t => t with { Foreign = Seq(3L, 4L) });
        Refused(t => t with { Before = Seq1(t.Chain) });
        Refused(t => t with { ChainBefore = t.Chain });
        Refused(t => t with { Chain = t.ChainBefore });
        Refused(t => t with { Checkpoint = Signed(2, t.Checkpoint.Checkpoint.Root) });
        Refused(t => t with { Checkpoint = Signed(3, t.Chain) });

        void Refused(Func<ExportTrailer, ExportTrailer> change) => Assert.True(Read(lines, change).IsLeft);
    }

    [Fact]
    public void Any_byte_of_an_export_changed_is_refused_or_changes_its_end()
    {
        var lines = Export(Event(1), Event(3));
        for (var n = 0; n < lines.Count; n++)
        {
            for (var at = 0; at < Bytes(lines[n]).Length; at++)
            {
                var changed = lines.Map(Bytes).ToArray();
                changed[n][at] ^= 1;
                var reader = new ExportReader();
                var taken = changed.Fold(Right<DomainError, Unit>(unit), (before, line) => before.Bind(_ => reader.Take(line).Map(_ => unit)));

                // The signature alone is not looked at here, nor is the checkpoint's name of its log.
                Assert.True(
                    taken.Bind(_ => reader.End()).Match(Left: _ => true, Right: end => n == lines.Count - 1 && end.ToString() != lines[n]),
                    $"line {n} byte {at}");
            }
        }
    }

    [Fact]
    public void An_event_of_a_type_or_schema_that_is_not_known_is_refused()
    {
        Assert.Contains("not known", Reason(Read(Export(Event(1, "a_later_version")), t => t)), StringComparison.Ordinal);
        Assert.Contains("schema 2", Reason(Read(Export(Event(1, schema: 2)), t => t)), StringComparison.Ordinal);
    }

    [Fact]
    public void Headers_that_say_something_else_than_the_line_are_refused_though_their_digest_is_right()
    {
        var headers = Right(CanonicalJson.Of(EventCodec.WriteHeaders(RedactedForm.Headers(1, Start.AddSeconds(-1), Guid.Empty))));
        Assert.Contains("headers", Reason(Read(Export(Event(1, header: headers)), t => t)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_that_was_cut_off_is_told_from_one_that_is_wrong()
    {
        var reader = new ExportReader();
        Assert.Contains("cut off", Reason(reader.Take(Bytes(Export(Event(1))[0][..40]), ended: false)), StringComparison.Ordinal);
        Assert.Contains("cut off", Reason(new ExportReader().End()), StringComparison.Ordinal);
    }

    private static Either<DomainError, ExportTrailer> Read(Seq<string> lines, Func<ExportTrailer, ExportTrailer> change)
    {
        var reader = new ExportReader();
        var last = change(Right(ExportTrailer.Parse(Bytes(lines.Last)))).ToString();
        return lines.Take(lines.Count - 1).Add(last)
            .Fold(Right<DomainError, Unit>(unit), (before, line) => before.Bind(_ => reader.Take(Bytes(line)).Map(_ => unit)))
            .Bind(_ => reader.End());
    }

    /// <summary>The lines of these events, and the last line that is right for them.</summary>
    private static Seq<string> Export(params (LeafFields Leaf, Seq<string> Lines)[] events)
    {
        var (tree, chain) = (new Frontier(), LedgerChain.Start);
        foreach (var (leaf, _) in events)
        {
            tree.Add(MerkleTree.Leaf(leaf.Line));
            chain = LedgerChain.Next(chain, MerkleTree.Leaf(leaf.Line));
        }

        var positions = events.Select(e => e.Leaf.Position).ToArray();
        var foreign = Enumerable.Range(1, (int)positions[^1]).Select(p => (long)p).Except(positions).ToArray().ToSeq();
        return events.SelectMany(e => e.Lines).ToSeq().Add(
            new ExportTrailer(Seq<TreeHash>(), chain, LedgerChain.Start, Signed(tree.Size, tree.Root), foreign, 1, positions[^1]).ToString());
    }

    private static SignedCheckpoint Signed(long size, TreeHash root)
    {
        var checkpoint = new Checkpoint("log", size, root);
        return new SignedCheckpoint(checkpoint, new Note(checkpoint.Text, Seq1(new NoteSignature("log", "01234567", new byte[64]))));
    }

    private static (LeafFields Leaf, Seq<string> Lines) Event(
        long position, string type = "command_refused", int schema = 1, bool headers = true, bool data = true, byte[]? header = null,
        DateTimeOffset? recorded = null)
    {
        var occurred = Start.AddSeconds(position);
        var salt = new byte[SaltedPart.SaltLength];
        DockEvent happened = type == "root_initialized" ? new RootInitialized("r", "h", "b", "1") : new CommandRefused("tag", "r", "t");
        var body = new SaltedPart(salt, Right(CanonicalJson.Of(EventCodec.Write(happened))));
        var top = new SaltedPart(
            salt, header ?? Right(CanonicalJson.Of(EventCodec.WriteHeaders(RedactedForm.Headers(schema, occurred, Guid.Empty)))));
        var leaf = new LeafFields(
            position, Guid.Empty, "s", position, type, schema, occurred, recorded ?? occurred, $"{Guid.Empty:D}", top.Digest, body.Digest);
        return (leaf, Seq(
            leaf.Line, ExportLine.Of("headers", headers ? Some(top) : None), ExportLine.Of("data", data ? Some(body) : None)));
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string Reason<T>(Either<DomainError, T> result) =>
        result.Match(Right: r => throw new Xunit.Sdk.XunitException($"accepted: {r}"), Left: e => Assert.IsType<DomainError.BadExport>(e).Reason);
}
