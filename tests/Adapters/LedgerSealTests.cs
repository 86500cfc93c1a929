namespace EventDock.Tests.Adapters;

using System.IO;
using System.IO.Compression;
using System.Text;
using EventDock.Adapters.Postgres;
using EventDock.Adapters.Segments;
using EventDock.Adapters.Signing;
using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;
using EventDock.Engine;
using EventDock.Projections;
using static EventDock.Tests.Adapters.LedgerFacts;
using static EventDock.Tests.Adapters.LedgerFixture;

/// <summary>Events whose rows have been dropped are in their segments, and nothing else about the ledger has changed.</summary>
[Collection(LedgerTests.Name)]
public sealed class LedgerSealTests(LedgerFixture fixture) : IDisposable
{
    /// <summary>More than two members of a segment.</summary>
    private const long Before = 321;

    private static readonly CancellationToken NoCancel = CancellationToken.None;
    private readonly string root = Directory.CreateTempSubdirectory("ed-seal-").FullName;

    private SegmentFiles Files => SegmentFilesAdapter.Create(root);

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public async Task Log_streams_views_proofs_and_export_are_as_they_were()
    {
        var (ledger, ports) = await FilledAsync();
        var open = ports.Ledger;
        var head = open.Head;
        var (log, sums, export) = (await LogAsync(open), await SumsAsync(open, head), await ExportedAsync(ports, head));
        var streams = log.Select(e => e.Stream).Distinct().ToArray();
        var pasts = await PastsAsync(open, streams);
        var proof = Must(await Proofs.Inclusion(ports, 7, NoCancel).ToEither());

        var done = await SealAsync(ports, Before, drop: true);
        Assert.Equal([(1L, Before - 1)], done.Written.Map(s => (s.First, s.Last)).ToArray());
        Assert.Equal(done.Written[0].File, done.Dropped.Single().File);
        Assert.True(done.Written[0].Blocks.Count > 2);
        Assert.Equal(0L, await ledger.AskOneAsync<long>($"select count(*) from eventdock.mt_events where seq_id < {Before}"));
        Assert.Equal(0L, await ledger.AskOneAsync<long>($"select count(*) from eventdock.salts where position < {Before}"));

        Assert.Equal(log, (await LogAsync(open)).Where(e => e.Position <= head));
        Assert.Equal(pasts, await PastsAsync(open, streams));
        Assert.Equal(export[..^1], (await ExportedAsync(ports, head))[..^1]);
        var later = Must(await Proofs.Inclusion(ports, 7, NoCancel).ToEither());
        Assert.Equal((proof.Line, proof.Index), (later.Line, later.Index));
        Assert.Empty((await VerifiedAsync(ports)).Findings);
        Assert.Equal(sums, await SumsAsync(open, head));
        Must(await open.Care.Views.Rebuild(Seq<string>(), _ => { }, NoCancel).ToEither());
        Assert.Equal(sums, await SumsAsync(open, head));
        await open.Care.Close();
    }

    [Fact]
    public async Task Pages_of_the_log_run_from_rows_into_segments()
    {
        var (_, ports) = await FilledAsync();
        var all = await LogAsync(ports.Ledger);
        await SealAsync(ports, Before, drop: true);
        foreach (var query in new[]
                 {
                     Query() with { UntilPosition = Before + 5, Limit = 20 },
                     Query() with { SincePosition = Before - 5, UntilPosition = Before + 5 },
                     Query() with { UntilPosition = 40, Limit = 3 },
                     Query() with { Types = Seq1("ContainerCreated") },
                     Query() with { Prefixes = Seq1("container-") },
                     Query() with { UntilPosition = Before + 1, Limit = 2 },
                     Query() with { SincePosition = 17, UntilPosition = 17 },
                 })
        {
            var expected = all.Where(e => e.Position >= (query.SincePosition ?? 1) && e.Position <= (query.UntilPosition ?? all[0].Position)
                && (query.Types.IsEmpty || e.Event is ContainerCreated) && (query.Prefixes.IsEmpty || e.Stream.StartsWith("container-", StringComparison.Ordinal)))
                .Take(query.Limit ?? int.MaxValue).ToArray();
            Assert.NotEmpty(expected);
            Assert.Equal(expected, (await LogAsync(ports.Ledger, query)).Where(e => e.Position <= all[0].Position));
        }

        await ports.Ledger.Care.Close();
    }

