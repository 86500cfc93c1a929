namespace EventDock.Adapters.Segments;

using System.IO;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using EventDock.Adapters.Posix;
using EventDock.Domain.Ledger;
using EventDock.Domain.Oci;
using Microsoft.Win32.SafeHandles;

/// <summary>A segment that is being written, under a name that nobody reads; gone again if it is not finished.</summary>
internal sealed class SegmentDraft : IDisposable
{
    /// <summary>A member ends at the first of these: to find one event, so much is unpacked.</summary>
    private const int MostEvents = 128, MostBytes = 1 << 18;

    private const uint Private = 0x180;

    private readonly SafeFileHandle directory;
    private readonly SegmentRange range;
    private readonly byte[] staged = Bytes.Of($".{Guid.NewGuid():N}");
    private readonly SafeFileHandle file;
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly MemoryStream lines = new();
    private readonly List<SegmentBlock> blocks = [];
    private long written;
    private long begins;
    private int events;
    private bool finished;

    public SegmentDraft(SafeFileHandle directory, SegmentRange range)
    {
        (this.directory, this.range) = (directory, range);
        file = Fs.At(directory, staged, Open.Write | Open.Create | Open.Exclusive | Open.NoFollow, Private);
        Fs.ChangeMode(file, Private);
        Sink = new SegmentSink(Event, End);
    }

    public SegmentSink Sink { get; }

    public static bool IsStaged(string name) => name.Length == 33 && name[0] == '.' && Digest.IsHex(name.AsSpan(1));

    /// <summary>Whole and durable, under its own name.</summary>
    public Segment Finish()
    {
        var name = Segment.NameOf(range.First, range.Last, range.Generation);
        Fs.Sync(file);
        Fs.Rename(directory, staged, directory, Bytes.Of(name));
        finished = true;
        Fs.Sync(directory);
        return new Segment(
            range.First, range.Last, name, written, Digest.FromHash(hash.GetHashAndReset()), blocks.ToSeq().Strict(), Dropped: false);
    }

    public void Dispose()
    {
        if (!finished)
        {
            Fs.Unlink(directory, staged);
        }

        file.Dispose();
        hash.Dispose();
        lines.Dispose();
    }

    private Unit Event(long position, Seq<string> texts)
    {
        if (events == 0)
        {
            begins = position;
        }

        foreach (var text in texts)
        {
            Add(text);
        }

        events++;
        return events == MostEvents || lines.Length > MostBytes ? Member() : unit;
    }

    private Unit End(string line)
    {
        Member();
        Add(line);
        Pack();
        return unit;
    }

    private void Add(string line)
    {
        lines.Write(Encoding.UTF8.GetBytes(line));
        lines.WriteByte((byte)'\n');
    }

    private Unit Member()
    {
        if (events > 0)
        {
            blocks.Add(new SegmentBlock(begins, written));
            Pack();
            events = 0;
        }

        return unit;
    }

    private void Pack()
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            lines.WriteTo(gzip);
        }

        lines.SetLength(0);
        var bytes = packed.GetBuffer().AsSpan(0, (int)packed.Length);
        Fs.Write(file, bytes);
        hash.AppendData(bytes);
        written += bytes.Length;
    }
}
