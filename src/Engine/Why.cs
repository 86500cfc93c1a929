namespace EventDock.Engine;

using EventDock.Domain.Containers;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Domain.Oci;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary><c>eventdock why</c>: the chain of cause of a container, an image or a layer. By their streams and by keys; no log is looked through.</summary>
public static class Why
{
    private static readonly Seq<string> Arrivals = Seq(
        nameof(ImagePulled), nameof(ImageBuilt), nameof(ImageImported), nameof(ImageCommitted), nameof(ImageLoaded));

    /// <param name="type">container, image or layer; null for whichever it is, in this order, what is here first.</param>
    /// <param name="path">A file in it.</param>
    /// <param name="at">As it was then; None: now.</param>
    public static EitherAsync<DomainError, Cause> Run(
        Ports ports, string text, string? type, Option<byte[]> path, Option<long> at, CancellationToken cancel)
    {
        var then = ports.AsOf(at);
        return type switch
        {
            "container" => FindPast.Container(then, text, cancel).Bind(row => OfContainer(then, row, path, at, cancel)),
            "image" => FindPast.Image(then, text, cancel).Bind(row => OfImage(then, row, path, cancel)),
            "layer" => FindPast.Layer(then, text, cancel).Bind(row => WhyLayer.Run(then, row, path, cancel)),
            _ => Any(then, text, path, at, cancel),
        };
    }

    private static EitherAsync<DomainError, Cause> Any(Ports ports, string text, Option<byte[]> path, Option<long> at, CancellationToken cancel) =>
        Find.Container(ports, text, cancel).Bind(row => OfContainer(ports, new(row, true), path, at, cancel))
            .Recover(error => Else<DomainError.NoSuchContainer>(
                error, () => Find.Image(ports, text, None, cancel).Bind(row => OfImage(ports, new(row, true), path, cancel))))
            .Recover(error => Else<DomainError.NoSuchImage>(
                error, () => LookAtLayers.Find(ports, text, None, cancel).Bind(row => WhyLayer.Run(ports, new(row, true), path, cancel))))
            .Recover(error => Else<DomainError.NoSuchLayer>(
                error, () => FindPast.Container(ports, text, cancel).Bind(row => OfContainer(ports, row, path, at, cancel))))
            .Recover(error => error is DomainError.NoSuchContainer or DomainError.ImageGone
                ? Some(FindPast.Image(ports, text, cancel).Bind(row => OfImage(ports, row, path, cancel)))
                : None)
            .Recover(error => Else<DomainError.NoSuchImage>(
                error, () => FindPast.Layer(ports, text, cancel).Bind(row => WhyLayer.Run(ports, row, path, cancel))))
            .MapLeft(error => error is DomainError.NoSuchLayer ? new DomainError.NoSuchThing(text) : error);

    private static Option<EitherAsync<DomainError, Cause>> Else<TError>(DomainError error, Func<EitherAsync<DomainError, Cause>> other) =>
        error is TError ? Some(other()) : None;

    private static EitherAsync<DomainError, Cause> OfContainer(
        Ports ports, Once<ContainerRow> found, Option<byte[]> path, Option<long> at, CancellationToken cancel) =>
        from container in Container(ports, found.Row.Id.Value, None, cancel)
        from file in path.Match(
            Some: asked => (found.Here && at.IsNone
                    ? WhyPath.OfContainer(ports, container, asked, cancel)
                    : WhyPath.Recorded(ports, container, asked, at, cancel)).Map(Some), None: () => Give(Option<CausedPath>.None))
        select new Cause(Some(container), None, None, file);

    private static EitherAsync<DomainError, Cause> OfImage(Ports ports, Once<ImageRow> found, Option<byte[]> path, CancellationToken cancel) =>
        from image in Image(ports, found.Row.Id, None, cancel)
        from file in path.Match(
            Some: asked => WhyPath.OfImage(ports, image, asked, cancel).Map(Some), None: () => Give(Option<CausedPath>.None))
        select new Cause(None, Some(image), None, file);