    [Fact]
    public async Task A_stream_all_of_whose_events_are_dropped_goes_on_at_its_version_and_is_not_begun_again()
    {
        var (ledger, ports) = await FilledAsync();
        await SealAsync(ports, ports.Ledger.Head + 1, drop: true);
        var stream = (string)(await ledger.AskAsync("select stream_id from eventdock.sealed where type = 'build_step_completed' order by 1 limit 1"))[0][0]!;
        var version = Must(await ports.Ledger.Store.Past(stream, NoCancel).ToEither()).Version;
        var key = stream["buildstep-".Length..];
        var step = new Domain.Builds.BuildStepCompleted(key, "RUN again", TestLedger.Start, null, null);
        var layer = To(Streams.Layer(Hex("new")), 0, Layer(Hex("new")));

        // Alone it goes the short way, with another the general one.
        foreach (var append in new[] { One(stream, 0, step), new Append(Seq(To(stream, 0, step), layer), Seq<Guard>()) })
        {
            var refused = await ports.Ledger.Store.Append(append, NoCancel).ToEither();
            refused.Match(Right: a => Assert.Fail($"{a}"), Left: e => Assert.IsType<DomainError.Conflict>(e));
        }

        Must(await ports.Ledger.Store.Append(One(stream, version, step), NoCancel).ToEither());
        Assert.Equal(version + 1, Must(await ports.Ledger.Store.Past(stream, NoCancel).ToEither()).Version);
        Assert.Empty((await VerifiedAsync(ports)).Findings);
        await ports.Ledger.Care.Close();
    }

    [Fact]
    public async Task Segments_follow_each_other_and_each_is_an_export_of_its_own()
    {
        var (_, ports) = await FilledAsync();
        await SealAsync(ports, 100, drop: false);
        await SealAsync(ports, 200, drop: true);
        var again = await SealAsync(ports, 200, drop: true);
        Assert.Empty(again.Written + again.Dropped);

        var key = Must(await ports.Key(NoCancel).ToEither());
        var before = new Frontier();
        foreach (var segment in Must(await ports.Ledger.Sealer.All(NoCancel).ToEither()))
        {
            var lines = Lines(segment.File);
            var trailer = Must(ExportTrailer.Parse(Encoding.UTF8.GetBytes(lines[^1])));
            Assert.Equal((segment.First, segment.Last), (trailer.From, trailer.To));
            Assert.Equal(before.Nodes, trailer.Before);
            lines.SkipLast(1).Where((_, n) => n % 3 == 0).ToList().ForEach(line => before.Add(MerkleTree.Leaf(line)));
            Assert.Equal((before.Size, before.Root), (trailer.Checkpoint.Checkpoint.Size, trailer.Checkpoint.Checkpoint.Root));
            Must(trailer.Checkpoint.SignedBy(key, ports.Signer.Check, segment.File));
            Assert.Equal(segment.Digest.Value, Domain.Oci.Digest.Of(File.ReadAllBytes(PathOf(segment.File))).Value);
        }

        Assert.Empty((await VerifiedAsync(ports)).Findings);
        await ports.Ledger.Care.Close();
    }

    [Theory]
    [InlineData("line", "Edited 9", "ColumnChanged *")]
    [InlineData("headers", "Edited 9", "ColumnChanged *")]
    [InlineData("data", "Edited 9", "ColumnChanged *")]
    [InlineData("gone", "Edited 9", "ColumnChanged *")]
    [InlineData("update eventdock.sealed set version = version + 1 where seq_id = 9", "ColumnChanged 9", "ColumnChanged *")]
    [InlineData("update eventdock.sealed set type = 'redacted' where seq_id = 9", "ColumnChanged 9")]
    [InlineData("update eventdock.leaves set line = 'x' where position = 9", "ColumnChanged 9")]
    [InlineData("update eventdock.leaves set recorded = recorded - interval '1 s' where position = 9", "ColumnChanged 9")]
    [InlineData("update eventdock.leaves set hash = sha256(hash) where position = 9", "Edited 9")]
    [InlineData("delete from eventdock.leaves where position = 9", "Missing 9")]
    [InlineData("update eventdock.segments set digest = replace(digest, '1', '2')", "Edited 1", "ColumnChanged *")]
    [InlineData("update eventdock.segments set dropped = false", "Missing *", "ColumnChanged *")]
    [InlineData("delete from eventdock.segments", "Missing *")]
    public async Task Whatever_is_changed_is_found(string change, params string[] expected)
    {
        var (ledger, ports) = await FilledAsync();
        await SealAsync(ports, Before, drop: true);
        if (change.Contains(' ', StringComparison.Ordinal))
        {
            await ledger.AskAsync(change);
        }
        else
        {
            await RepackAsync(ledger, lines => Changed(lines, change, 9));
        }

        var found = (await VerifiedAsync(ports, views: false)).Findings.Map(f => $"{f.Verdict} {f.Position}").Distinct().ToList();
        Assert.NotEmpty(found);
        Assert.All(expected, e => Assert.Contains(found, f => e.EndsWith('*') ? f.StartsWith(e[..^1], StringComparison.Ordinal) : f == e));
        Assert.All(found, f => Assert.Contains(expected, e => e.EndsWith('*') ? f.StartsWith(e[..^1], StringComparison.Ordinal) : f == e));
        await ports.Ledger.Care.Close();
    }

