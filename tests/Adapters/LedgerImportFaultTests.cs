namespace EventDock.Tests.Adapters;

using System.IO;
using System.Text;
using EventDock.Adapters.Signing;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Domain.Ledger;
using EventDock.Engine;
using EventDock.Projections;
using static EventDock.Tests.Adapters.LedgerFacts;
using static EventDock.Tests.Adapters.LedgerFixture;
using static EventDock.Tests.Adapters.ImportTrial;

/// <summary>What is no whole export leaves the ledger empty.</summary>
[Collection(LedgerTests.Name)]
public sealed class LedgerImportFaultTests(LedgerFixture fixture) : IDisposable
{
    private static readonly CancellationToken NoCancel = CancellationToken.None;

    private readonly string root = Directory.CreateTempSubdirectory("ed-import-").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public async Task An_import_that_is_called_off_or_whose_source_fails_leaves_the_ledger_empty()
    {
        var lines = Bytes(await ExportedAsync(await FilledAsync(fixture), root));
        var copy = await fixture.NewAsync();
        using var called = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => ImportedAsync(copy, new Failing(lines, called.Cancel), null, called.Token));
        await EmptyAsync(copy);
        var failed = await ImportedAsync(copy, new Failing(lines, () => throw new IOException("the disk is gone")), null, NoCancel);
        Assert.Equal("the disk is gone", Assert.IsType<DomainError.FileFailed>(Left(failed)).Reason);
        await EmptyAsync(copy);
        Must(await ImportedAsync(copy, lines));
    }

    [Theory]
    [InlineData("cut within a line")]
    [InlineData("cut behind a line")]
    [InlineData("cut before the last line")]
    [InlineData("nothing")]
    [InlineData("garbage")]
    [InlineData("events swapped")]
    [InlineData("lines swapped")]
    [InlineData("event left out")]
    [InlineData("event left out and said to be foreign")]
    [InlineData("salt changed")]
    [InlineData("data changed")]
    [InlineData("headers redacted")]
    [InlineData("data redacted besides")]
    [InlineData("line changed")]
    [InlineData("chain changed")]
    [InlineData("root changed")]
    [InlineData("longer")]
    [InlineData("huge line")]
    [InlineData("type unknown")]
    public async Task What_is_no_whole_export_leaves_the_ledger_empty(string fault)
    {
        var copy = await fixture.NewAsync();
        var lines = await ExportedAsync(await FilledAsync(fixture), root);
        var bad = Faulty(fault, lines);
        Assert.NotEmpty(Assert.IsType<DomainError.BadExport>(Left(await ImportedAsync(copy, bad))).Reason);
        await EmptyAsync(copy);
        Must(await ImportedAsync(copy, Bytes(lines)));
    }

    private static byte[] Faulty(string fault, string[] lines)
    {
        var changed = lines.ToList();
        switch (fault)
        {
            case "cut within a line":
                return Bytes(lines)[..(Bytes(lines[..4]).Length + 20)];
            case "cut behind a line":
                return Bytes(lines[..4]);
            case "cut before the last line":
                return Bytes(lines[..^1]);
            case "nothing":
                return [];
            case "garbage":
                return Enumerable.Range(0, 100_000).Select(n => (byte)(n * 31 % 251)).ToArray();
            case "events swapped":
                changed.InsertRange(3, lines[6..9]);
                changed.RemoveRange(9, 3);
                break;
            case "lines swapped":
                (changed[4], changed[5]) = (changed[5], changed[4]);
                break;
            case "event left out":
                changed.RemoveRange(6, 3);
                break;
            case "event left out and said to be foreign":
                changed.RemoveRange(6, 3);
                changed[^1] = changed[^1].Replace("\"foreign\":[", "\"foreign\":[3,", StringComparison.Ordinal);
                break;
            case "salt changed":
                changed[2] = changed[2].Replace("[\"data\",\"", "[\"data\",\"0", StringComparison.Ordinal).Remove(20, 1);
                break;
            case "data changed":
                changed[2] = changed[2].Replace("}]", ",\"z\":1}]", StringComparison.Ordinal);
                break;
            case "headers redacted":
                changed[4] = "[\"headers\",null,null]";
                break;
            case "data redacted besides":
                changed[11] = "[\"data\",null,null]";
                break;
            case "line changed":
                changed[3] = changed[3].Replace("\"version\":1", "\"version\":2", StringComparison.Ordinal);
                break;
            case "chain changed":
                changed[^1] = changed[^1].Replace("\"chain\":\"", "\"chain\":\"00", StringComparison.Ordinal).Remove(60, 2);
                break;
            case "root changed":
                changed[^1] = ChangedRoot(changed[^1]);
                break;
            case "longer":
                changed.Add(lines[^1]);
                break;
            case "huge line":
                changed[1] = new string(' ', (64 << 20) + 10);
                break;
            case "type unknown":
                changed[3] = changed[3].Replace("\"type\":\"", "\"type\":\"un", StringComparison.Ordinal);
                break;
        }

        Assert.NotEqual(lines, changed);
        return Bytes(changed.ToArray());
    }

    private static string ChangedRoot(string line)
    {
        var trailer = Must(ExportTrailer.Parse(Encoding.UTF8.GetBytes(line)));
        var (signed, root) = (trailer.Checkpoint, MerkleTree.Leaf("other"));
        var other = signed.Checkpoint with { Root = root };
        return (trailer with { Checkpoint = new SignedCheckpoint(other, signed.Note with { Text = other.Text }) }).ToString();
    }

    /// <summary>Gives all but the end, and then what happens happens.</summary>
    private sealed class Failing(byte[] bytes, Action happens) : MemoryStream(bytes, 0, bytes.Length - 100)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancel = default)
        {
            var read = await base.ReadAsync(buffer, cancel);
            if (read == 0)
            {
                happens();
                cancel.ThrowIfCancellationRequested();
            }

            return read;
        }
    }
}
