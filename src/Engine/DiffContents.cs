namespace EventDock.Engine;

using System.Text;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary>A line of a diff with what the file had in it.</summary>
/// <param name="Change">None where that was not recorded, for one side at least.</param>
public sealed record PatchedLine(NetChange Line, Option<FileChange> Change);

/// <summary>What files had in them at two moments: out of the archives that were kept with some records, and of the image's layers.</summary>
public static class DiffContents
{
    private sealed record Found(LayerFile? File, string? Text, string? Unread);

    /// <summary>Where a file's content is to be found.</summary>
    private abstract record Place
    {
        private Place()
        {
        }

        /// <summary>There was no file.</summary>
        public sealed record Nowhere : Place;

        public sealed record Image : Place;

        /// <param name="Size">Of the file in it.</param>
        public sealed record Archive(BlobRef Blob, long Size) : Place;

        public sealed record Unknown : Place;
    }

    private static readonly Found NoFile = new(null, "", null);

    /// <summary>So many bytes of files are held at a time. An archive is read once for each portion that has something in it.</summary>
    private const long MostHeld = 16 << 20;

    /// <summary>What a file takes beside its text.</summary>
    private const long Held = 256;

    private sealed record Line(NetChange Change, Place Before, Place After);

    /// <summary>Line by line in their order, each as it is made.</summary>
    /// <param name="most">A text of more bytes is not read.</param>
    public static EitherAsync<DomainError, Unit> Of(
        Ports ports, ThinBetween between, int most, Func<PatchedLine, Unit> each, CancellationToken cancel) =>
        from touched in between.Records.InTurn(e => e.Event is LayerWritten written
            ? ThinRecords.Changes(ports, written, cancel).Map(changes => Touched(e, changes))
            : Give(Touched(e, Seq<PathChange>())))
        from image in FindPast.ImageOf(ports, between.Container.ImageId, cancel)
        let layers = image.Map(i => i.Row.Content.Layers.Map(l => l.Id).Strict()).Filter(all => all.ForAll(ports.Layers.Has))
        let records = touched.ToArray()
        let lines = between.Lines.Map(line => new Line(
            line, Locate(records, line, between.After, line.Before), Locate(records, line, between.Until, line.After))).Strict()
        from told in lines.Portions(line => Weight(line.Before, most) + Weight(line.After, most), MostHeld)
            .Through(unit, (_, portion) => Told(ports, portion, layers, most, each, cancel))
        select told;

    private static EitherAsync<DomainError, Unit> Told(
        Ports ports, Seq<Line> portion, Option<Seq<string>> layers, int most, Func<PatchedLine, Unit> each, CancellationToken cancel) =>
        from kept in Kept(ports, portion.Bind(p => Seq((p.Change, Place: p.Before), (p.Change, Place: p.After))).Strict(), most, cancel)
        from told in portion.Through(unit, (_, line) =>
            from before in Content(ports, line.Before, line.Change, kept, layers, most, cancel)
            from after in Content(ports, line.After, line.Change, kept, layers, most, cancel)
            select each(new PatchedLine(line.Change, before.Bind(old => after.Map(now => Change(old, now))))))
        select told;

    /// <summary>What is of an image is looked at when its line is told.</summary>
    private static long Weight(Place place, int most) =>
        place is Place.Archive archive ? Held + (archive.Size <= most ? archive.Size : 0) : 0;

    private sealed record Record(long Position, BlobRef? Content, TouchedPaths Paths);

    private static Record Touched(Recorded<DockEvent> e, Seq<PathChange> changes) =>
        new(e.Position, (e.Event as LayerWritten)?.Content, TouchedPaths.Of(changes));

    /// <summary>An archive is of the file as it was from the last record that names it to the next one.</summary>
    private static Place Locate(Record[] all, NetChange line, long at, bool there)
    {
        if (!there)
        {
            return new Place.Nowhere();
        }

        var last = System.Array.FindLastIndex(all, r => r.Position <= at && r.Paths.Has(line.Key));
        if (last < 0)
        {
            return new Place.Image();
        }

        var next = System.Array.FindIndex(all, last + 1, r => r.Paths.Has(line.Key));
        return all[last..(next < 0 ? all.Length : next)].FirstOrDefault(r => r.Content is not null) is { Content: { } blob }
            ? new Place.Archive(blob, all[last].Paths.Size(line.Key))
            : new Place.Unknown();
    }

    /// <summary>Each archive is read once for all of them.</summary>
    private static EitherAsync<DomainError, IReadOnlyDictionary<(string Blob, string Key), KeptFile>> Kept(
        Ports ports, Seq<(NetChange Line, Place Place)> places, int most, CancellationToken cancel)
    {
        var archives = places.Choose(p => p.Place is Place.Archive archive ? Some((archive.Blob, p.Line)) : None)
            .GroupBy(a => a.Blob.Digest.Hex).Select(group => group.ToArray()).ToSeq().Strict();
        return archives
            .InTurn(group => ports.Reader.Kept(group[0].Blob, group.Select(a => a.Line.Path).ToSeq().Strict(), most, cancel)
                .Map(files => files.Map(file => (Key: (group[0].Blob.Digest.Hex, NetChange.KeyOf(file.File.Path)), File: file)).Strict())
                // What a prune has removed is not there; what is damaged is said to be.
                .Recover(error => error is DomainError.FileFailed ? Some(Give(Seq<((string, string) Key, KeptFile File)>())) : None))
            .Map(all =>
            {
                var known = new Dictionary<(string Blob, string Key), KeptFile>();
                foreach (var (key, file) in all.ToArray().SelectMany(files => files))
                {
                    known[key] = file;
                }

                return (IReadOnlyDictionary<(string Blob, string Key), KeptFile>)known;
            });
    }

    private static EitherAsync<DomainError, Option<Found>> Content(
        Ports ports, Place place, NetChange line, IReadOnlyDictionary<(string Blob, string Key), KeptFile> kept, Option<Seq<string>> layers, int most,
        CancellationToken cancel) =>
        place switch
        {
            Place.Nowhere => Give(Some(NoFile)),
            Place.Archive archive => Give(kept.TryGetValue((archive.Blob.Digest.Hex, line.Key), out var file)
                ? Some(new Found(file.File, file.Text, file.Unread))
                : None),
            Place.Image => layers.Match(
                Some: all => ports.Reader.Trace(new PathQuery(all, None, line.Path, Follow: false, most), cancel)
                    .Map(trace => trace.Seen.Map(seen => new Found(seen.File, seen.Text, seen.Unread))),
                None: () => Give(Option<Found>.None)),
            _ => Give(Option<Found>.None),
        };

    private static FileChange Change(Found before, Found after) => new(
        before.File, after.File,
        before.File is { Type: FileType.Directory } || after.File is { Type: FileType.Directory } ? null
        : (before.Unread ?? after.Unread) is { } why ? new TextChange("", "", why)
        : before.Text == after.Text ? null
        : new TextChange(before.Text ?? "", after.Text ?? "", null));
}
