namespace EventDock.Tests.Adapters;

using System.Diagnostics;
using System.IO;
using EventDock.Adapters.Segments;
using EventDock.Adapters.Signing;
using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;
using EventDock.Domain.Roots;
using EventDock.Engine;
using static EventDock.Tests.Adapters.LedgerFacts;
using static EventDock.Tests.Adapters.LedgerFixture;

/// <summary>What an export holds, and that a shell can check it.</summary>
[Collection(LedgerTests.Name)]
public sealed class LedgerExportTests(LedgerFixture fixture) : IDisposable
{
    private static readonly CancellationToken NoCancel = CancellationToken.None;
    private readonly string root = Directory.CreateTempSubdirectory("ed-export-").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public async Task The_pages_lines_check_an_export_with_bash_sha256sum_xxd_and_openssl_alone()
    {
        var (ledger, ports) = await FilledAsync();
        var lines = Must(await ExportedAsync(ports));
        var leaves = (await ledger.AskAsync("select line from eventdock.leaves order by position")).Select(r => (string)r[0]!).ToArray();
        Assert.Equal(leaves, lines.SkipLast(1).Where((_, n) => n % 3 == 0));
        await File.WriteAllLinesAsync(Path.Combine(root, "export"), lines);
        await File.WriteAllTextAsync(Path.Combine(root, "key"), Must(await ports.Key(NoCancel).ToEither()).Text);

        var said = await CheckAsync();
        Assert.Equal(5, said.Length);
        Assert.Equal((said[0], said[2]), (said[1], said[3]));
        Assert.Contains("Verified Successfully", said[4], StringComparison.Ordinal);

        // One byte of one event's data, and of one line: the page's lines say so.
        foreach (var at in new[] { 5, 6 })
        {
            var changed = lines.ToArray();
            changed[at] = changed[at].Replace("\"version\":1", "\"version\":2", StringComparison.Ordinal).Replace("Id\":\"", "Id\":\"x", StringComparison.Ordinal);
            Assert.NotEqual(lines[at], changed[at]);
            await File.WriteAllLinesAsync(Path.Combine(root, "export"), changed);
            File.Delete(Path.Combine(root, "leaves"));
            var bad = await CheckAsync();
            Assert.True(bad.Length > 5 || bad[0] != bad[1], string.Join('\n', bad));
        }

        await ports.Ledger.Care.Close();
    }

    [Fact]
    public async Task The_same_lines_check_a_segment_that_zcat_unpacks()
    {
        var (ledger, ports) = await FilledAsync();
        await ports.Ledger.Care.Close();
        var sealing = ports with { Ledger = await ledger.OpenAsync(ledger.Owner, SegmentFilesAdapter.Create(root)) };
        var done = Must(await Seal.Run(sealing, new SealRequest(9, Drop: true), _ => { }, NoCancel).ToEither());
        using (var zcat = Process.Start("bash", ["-c", $"zcat {root}/segments/{done.Written[0].File} > {root}/export"]))
        {
            await zcat.WaitForExitAsync();
            Assert.Equal(0, zcat.ExitCode);
        }

        await File.WriteAllTextAsync(Path.Combine(root, "key"), Must(await sealing.Key(NoCancel).ToEither()).Text);
        var said = await CheckAsync();
        Assert.Equal((said[0], said[2]), (said[1], said[3]));
        Assert.Contains("Verified Successfully", said[4], StringComparison.Ordinal);
        await sealing.Ledger.Care.Close();
    }