    [Fact]
    public async Task A_file_that_is_damaged_or_gone_is_named_by_all_who_need_it_and_nothing_is_dropped_for_it()
    {
        var (ledger, ports) = await FilledAsync();
        var sealedNow = await SealAsync(ports, Before, drop: false);
        var path = PathOf(sealedNow.Written[0].File);
        var whole = await File.ReadAllBytesAsync(path);
        foreach (var bytes in new[] { null, whole[..(whole.Length / 2)], Flipped(whole), [] })
        {
            File.Delete(path);
            if (bytes is not null)
            {
                await File.WriteAllBytesAsync(path, bytes);
            }

            (await Seal.Run(ports, new SealRequest(Before, Drop: true), _ => { }, NoCancel).ToEither())
                .Match(Right: _ => Assert.Fail("dropped"), Left: e => Assert.IsType<DomainError.SegmentUnreadable>(e));
            Assert.Equal(1, (await VerifiedAsync(ports)).Findings.Single().Position);
            Assert.Equal(0L, await ledger.AskOneAsync<long>("select count(*) from eventdock.sealed"));
        }

        await File.WriteAllBytesAsync(path, whole);
        await SealAsync(ports, Before, drop: true);
        File.Delete(path);
        var log = await ports.Ledger.Log.Read(Query(), _ => unit, NoCancel).ToEither();
        log.Match(Right: _ => Assert.Fail("read"), Left: e => Assert.IsType<DomainError.SegmentUnreadable>(e));
        var verified = await VerifiedAsync(ports);
        Assert.True(verified.Unfolded.IsSome);
        Assert.Equal(Before, verified.Findings.Count);
        Assert.All(verified.Findings, f => Assert.Equal(Verdict.Missing, f.Verdict));
        await ports.Ledger.Care.Close();
    }

    [Fact]
    public async Task What_a_command_that_was_killed_has_left_is_in_nobodys_way()
    {
        var (_, ports) = await FilledAsync();
        Directory.CreateDirectory(PathOf(""));
        var (staged, unnamed) = (PathOf($".{Guid.NewGuid():N}"), PathOf(Segment.NameOf(1, Before - 1, 1)));
        await File.WriteAllTextAsync(staged, "half");
        await File.WriteAllTextAsync(unnamed, "renamed, and no event tells of it");
        await SealAsync(ports, Before, drop: true);
        Assert.False(File.Exists(staged));
        Assert.Empty((await VerifiedAsync(ports)).Findings);
        await ports.Ledger.Care.Close();
    }

    [Fact]
    public async Task Two_at_once_seal_each_range_once()
    {
        var (ledger, ports) = await FilledAsync();
        var second = Ports(await ledger.OpenAsync(ledger.Owner, Files));
        var done = await Task.WhenAll(SealAsync(ports, Before, drop: true), SealAsync(second, Before, drop: true));
        Assert.Equal(1, done.Sum(d => d.Written.Count));
        Assert.Equal(1, done.Sum(d => d.Dropped.Count));
        Assert.Empty((await VerifiedAsync(ports)).Findings);
        await ports.Ledger.Care.Close();
        await second.Ledger.Care.Close();
    }