    /// <param name="until">What had happened by then; None: all.</param>
    internal static EitherAsync<DomainError, CausedContainer> Container(Ports ports, string id, Option<long> until, CancellationToken cancel) =>
        from told in ports.Ledger.Log.List(
            Of(Streams.Container(id), until) with
            {
                Types = Seq(
                    nameof(ContainerCreated), nameof(ContainerStartRequested), nameof(ContainerRenamed), nameof(ContainerRemoved),
                    nameof(ContainerRestored)),
            },
            cancel)
        let past = told.Rev().Strict()
        from made in past.HeadOrNone().OrFail(() => new DomainError.NoSuchContainer(id))
        from created in made.Event is ContainerCreated e ? Give(e) : Fail<ContainerCreated>(new DomainError.CauseRedacted($"container {id[..12]}", made.Position))
        from tag in Tag(ports, created, made.Position, until, cancel)
        from image in Image(ports, created.ImageId, Some(made.Position), cancel)
        from thin in until.IsSome ? Give(Option<Once<LayerRow>>.None) : FindPast.LayerOf(ports, id, cancel)
        select new CausedContainer(
            id, Name(past), created.Image, created.ImageId, created.Settings.Arguments.Strict(), made,
            past.Filter(e => e.Event is ContainerStartRequested && e.Origin.Command != made.Origin.Command).LastOrNone(),
            past.Filter(e => e.Event is ContainerRenamed).LastOrNone(),
            past.LastOrNone().Filter(e => e.Event is ContainerRemoved),
            thin.Map(layer => layer.Row), tag, Some(image));

    private static string Name(Seq<Recorded<DockEvent>> past) => past.Fold("", (name, e) => e.Event switch
    {
        ContainerCreated c => c.Name,
        ContainerRenamed r => r.Name,
        ContainerRestored r => r.Name,
        _ => name,
    });

    /// <summary>The move by which the name that was typed meant the container's image; None where it was no name, or never meant that.</summary>
    private static EitherAsync<DomainError, Option<CausedTag>> Tag(
        Ports ports, ContainerCreated created, long position, Option<long> until, CancellationToken cancel) =>
        ImageReference.Parse(Reflog.Split(created.Image).Map(halves => halves.Name).IfNone(created.Image)).Match(
            Right: typed =>
                from told in ports.Ledger.Log.List(Of(Streams.Tag(typed.Tagged.Canonical), until), cancel)
                let past = told.Rev().Strict()
                let then = past.Filter(e => e.Position < position && e.Event is ImageTagged t && t.Image == created.ImageId).LastOrNone()
                select then.Map(move => new CausedTag(
                    typed.Tagged.Familiar, move, past.Filter(e => e.Position > position).Strict())),
            Left: _ => Give(Option<CausedTag>.None));

    /// <param name="until">As it was then; None: now.</param>
    internal static EitherAsync<DomainError, CausedImage> Image(Ports ports, string id, Option<long> until, CancellationToken cancel) =>
        from told in ports.Ledger.Log.List(
            Of(Streams.Image(id), until) with { Types = Arrivals + Seq(nameof(ImageRemoved), nameof(ImageRestored)) }, cancel)
        let past = Standing(told)
        // What came before an earlier removal is another time's.
        let life = past.Filter(e => past.ForAll(gone => gone.Event is not ImageRemoved || gone.Position < e.Position || Last(past, gone))).Strict()
        let arrived = life.Filter(e => e.Event is not (ImageRemoved or ImageRestored)).Strict()
        let content = life.Choose(e => Content(e.Event)).HeadOrNone()
        let at = arrived.HeadOrNone().Map(e => e.Position)
        let origin = arrived.HeadOrNone().Map(e => e.Event)
        from below in origin.Bind(Below).Match(
            Some: lower => Image(ports, lower, at, cancel).Map(Some), None: () => Give(Option<CausedImage>.None))
        from container in origin.Bind(Source).Match(
            Some: source => Container(ports, source, at, cancel).Map(Some).Recover(Lost), None: () => Give(Option<CausedContainer>.None))
        let under = (below | container.Bind(c => c.From)).Bind(lower => lower.Content)
        let last = arrived.LastOrNone().Map(e => e.Position)
        from steps in content.Match(
            Some: c => Steps(ports, c, under, until | last, cancel), None: () => Give(Seq<CausedStep>()))
        select new CausedImage(
            id, content, arrived, life.LastOrNone().Filter(e => e.Event is ImageRemoved), steps, below, container);