    [Fact]
    public async Task A_part_says_what_stood_before_it_and_has_the_checkpoint_of_its_own_end()
    {
        var (_, ports) = await FilledAsync();
        var whole = Must(await ExportedAsync(ports));
        var part = Must(await ExportedAsync(ports, 5, 9));
        Assert.Equal(whole[12..27], part[..^1]);
        using var trailer = System.Text.Json.JsonDocument.Parse(part[^1]);
        var export = trailer.RootElement.GetProperty("export");
        Assert.Equal((5, 9, 1), (export.GetProperty("from").GetInt32(), export.GetProperty("to").GetInt32(), export.GetProperty("before").GetArrayLength()));
        var signed = Must(SignedCheckpoint.Parse("note", System.Text.Encoding.UTF8.GetBytes(export.GetProperty("checkpoint").GetString()!)));
        Assert.Equal(9, signed.Checkpoint.Size);
        Assert.Equal(MerkleTree.Root(whole.SkipLast(1).Where((_, n) => n % 3 == 0).Take(9).Select(MerkleTree.Leaf)), signed.Checkpoint.Root);
        Assert.IsType<DomainError.NoSuchPosition>(Left(await ExportedAsync(ports, 5, 100_000)));
        Assert.IsType<DomainError.NoSuchPosition>(Left(await ExportedAsync(ports, 9, 5)));
        await ports.Ledger.Care.Close();
    }

    [Theory]
    [InlineData("update eventdock.mt_events set data = data || '{\"More\":1}' where seq_id = 4")]
    [InlineData("update eventdock.leaves set chain = sha256(chain) where position = 4")]
    [InlineData("delete from eventdock.mt_events where seq_id = 4")]
    [InlineData("delete from eventdock.salts where position = 4")]
    [InlineData("delete from eventdock.leaves where position = 4")]
    public async Task A_ledger_that_somebody_has_changed_is_not_exported(string sql)
    {
        var (ledger, ports) = await FilledAsync();
        await ledger.AskAsync(sql);
        Assert.Equal(4, Assert.IsType<DomainError.LedgerUnreadable>(Left(await ExportedAsync(ports))).Position);
        await ports.Ledger.Care.Close();
    }

    private async Task<(TestLedger Ledger, ProofPorts Ports)> FilledAsync()
    {
        var ledger = await fixture.NewAsync();
        var open = await ledger.OpenAsync(ledger.Owner);
        Must(await open.Store.Append(One(Streams.Root, 0, new RootInitialized("theroot", "host", "boot", "1")), NoCancel).ToEither());
        for (var n = 0; n < 12; n++)
        {
            Must(await open.Store.Append(One(Streams.Layer(Hex($"layer{n}")), 0, Layer(Hex($"layer{n}"))), NoCancel).ToEither());
        }

        Must(await open.Store.Append(Image(Hex("image"), "é \\ \"quoted\"", "two"), NoCancel).ToEither());
        return (ledger, new ProofPorts(
            open, SigningAdapter.Create(root, None), CheckpointFilesAdapter.Create(root), LedgerConfig.Empty,
            (_, _, _) => RightAsync<DomainError, Unit>(unit), () => TestLedger.Start));
    }

    private static async Task<Either<DomainError, string[]>> ExportedAsync(ProofPorts ports, long first = 1, long? last = null)
    {
        var lines = new List<string>();
        var exported = await Export.Run(ports, first, Optional(last), Taken, NoCancel).ToEither();
        return exported.Map(_ => lines.ToArray());

        Unit Taken(string line)
        {
            lines.Add(line);
            return unit;
        }
    }

    private static DomainError Left<T>(Either<DomainError, T> result) =>
        result.Match(Right: r => throw new InvalidOperationException($"{r}"), Left: e => e);

    /// <summary>What the shell lines under "Exports" in docs/verify.md print.</summary>
    private async Task<string[]> CheckAsync([System.Runtime.CompilerServices.CallerFilePath] string here = "")
    {
        var page = await File.ReadAllTextAsync(Path.Combine(Path.GetDirectoryName(here)!, "../../docs/verify.md"));
        var lines = string.Concat(page.Split("\n## Exports\n")[1].Split("```sh\n").Skip(1).Select(block => block.Split("```")[0]));
        using var shell = Process.Start(new ProcessStartInfo("/bin/bash", ["-c", lines]) { WorkingDirectory = root, RedirectStandardOutput = true })!;
        var said = await shell.StandardOutput.ReadToEndAsync();
        await shell.WaitForExitAsync();
        return said.TrimEnd('\n').Split('\n');
    }
}