    [Fact]
    public async Task Rows_are_not_dropped_under_a_rebuild()
    {
        var (ledger, ports) = await FilledAsync();
        await SealAsync(ports, Before, drop: false);
        await using (var source = Npgsql.NpgsqlDataSource.Create(ConnectionString(ledger.Owner)))
        await using (var rebuild = await source.OpenConnectionAsync())
        {
            await using var alone = new Npgsql.NpgsqlCommand($"select pg_advisory_lock({ViewBuild.Lock})", rebuild);
            await alone.ExecuteNonQueryAsync();
            (await Seal.Run(ports, new SealRequest(Before, Drop: true), _ => { }, NoCancel).ToEither())
                .Match(Right: _ => Assert.Fail("dropped"), Left: e => Assert.IsType<DomainError.RebuildRunning>(e));
        }

        await SealAsync(ports, Before, drop: true);
        await ports.Ledger.Care.Close();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_redacted_is_in_no_file_and_every_proof_holds(bool drop)
    {
        var (ledger, ports) = await FilledAsync();
        var done = await SealAsync(ports, Before, drop);
        // Headers of any event may go: their command line is in every one of them.
        var position = (long)(await ledger.AskAsync("select min(position) + 4 from eventdock.leaves"))[0][0]!;
        var leaves = Lines(done.Written[0].File).SkipLast(1).Where((_, n) => n % 3 == 0).ToArray();
        var told = Must(await Redact.Run(
            ports.Ledger, new RedactRequest(Seq1(position), EventParts.Headers, "a name"), () => TestLedger.Start, _ => { }, NoCancel).ToEither());
        Assert.Equal("headers", string.Join(' ', told.Events.Single().Parts));

        var files = Directory.GetFiles(PathOf(""), "*.gz").Select(f => Path.GetFileName(f)!).ToArray();
        Assert.Equal([Segment.NameOf(1, Before - 1, 2)], files);
        var lines = Lines(files[0]);
        Assert.Equal(leaves, lines.SkipLast(1).Where((_, n) => n % 3 == 0));
        Assert.Equal("[\"headers\",null,null]", lines[((position - 1) * 3) + 1]);
        Assert.Equal(1, lines.Count(line => line.EndsWith(",null,null]", StringComparison.Ordinal)));
        Assert.Empty((await VerifiedAsync(ports)).Findings);
        await SealAsync(ports, Before, drop: true);
        Assert.Empty((await VerifiedAsync(ports)).Findings);
        var log = (await LogAsync(ports.Ledger)).Single(e => e.Position == position);
        Assert.NotNull(log.Redaction?.Headers);
        await ports.Ledger.Care.Close();
    }

    [Fact]
    public async Task The_file_of_a_redaction_that_was_cut_off_goes_with_the_next_one()
    {
        var (_, ports) = await FilledAsync();
        await SealAsync(ports, Before, drop: true);
        var cut = ports.Ledger with
        {
            Segments = ports.Ledger.Segments with { Purge = (_, _) => LeftAsync<DomainError, Unit>(new DomainError.RebuildRunning()) },
        };
        var request = new RedactRequest(Seq1(5L), EventParts.Headers, "a name");
        Assert.True((await Redact.Run(cut, request, () => TestLedger.Start, _ => { }, NoCancel).ToEither()).IsLeft);
        Assert.Equal(2, Directory.GetFiles(PathOf(""), "*.gz").Length);

        var other = new RedactRequest(Seq1(Before + 3), EventParts.Headers, "another name");
        Must(await Redact.Run(ports.Ledger, other, () => TestLedger.Start, _ => { }, NoCancel).ToEither());
        Assert.Equal([PathOf(Segment.NameOf(1, Before - 1, 2))], Directory.GetFiles(PathOf(""), "*.gz"));
        Assert.Empty((await VerifiedAsync(ports)).Findings);
        await ports.Ledger.Care.Close();
    }

    private static byte[] Flipped(byte[] whole)
    {
        var bytes = whole.ToArray();
        bytes[200] ^= 1;
        return bytes;
    }

    /// <summary>One event's lines, made into others that are as well formed.</summary>
    private static string[] Changed(string[] lines, string what, long position)
    {
        var at = (int)(position - 1) * 3;
        var changed = lines.ToArray();
        switch (what)
        {
            case "line":
                changed[at] = lines[at].Replace("\"version\":", "\"version\":1", StringComparison.Ordinal);
                break;
            case "headers":
                changed[at + 1] = lines[at + 1].Replace("boot", "tool", StringComparison.Ordinal);
                break;
            case "data":
                changed[at + 2] = lines[at + 2].Replace("\"Id\":\"", "\"Id\":\"0", StringComparison.Ordinal).Replace("\"Key\":\"", "\"Key\":\"0", StringComparison.Ordinal)
                    .Replace("\"Image\":\"", "\"Image\":\"0", StringComparison.Ordinal);
                break;
            default:
                changed[at + 2] = "[\"data\",null,null]";
                break;
        }

        Assert.NotEqual(lines, changed);
        return changed;
    }

    /// <summary>What somebody who may write everywhere does: the file made anew, and listed as it is now.</summary>
    private async Task RepackAsync(TestLedger ledger, Func<string[], string[]> change)
    {
        var name = Segment.NameOf(1, Before - 1, 1);
        var lines = change(Lines(name));
        var events = lines.SkipLast(1).Chunk(3).Select((three, n) => (Position: n + 1L, Lines: three.ToSeq())).ToArray();
        var written = Must(await Files.Write(
            new SegmentRange(1, Before - 1, 1),
            sink =>
            {
                foreach (var (position, three) in events)
                {
                    sink.Event(position, three);
                }

                return RightAsync<DomainError, Unit>(sink.End(lines[^1]));
            },
            NoCancel).ToEither());
        await ledger.AskAsync(
            $"update eventdock.segments set bytes = {written.Bytes}, digest = '{written.Digest}', offsets = array[{string.Join(',', written.Blocks.Map(b => b.Offset))}]");
    }

    private string PathOf(string name) => Path.Combine(root, "segments", name);

    private string[] Lines(string name)
    {
        using var gzip = new GZipStream(File.OpenRead(PathOf(name)), CompressionMode.Decompress);
        using var reader = new StreamReader(gzip);
        return reader.ReadToEnd().TrimEnd('\n').Split('\n');
    }

    private async Task<(TestLedger Ledger, ProofPorts Ports)> FilledAsync()
    {
        var ledger = await fixture.NewAsync();
        var open = await ledger.OpenAsync(ledger.Owner, Files);
        Must(await open.Store.Append(Root("theroot"), NoCancel).ToEither());
        foreach (var append in History(Enumerable.Range(0, 260).Select(n => (n * 7919) % 1009)))
        {
            Must(await open.Store.Append(append, NoCancel).ToEither());
        }

        await open.Care.Close();
        return (ledger, Ports(await ledger.OpenAsync(ledger.Owner, Files)));
    }

    private ProofPorts Ports(OpenLedger open) => new(
        open, SigningAdapter.Create(root, None), CheckpointFilesAdapter.Create(root), LedgerConfig.Empty,
        (_, _, _) => RightAsync<DomainError, Unit>(unit), () => TestLedger.Start);

    private static async Task<Sealings> SealAsync(ProofPorts ports, long before, bool drop) =>
        Must(await Seal.Run(ports, new SealRequest(before, drop), _ => { }, NoCancel).ToEither());

    private static LogQuery Query() => new(Seq<string>(), Seq<string>(), Seq<string>(), null, null, null, null, null);

    private static async Task<List<Recorded<DockEvent>>> LogAsync(OpenLedger open, LogQuery? query = null)
    {
        var all = new List<Recorded<DockEvent>>();
        Must(await open.Log.Read(query ?? Query(), Taken, NoCancel).ToEither());
        return all;

        Unit Taken(Recorded<DockEvent> recorded)
        {
            all.Add(recorded);
            return unit;
        }
    }

    private static async Task<List<(string, StreamPast)>> PastsAsync(OpenLedger open, IEnumerable<string> streams)
    {
        var pasts = new List<(string, StreamPast)>();
        foreach (var stream in streams)
        {
            pasts.Add((stream, Must(await open.Store.Past(stream, NoCancel).ToEither())));
        }

        return pasts;
    }

    private static async Task<Seq<ViewSum>> SumsAsync(OpenLedger open, long at) => Must(await open.Care.Views.Sums(Some(at), NoCancel).ToEither());

    private static async Task<string[]> ExportedAsync(ProofPorts ports, long to)
    {
        var lines = new List<string>();
        Must(await Export.Run(ports, 1, Some(to), Taken, NoCancel).ToEither());
        return lines.ToArray();

        Unit Taken(string line)
        {
            lines.Add(line);
            return unit;
        }
    }

    private static async Task<Verified> VerifiedAsync(ProofPorts ports, bool views = true) => Must(await VerifyLedger.Run(
        new VerifyPorts(ports.Ledger, ports.Signer, ports.Files, 0, "theroot"),
        new VerifyRequest(1, None, None, None, views), _ => { }, NoCancel).ToEither());
}
