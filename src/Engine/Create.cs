namespace EventDock.Engine;

using EventDock.Domain.Containers;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Domain.Oci;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary>What <c>run</c> and <c>create</c> tell while they look for the image.</summary>
/// <param name="Missing">The image is not here and is now pulled.</param>
/// <param name="Pulled">It has come.</param>
/// <param name="Ended">The pull is over, one way or the other: a display of its progress ends here.</param>
public sealed record CreateTelling(
    Action<ImageReference> Missing, Action<PullProgress> Progress, Func<EitherAsync<DomainError, Unit>> Ended, Action<Pulled> Pulled)
{
    /// <summary>The container has been made, and is not started yet.</summary>
    public Func<ContainerId, Either<DomainError, Unit>> Made { get; init; } = _ => unit;
}

/// <summary>A container whose directory is there, and of which the ledger does not know yet.</summary>
/// <param name="Name">The name that was asked for; else the first of those that are drawn.</param>
/// <param name="Layers">Ids, base first.</param>
/// <param name="Env">The whole environment, secrets included.</param>
public sealed record PreparedContainer(
    ContainerId Id, string Name, bool Drawn, string ImageText, ImageRow Image, ContainerSettings Settings, Seq<string> Layers, Seq<string> Env);

/// <summary>A container that the ledger has taken in.</summary>
/// <param name="Stream">As it stands by what has been recorded.</param>
public sealed record RecordedContainer(ContainerRow Row, Decision<ContainerState> Stream);

/// <summary><c>eventdock create</c>, and the first half of <c>run</c>.</summary>
public static class Create
{
    /// <summary>Names are drawn at random; so many are tried before one is not found free.</summary>
    private const int NameTries = 8;

    public static EitherAsync<DomainError, RecordedContainer> Container(
        Ports ports, ContainerId id, RunRequest request, CreateTelling tell, CancellationToken cancel) =>
        from prepared in Prepare(ports, id, request, tell, cancel)
        from recorded in Record(ports, prepared, starting: false, cancel).OrUndo(() => ports.Thin.Discard(id.Value, CancellationToken.None))
        from told in tell.Made(id).ToAsync()
        select recorded;

    /// <summary>All that comes before the event.</summary>
    public static EitherAsync<DomainError, PreparedContainer> Prepare(
        Ports ports, ContainerId id, RunRequest request, CreateTelling tell, CancellationToken cancel) =>
        from name in (request.Name is null ? Right<DomainError, Option<string>>(None) : ContainerName.Parse(request.Name).Map(Some)).ToAsync()
        from possible in ports.Runtime.Fits(request.Options).ToAsync()
        from begun in StartFiles.Of(ports, request, cancel)
        from joining in Joining.Named(ports, begun.Request, cancel)
        from image in begun.Image.Match(Some: Give, None: () => Wanted(ports, request, tell, cancel))
        from resolved in RunResolution.Resolve(
            joining.Request, id, image.Content.Run, ports.Secrets.Keyed, new Surroundings(ports.World.HostName, joining.Hostname)).ToAsync()
        let layers = image.Content.Layers.Map(l => l.Id).Strict()
        from thin in StartFiles.Layer(ports, id, begun, layers, cancel)
        from kept in
            (from secrets in ports.Secrets.Write(id, resolved.Env, cancel)
             from profile in request.SeccompProfile is { } own ? ports.Secrets.Profile(id, own, cancel) : Done
             from asked in request.Options.RecordContent ? ports.Contents.Ask(id.Value, cancel) : Done
             select asked)
            .OrUndo(() => ports.Thin.Discard(id.Value, CancellationToken.None))
        select new PreparedContainer(
            id, name.IfNone(() => Drawn(ports, 0)), name.IsNone, begun.Request.Image, image, resolved.Settings, layers, resolved.Env);

    private static string Drawn(Ports ports, int tried) =>
        NameGenerator.Generate(BitConverter.ToInt32(ports.World.Random(4)), tried);

    /// <summary>The image that <c>run</c> and <c>create</c> are given, as --pull and --platform want it.</summary>
    private static EitherAsync<DomainError, ImageRow> Wanted(
        Ports ports, RunRequest request, CreateTelling tell, CancellationToken cancel) =>
        from platform in (request.Platform is { } asked ? PlatformText.Parse(asked, ports.World.Platform) : ports.World.Platform).ToAsync()
        let fitting = ports with { World = ports.World with { Platform = platform } }
        from row in request.Pull == PullPolicy.Always
            ? from reference in ImageReference.Parse(request.Image).ToAsync()
              from pulled in Pulled(fitting, reference, tell, cancel)
              select pulled
            : Here(fitting, request, cancel).Recover(error =>
                request.Pull == PullPolicy.Missing && error is (DomainError.NoSuchImage or DomainError.NoPlatform) && !LooksLikeId(request.Image)
                    ? Some(Missing(fitting, request.Image, tell, cancel))
                    : None)
        select row;

