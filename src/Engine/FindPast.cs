namespace EventDock.Engine;

using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary>Something that is here, or has been.</summary>
/// <param name="Row">As it is, or as it was last.</param>
public sealed record Once<TRow>(TRow Row, bool Here);

/// <summary>From what a person types to what is meant, removed or not: what is here first, then as <see cref="FindRemoved"/>.</summary>
public static class FindPast
{
    public static EitherAsync<DomainError, Once<ContainerRow>> Container(Ports ports, string text, CancellationToken cancel) =>
        Find.Container(ports, text, cancel).Map(Here).Recover(error =>
            error is DomainError.NoSuchContainer ? Some(FindRemoved.Container(ports, text, None, cancel).Map(gone => Gone(gone.Ended))) : None);

    public static EitherAsync<DomainError, Once<ImageRow>> Image(Ports ports, string text, CancellationToken cancel) =>
        Find.Image(ports, text, None, cancel).Map(Here).Recover(error => error switch
        {
            DomainError.NoSuchImage => Some(RemovedImage(ports, text, cancel)),
            DomainError.ImageGone gone => Some(FindRemoved.Image(ports, gone.Id, cancel).Map(Gone)),
            _ => None,
        });

    public static EitherAsync<DomainError, Once<LayerRow>> Layer(Ports ports, string text, CancellationToken cancel) =>
        LookAtLayers.Find(ports, text, None, cancel).Map(Here).Recover(error =>
            error is DomainError.NoSuchLayer ? Some(FindRemoved.Layer(ports, text, cancel).Map(Gone)) : None);

    /// <summary>The image with this very id.</summary>
    public static EitherAsync<DomainError, Option<Once<ImageRow>>> ImageOf(Ports ports, string id, CancellationToken cancel) =>
        Of(ports.Views.Images, ports.Views.RemovedImages, id, cancel);

    /// <summary>The layer with this very id, a container's own as well.</summary>
    public static EitherAsync<DomainError, Option<Once<LayerRow>>> LayerOf(Ports ports, string id, CancellationToken cancel) =>
        Of(ports.Views.Layers, ports.Views.RemovedLayers, id, cancel);

    private static EitherAsync<DomainError, Option<Once<TRow>>> Of<TRow>(
        ViewReader<TRow> here, EndedReader<TRow> removed, string id, CancellationToken cancel) =>
        from rows in here.Keyed(Seq1(id), None, cancel)
        from ended in rows.IsEmpty ? removed.Find(new EndedQuery(None) { Keys = Seq1(id) }, cancel) : Give(Seq<Ended<TRow>>())
        select rows.HeadOrNone().Map(Here) | ended.HeadOrNone().Map(Gone);

    /// <summary>By its id, or as what the name, a tag, meant last.</summary>
    private static EitherAsync<DomainError, Once<ImageRow>> RemovedImage(Ports ports, string text, CancellationToken cancel) =>
        FindRemoved.Image(ports, text, cancel).Map(Gone).Recover(error =>
            error is DomainError.NoSuchImage
                ? Some(
                    from id in LastNamed(ports, text, cancel)
                    from image in id.Match(Some: named => ImageOf(ports, named, cancel), None: () => Give(Option<Once<ImageRow>>.None))
                    from found in image.OrFail(() => error)
                    select found)
                : None);

    private static EitherAsync<DomainError, Option<string>> LastNamed(Ports ports, string text, CancellationToken cancel) =>
        ImageReference.Parse(text).Match(
            Right: reference => ports.Ledger.Log.Newest(Streams.Tag(reference.Tagged.Canonical), cancel).Map(last => last.Bind(e => Named(e.Event))),
            Left: _ => Give(Option<string>.None));

    private static Option<string> Named(DockEvent happened) => happened switch
    {
        ImageTagged e => Some(e.Image),
        ImageUntagged e => Some(e.Image),
        _ => None,
    };

    private static Once<TRow> Here<TRow>(TRow row) => new(row, true);

    private static Once<TRow> Gone<TRow>(Ended<TRow> ended) => new(ended.Row, false);
}
