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

/// <summary>A container that has been made, with what only its start needs to know.</summary>
/// <param name="Env">The whole environment, secrets included.</param>
public sealed record CreatedContainer(ContainerRow Row, Seq<string> Layers, Seq<string> Env);

/// <summary><c>eventdock create</c>, and the first half of <c>run</c>.</summary>
public static class Create
{
    /// <summary>Names are drawn at random; so many are tried before one is not found free.</summary>
    private const int NameTries = 8;

    /// <param name="starting">The intention to start is recorded in the same transaction: <c>run</c>.</param>
    public static EitherAsync<DomainError, CreatedContainer> Container(
        Ports ports, ContainerId id, RunRequest request, bool starting, CreateTelling tell, CancellationToken cancel) =>
        from name in (request.Name is null ? Right<DomainError, Option<string>>(None) : ContainerName.Parse(request.Name).Map(Some)).ToAsync()
        from possible in ports.Runtime.Fits(request.Options).ToAsync()
        from joining in Joining.Named(ports, request, cancel)
        from image in Wanted(ports, request, tell, cancel)
        from resolved in RunResolution.Resolve(
            joining.Request, id, image.Content.Run, ports.Secrets.Keyed, new Surroundings(ports.World.HostName, joining.Hostname)).ToAsync()
        let layers = image.Content.Layers.Map(l => l.Id).Strict()
        from thin in ports.Thin.Create(id.Value, layers, cancel)
        from row in
            (from secrets in ports.Secrets.Write(id, resolved.Env, cancel)
             from kept in request.SeccompProfile is { } profile ? ports.Secrets.Profile(id, profile, cancel) : Done
             from asked in request.Options.RecordContent ? ports.Contents.Ask(id.Value, cancel) : Done
             from row in Record(ports, id, name, 0, request.Image, image, resolved.Settings, starting, cancel)
             select row)
            .OrUndo(() => ports.Thin.Discard(id.Value, CancellationToken.None))
        from told in tell.Made(id).ToAsync()
        select new CreatedContainer(row, layers, resolved.Env);

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

    private static EitherAsync<DomainError, ContainerRow> Record(
        Ports ports, ContainerId id, Option<string> name, int tried, string imageText, ImageRow image, ContainerSettings settings,
        bool starting, CancellationToken cancel)
    {
        var now = ports.World.Clock();
        var chosen = name.IfNone(() => NameGenerator.Generate(BitConverter.ToInt32(ports.World.Random(4)), tried));
        var commands = new CreateContainer(id, chosen, imageText, image.Id, settings);
        var parent = image.Content.Layers.LastOrNone().MatchUnsafe<string?>(Some: l => l.Id, None: () => null);
        return
            (from facts in Fresh(commands, starting, now).ToAsync()
             from layer in LayerDecider.Decide(new RecordActive(id.Value, parent), LayerDecider.Decider.Initial).ToAsync()
             from _ in ports.Store.Append(
                 new Append(
                     Seq(
                         new StreamAppend(Streams.Container(id.Value), 0, facts),
                         new StreamAppend(Streams.Layer(id.Value), 0, layer.Map(e => Fact.At(now, e)).Strict())),
                     Seq1<Guard>(new Guard.ImagePresent(image.Id))),
                 cancel)
             select facts.Fold(Option<ContainerRow>.None, ContainersView.Apply)
                 .IfNone(() => throw new System.Diagnostics.UnreachableException("a created container has a row")))
            .Recover(error => error is DomainError.NameTaken && name.IsNone && tried < NameTries
                ? Some(Record(ports, id, name, tried + 1, imageText, image, settings, starting, cancel))
                : None);
    }

    /// <summary>A new stream needs no reading: it is decided from nothing.</summary>
    private static Either<DomainError, Seq<Fact>> Fresh(
        CreateContainer create, bool starting, DateTimeOffset now) =>
        ContainerDecider.Decide(create, ContainerDecider.Decider.Initial)
            .Bind(made => starting
                ? ContainerDecider.Decide(new StartContainer(create.Id), ContainerDecider.Decider.Fold(made)).Map(begun => made + begun)
                : Right<DomainError, Seq<ContainerEvent>>(made))
            .Map(events => events.Map(e => Fact.At(now, e)).Strict());

    public static ContainerId NewId(World world) =>
        ContainerId.FromRandom(world.Random(32)).IfNone(() => NewId(world));

    private static Unit Told(Action tell)
    {
        tell();
        return unit;
    }
}