    /// <summary>An image that is here; where a platform was asked for, for that.</summary>
    private static EitherAsync<DomainError, ImageRow> Here(Ports ports, RunRequest request, CancellationToken cancel) =>
        from row in Find.Image(ports, request.Image, None, cancel)
        from fits in request.Platform is null || Fits(row.Content, ports.World.Platform)
            ? Done
            : Fail<Unit>(new DomainError.NoPlatform(request.Image, ports.World.Platform.ToString()))
        select row;

    private static bool Fits(ImageContent image, Platform wanted) =>
        image.Os == wanted.Os && image.Architecture == wanted.Architecture
        && (wanted.Variant is null || image.Variant is null || image.Variant == wanted.Variant);

    /// <summary>An image that is here, or is pulled now.</summary>
    public static EitherAsync<DomainError, ImageRow> Image(
        Ports ports, string text, CreateTelling tell, CancellationToken cancel) =>
        Find.Image(ports, text, None, cancel).Recover(error => error is DomainError.NoSuchImage && !LooksLikeId(text)
            ? Some(Missing(ports, text, tell, cancel))
            : None);

    private static EitherAsync<DomainError, ImageRow> Missing(
        Ports ports, string text, CreateTelling tell, CancellationToken cancel) =>
        from reference in ImageReference.Parse(text).ToAsync()
        let missing = Told(() => tell.Missing(reference.Tagged))
        from row in Pulled(ports, reference, tell, cancel)
        select row;

    private static EitherAsync<DomainError, ImageRow> Pulled(
        Ports ports, ImageReference reference, CreateTelling tell, CancellationToken cancel) =>
        from pulled in Pull.Run(ports, reference, tell.Progress, cancel).Finally(tell.Ended)
        let done = Told(() => tell.Pulled(pulled))
        from row in Find.Image(ports, pulled.ImageId, None, cancel)
        select row;

    private static bool LooksLikeId(string text) => text.StartsWith(Digest.Prefix, StringComparison.Ordinal);

    /// <summary>A name that was drawn and is taken is drawn again: the row has the name that it got.</summary>
    /// <param name="starting">The intention to start is recorded in the same transaction: <c>run</c>.</param>
    public static EitherAsync<DomainError, RecordedContainer> Record(
        Ports ports, PreparedContainer container, bool starting, CancellationToken cancel) =>
        Record(ports, container, 0, starting, cancel);

    private static EitherAsync<DomainError, RecordedContainer> Record(
        Ports ports, PreparedContainer container, int tried, bool starting, CancellationToken cancel)
    {
        var now = ports.World.Clock();
        var (id, image) = (container.Id, container.Image);
        var create = new CreateContainer(id, container.Name, container.ImageText, image.Id, container.Settings);
        var parent = container.Layers.LastOrNone().MatchUnsafe<string?>(Some: layer => layer, None: () => null);
        return
            (from made in Fresh(create, starting, now).ToAsync()
             from layer in LayerDecider.Decide(new RecordActive(id.Value, parent), LayerDecider.Decider.Initial).ToAsync()
             from _ in ports.Store.Append(
                 new Append(
                     Seq(
                         new StreamAppend(made.Stream, 0, made.Facts),
                         new StreamAppend(Streams.Layer(id.Value), 0, layer.Map(e => Fact.At(now, e)).Strict())),
                     Seq1<Guard>(new Guard.ImagePresent(image.Id))),
                 cancel)
             let row = made.Facts.Fold(Option<ContainerRow>.None, ContainersView.Apply)
                 .IfNone(() => throw new System.Diagnostics.UnreachableException("a created container has a row"))
             select new RecordedContainer(row, made.Appended))
            .Recover(error => error is DomainError.NameTaken && container.Drawn && tried < NameTries
                ? Some(Record(ports, container with { Name = Drawn(ports, tried + 1) }, tried + 1, starting, cancel))
                : None);
    }

    /// <summary>A new stream needs no reading: it is decided from nothing.</summary>
    private static Either<DomainError, Decision<ContainerState>> Fresh(CreateContainer create, bool starting, DateTimeOffset now) =>
        new StreamPast(Seq<Recorded<DockEvent>>(), 0).Decide(ContainerDecider.Decider, Streams.Container(create.Id.Value), create, now)
            .Bind(made => starting
                ? made.Then(ContainerDecider.Decider, new StartContainer(create.Id), now)
                    .Map(begun => begun with { Version = made.Version, Facts = made.Facts + begun.Facts })
                : Right<DomainError, Decision<ContainerState>>(made));

    public static ContainerId NewId(World world) =>
        ContainerId.FromRandom(world.Random(32)).IfNone(() => NewId(world));

    private static Unit Told(Action tell)
    {
        tell();
        return unit;
    }
}
