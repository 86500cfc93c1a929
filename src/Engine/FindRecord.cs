namespace EventDock.Engine;

using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Domain.Ledger;
using EventDock.Domain.Oci;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary>A container's files as they were recorded at a moment (--record content).</summary>
public static class FindRecord
{
    /// <summary>
    /// The container that a text such as <c>web</c>, <c>web@{2h ago}</c> or <c>web@before-the-update</c> names, there or removed, and the
    /// files. No container's name has an @.
    /// </summary>
    public static EitherAsync<DomainError, (ContainerRow Row, RecordedFiles Files)> Named(Ports ports, string text, CancellationToken cancel) =>
        from named in Split(ports, text).ToAsync()
        from row in Find.Container(ports, named.Name, cancel).Recover(error => error is DomainError.NoSuchContainer
            ? Some(FindRemoved.Container(ports, named.Name, None, cancel).Map(found => found.Ended.Row))
            : None)
        from files in Of(ports, row, named.Moment, cancel)
        select (row, files);

    private static Either<DomainError, (string Name, Option<Moment> Moment)> Split(Ports ports, string text)
    {
        var at = text.IndexOf('@');
        return at <= 0
            ? (text, Option<Moment>.None)
            : MomentText.Parse(
                    "--from", text[at..].StartsWith("@{", StringComparison.Ordinal) ? text[at..] : text[(at + 1)..], ports.World.Wall())
                .Map(moment => (text[..at], Some(moment)));
    }

    /// <param name="moment">None: the last record. <c>@{1}</c> is the record before the last one.</param>
    internal static EitherAsync<DomainError, RecordedFiles> Of(
        Ports ports, ContainerRow row, Option<Moment> moment, CancellationToken cancel) =>
        from asked in ports.Contents.IsAsked(row.Id.Value) ? Done : Fail<Unit>(new DomainError.ContentNotRecorded(row.Id.Value))
        from past in ports.Store.Read(Streams.Layer(row.Id.Value), cancel)
        let back = moment.Match(Some: m => m is Moment.Before before ? before.Events : 0, None: () => 0)
        from until in moment.Filter(m => m is not Moment.Before).Match(
            Some: m => FindMoment.At(ports, m, occurred: false, None, cancel).Map(found => found.Position),
            None: () => Give(long.MaxValue))
        from files in Chosen(row, past, until, back).ToAsync()
        select files;

    private static Either<DomainError, RecordedFiles> Chosen(ContainerRow row, Seq<Recorded<DockEvent>> past, long until, int back)
    {
        var then = past.Filter(e => e.Position <= until).Strict();
        var writes = then.Choose(e => e.Event is LayerWritten w ? Some((e.Position, Fact: w)) : None).ToSeq().Strict();
        var records = writes.Filter(w => w.Fact.Content is not null).Rev().ToSeq().Strict();
        return past.Exists(e => e.Event is LayerContentRemoved) ? new DomainError.ContentNotRecorded(row.Id.Value)
            : then.IsEmpty ? new DomainError.NotMadeYet(row.Id)
            : writes.IsEmpty && back == 0
                ? new RecordedFiles(row.Settings.More.StartFilesFrom?.Content, then.Head.Position, row.Id.Value)
            : back > 0 && back >= records.Count ? new DomainError.TooFewRecords(row.Id, back, records.Count)
            : back == 0 && writes.Filter(w => w.Fact.Content is not null || w.Fact.ContentLeftOut is not null).LastOrNone()
                .MatchUnsafe(Some: w => w.Fact.ContentLeftOut, None: () => null) is { } reason
                ? new DomainError.ContentLeftOut(row.Id.Value, reason)
            : records.IsEmpty ? new DomainError.ContentNotRecorded(row.Id.Value)
            : new RecordedFiles(records[back].Fact.Content!.Digest, records[back].Position, row.Id.Value);
    }

    /// <summary>The image that the files lie over.</summary>
    internal static EitherAsync<DomainError, ImageRow> Image(Ports ports, ContainerRow row, CancellationToken cancel) =>
        from images in ports.Views.Images.Keyed(Seq1(row.ImageId), None, cancel)
        from image in images.HeadOrNone().Match(Some: Give, None: () => Reflog.Gone<ImageRow>(ports, row.Image, row.ImageId, cancel))
        select image;

    internal static Option<Digest> Digest(RecordedFiles files) => files.Content is { } digest ? Some(digest) : None;
}