    /// <summary>Oldest first, without the removals that a restoration has taken back.</summary>
    /// <param name="told">Newest first.</param>
    private static Seq<Recorded<DockEvent>> Standing(Seq<Recorded<DockEvent>> told) =>
        told.Where((e, n) => e.Event is not ImageRemoved || n == 0 || told[n - 1].Event is not ImageRestored).Reverse().ToArray().ToSeq();

    private static bool Last(Seq<Recorded<DockEvent>> past, Recorded<DockEvent> one) => past[^1].Position == one.Position;

    /// <summary>The chain goes no further where what would be told of has been redacted.</summary>
    private static Option<EitherAsync<DomainError, Option<CausedContainer>>> Lost(DomainError error) =>
        error is DomainError.CauseRedacted ? Some(Give(Option<CausedContainer>.None)) : None;

    internal static Option<ImageContent> Content(DockEvent happened) => happened switch
    {
        ImagePulled e => Some(e.Image),
        ImageBuilt e => Some(e.Image),
        ImageImported e => Some(e.Image),
        ImageCommitted e => Some(e.Image),
        ImageLoaded e => Some(e.Image),
        ImageRestored e => Some(e.Image),
        _ => None,
    };

    private static Option<string> Below(DockEvent happened) => happened is ImageBuilt { Base: { } lower } ? Some(lower) : None;

    private static Option<string> Source(DockEvent happened) => happened is ImageCommitted e ? Some(e.Container) : None;

    /// <summary>The image's own instructions, each with its layer, where history and layers agree; else its own layers alone.</summary>
    private static EitherAsync<DomainError, Seq<CausedStep>> Steps(
        Ports ports, ImageContent content, Option<ImageContent> under, Option<long> until, CancellationToken cancel)
    {
        var layers = content.Layers.Skip(under.Map(u => u.Layers.Count).IfNone(0)).Strict();
        var entries = content.History.Skip(under.Map(u => u.History.Count).IfNone(0)).Strict();
        var paired = entries.Count(entry => !entry.Empty) == layers.Count;
        return
            from told in layers.IsEmpty
                ? Give(Seq<Recorded<DockEvent>>())
                : ports.Ledger.Log.List(
                    LogQuery.All with
                    {
                        Streams = layers.Map(l => Streams.Layer(l.Id)).Strict(),
                        Types = Seq1(nameof(LayerCreated)),
                        UntilPosition = until.ToNullable(),
                    },
                    cancel)
            select paired ? Paired(entries, layers, told) : layers.Map(layer => Step(None, Some(layer), told)).Strict();
    }

    private static Seq<CausedStep> Paired(Seq<HistoryEntry> entries, Seq<ImageLayer> layers, Seq<Recorded<DockEvent>> told)
    {
        var (steps, next) = (new List<CausedStep>(), 0);
        foreach (var entry in entries)
        {
            steps.Add(Step(Some(entry), entry.Empty ? None : Some(layers[next++]), told));
        }

        return steps.ToArray().ToSeq().Strict();
    }

    /// <param name="told">The last first: that is the one that made the layer as it is.</param>
    private static CausedStep Step(Option<HistoryEntry> entry, Option<ImageLayer> layer, Seq<Recorded<DockEvent>> told) =>
        new(entry, layer, layer.Bind(l => told.Find(e => e.Event is LayerCreated created && created.Id == l.Id)));

    private static LogQuery Of(string stream, Option<long> until) =>
        LogQuery.All with { Streams = Seq1(stream), UntilPosition = until.ToNullable() };
}
