namespace EventDock.Engine;

using EventDock.Domain.Builds;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Domain.Oci;
using static EventDock.Engine.Pipeline;

/// <param name="Context">Absolute path of the directory COPY reads from; null where there is none (a Dockerfile on stdin).</param>
/// <param name="Ignore">Lines of .dockerignore.</param>
/// <param name="Network">private, none or host: RUN's.</param>
public sealed record BuildRequest(
    Dockerfile File, string? Context, Seq<string> Ignore, Seq<ImageReference> Tags, bool NoCache, string Network);

/// <summary>What a build tells while it goes on.</summary>
public abstract record BuildProgress
{
    private BuildProgress() { }

    public sealed record Step(int Number, int Of, string Text) : BuildProgress;

    public sealed record FromCache : BuildProgress;

    /// <summary>RUN has begun, in the workspace of this id.</summary>
    public sealed record RunningIn(string Id) : BuildProgress;

    /// <summary>The image that the steps so far make.</summary>
    public sealed record Made(string ImageId) : BuildProgress;
}

/// <param name="Missing">FROM names an image that is not here: it is pulled.</param>
public sealed record BuildTelling(Action<BuildProgress> Step, CreateTelling From);

/// <summary>
/// <c>eventdock build</c>: FROM, then each instruction in turn, each from the cache where the same has been done before; every
/// step that is done is recorded, so that a build that fails later on goes on from there the next time.
/// </summary>
public static class Build
{
    /// <summary>An image in the making.</summary>
    /// <param name="Fresh">A step has been carried out: from there on the cache is left alone, as docker does, or an instruction
    /// remembered from before would seem older than the one it follows.</param>
    private sealed record Made(string Key, ImageConfig Config, Seq<StoredLayer> Layers, bool Fresh)
    {
        public string? Top => Layers.LastOrNone().MatchUnsafe<string?>(Some: l => l.Id, None: () => null);

        public string ImageId => Digest.Of(ImageConfigJson.Write(Config)).Hex;
    }

    /// <summary>The image's id.</summary>
    public static EitherAsync<DomainError, string> Image(
        Ports ports, BuildRequest request, BuildTelling tell, CancellationToken cancel)
    {
        var began = ports.World.Clock();
        var total = request.File.Instructions.Count;
        var first = new Lazy<Unit>(() => Tell(tell, new BuildProgress.Step(1, total, request.File.From.Original)));
        // A pull is shown below its step; a mistake in a later line is told before any step is shown.
        var telling = tell.From with
        {
            Missing = missing =>
            {
                _ = first.Value;
                tell.From.Missing(missing);
            },
        };
        return
            from start in From(ports, request.File.From, telling, cancel)
            from steps in BuildPlan.Of(request.File, start.Made.Config.Run).ToAsync()
            from planned in steps.InTurn(step => Matched(ports, request, step, cancel))
            let shown = first.Value
            let based = Tell(tell, start.Base is { } id ? new BuildProgress.Made(id) : null)
            from made in planned.Through(start.Made, (so, step) => Step(ports, request, total, so, step, tell, cancel))
            from image in Record(ports, request, made, start.Base, began, cancel)
            select image;
    }

    private sealed record Begun(Made Made, string? Base);

    private static EitherAsync<DomainError, Begun> From(
        Ports ports, Instruction.From line, CreateTelling tell, CancellationToken cancel) =>
        line.IsScratch
            ? Give(new Begun(
                new Made(
                    "scratch",
                    new ImageConfig(null, null, ports.World.Platform, RunConfig.Empty, Seq<Digest>(), Seq<HistoryEntry>()),
                    Seq<StoredLayer>(),
                    Fresh: false),
                null))
            : from row in Create.Image(ports, line.Image, tell, cancel)
              from layers in row.Content.Layers.InTurn(l => ports.Layers.Describe(l.Id, cancel))
              select new Begun(new Made(row.Id, Contents.Config(row.Content), layers, Fresh: false), row.Id);

    /// <summary>COPY's patterns against the context, before anything has run.</summary>
    private static EitherAsync<DomainError, PlannedStep> Matched(
        Ports ports, BuildRequest request, PlannedStep step, CancellationToken cancel) =>
        step.Instruction is not Instruction.Copy copy ? Give(step)
        : request.Context is null ? Fail<PlannedStep>(Bad(request, step, "there is no build context to copy from"))
        : from sources in ports.Context.Match(request.Context, copy.Sources, request.Ignore, cancel)
              .MapLeft(error => error is DomainError.Invalid e ? Bad(request, step, $"COPY failed: {e.Value}: {e.Reason}") : error)
          from one in sources.Count == 1 || copy.Destination.EndsWith('/') || copy.Destination == "." || copy.Sources.Count == 1 && sources.Count == 1
              ? Done
              : Fail<Unit>(Bad(
                  request, step, "When using COPY with more than one source file, the destination must be a directory and end with a /"))
          select step with { Sources = sources };

    private static EitherAsync<DomainError, Made> Step(
        Ports ports, BuildRequest request, int total, Made so, PlannedStep step, BuildTelling tell, CancellationToken cancel)
    {
        var begun = Tell(tell, new BuildProgress.Step(step.Number, total, step.Instruction.Original));
        return
            from content in step.Sources.IsEmpty
                ? Give(Option<Digest>.None)
                : ports.Context.Hash(request.Context!, step.Sources, request.Ignore, cancel).Map(Some)
            let key = BuildPlan.Key(so.Key, so.Top, step, content.MatchUnsafe<Digest?>(Some: d => d, None: () => null), request.Network)
            let createdBy = DockerfileHistory.CreatedBy(step.Instruction, step.Run.WorkingDir, Copied(step, content))
            from known in request.NoCache || so.Fresh
                ? Give(Option<BuildStepCompleted>.None)
                : Remembered(ports, key, cancel)
            from made in known.Match(
                Some: done => Reused(ports, so, step, done, tell, cancel),
                None: () => Executed(ports, request, so, step, key, createdBy, tell, cancel))
            let shown = Tell(tell, new BuildProgress.Made(made.ImageId))
            select made;
    }

    private static string Copied(PlannedStep step, Option<Digest> content) =>
        content.Match(Some: d => $"{(step.Sources.Count > 1 ? "multi" : "file")}:{d.Hex}", None: () => "");

    /// <summary>A result counts while its layer is still there.</summary>
    private static EitherAsync<DomainError, Option<BuildStepCompleted>> Remembered(
        Ports ports, string key, CancellationToken cancel) =>
        from rows in ports.Views.BuildSteps.Keyed(Seq1(key), None, cancel)
        let known = rows.HeadOrNone().Filter(r => r.Layer is null || ports.Layers.Has(r.Layer))
        from open in known.Match(
            Some: r => r.Layer is { } layer
                ? ports.Views.Layers.Keyed(Seq1(layer), None, cancel).Map(found => !found.IsEmpty)
                : Give(true),
            None: () => Give(false))
        select open ? known.Map(r => new BuildStepCompleted(r.Key, r.CreatedBy, r.Created, r.Layer, r.DiffId)) : None;

    private static EitherAsync<DomainError, Made> Reused(
        Ports ports, Made so, PlannedStep step, BuildStepCompleted done, BuildTelling tell, CancellationToken cancel)
    {
        var told = Tell(tell, new BuildProgress.FromCache());
        return done.Layer is { } id
            ? from layer in ports.Layers.Describe(id, cancel)
              select Next(so, step, done, Some(layer), so.Fresh)
            : Give(Next(so, step, done, None, so.Fresh));
    }

    private static EitherAsync<DomainError, Made> Executed(
        Ports ports, BuildRequest request, Made so, PlannedStep step, string key, string createdBy, BuildTelling tell,
        CancellationToken cancel) =>
        from layer in step.TouchesFiles
            ? InWorkspace(ports, request, so, step, tell, cancel)
            : Give(Option<StoredLayer>.None)
        let done = new BuildStepCompleted(
            key,
            createdBy,
            Fact.Micros(ports.World.Clock()),
            layer.MatchUnsafe<string?>(Some: l => l.Id, None: () => null),
            layer.MatchUnsafe<Digest?>(Some: l => l.DiffId, None: () => null))
        from recorded in ports.Locks.Store.Take(false, cancel).Holding(() => ports.Again(
            () =>
                from here in Layered.Record(ports, layer.ToSeq(), ports.World.Clock(), cancel)
                from completed in ports.Store.Decide(
                    BuildStepDecider.Decider, Streams.BuildStep(key), new CompleteStep(done), ports.World.Clock(), cancel)
                from appended in ports.Store.Append(here.And(completed.Append), cancel)
                select unit,
            cancel))
        select Next(so, step, done, layer, fresh: true);

    private static EitherAsync<DomainError, Option<StoredLayer>> InWorkspace(
        Ports ports, BuildRequest request, Made so, PlannedStep step, BuildTelling tell, CancellationToken cancel) =>
        from workspace in ports.Workspaces.Open(so.Layers.Map(l => l.Id).Strict(), cancel)
        from layer in
            (from worked in Work(ports, request, step, workspace, tell, cancel)
             from unmounted in ports.Workspaces.Unmount(workspace, cancel)
             from committed in ports.Layers.Commit(new LayerCommit(so.Top, workspace.Upper), cancel)
             select committed)
            .Finally(() => ports.Workspaces.Close(workspace, CancellationToken.None))
            // Whatever a step says over files that vanish under it: that they did is what explains.
            .Recover(error => error is DomainError.Interrupted
                ? None
                : so.Layers.Find(below => !ports.Layers.Has(below.Id)).Map(gone => Fail<Option<StoredLayer>>(new DomainError.LayerGone(gone.Id))))
        select layer;

    private static EitherAsync<DomainError, Unit> Work(
        Ports ports, BuildRequest request, PlannedStep step, Workspace workspace, BuildTelling tell, CancellationToken cancel)
    {
        var home = step.Run.WorkingDir.Length == 0 ? "/" : step.Run.WorkingDir;
        return step.Instruction switch
        {
            Instruction.Copy copy => ports.Workspaces.CopyIn(
                workspace,
                new CopyPlan(
                    request.Context!, step.Sources, Absolute(home, copy.Destination),
                    step.Sources.Count > 1 || copy.Destination.EndsWith('/') || copy.Destination is "." or "..", request.Ignore),
                cancel).MapLeft(error => error is DomainError.Invalid e ? Bad(request, step, $"{e.Value}: {e.Reason}") : error),
            Instruction.Workdir => ports.Workspaces.MakeDirectory(workspace, home, cancel),
            Instruction.Run run =>
                from told in Give(Tell(tell, new BuildProgress.RunningIn(workspace.Short)))
                from code in ports.Runtime.Step(
                    new Domain.Containers.StepSpec(
                        workspace.Id, workspace.Short, workspace.Merged, run.Command.Arguments,
                        Domain.Containers.RunResolution.Merge(
                            Seq(Domain.Containers.RunResolution.DefaultPath, $"HOSTNAME={workspace.Short}"), step.Run.Env),
                        home, step.Run.User, request.Network),
                    cancel)
                from ended in code == 0
                    ? Done
                    : Fail<Unit>(new DomainError.BuildRunFailed(string.Join(' ', run.Command.Arguments), code))
                select unit,
            _ => Done,
        };
    }

    private static string Absolute(string home, string path) =>
        path.StartsWith('/') ? path : $"{home.TrimEnd('/')}/{path}";

    private static Made Next(Made so, PlannedStep step, BuildStepCompleted done, Option<StoredLayer> layer, bool fresh) =>
        new(
            done.Key,
            so.Config with
            {
                Created = done.Created,
                Run = step.Run,
                DiffIds = so.Config.DiffIds + layer.ToSeq().Map(l => l.DiffId),
                History = so.Config.History.Add(
                    new HistoryEntry(done.Created, done.CreatedBy, null, null, Empty: layer.IsNone)),
            },
            so.Layers + layer.ToSeq(),
            fresh);

    private static EitherAsync<DomainError, string> Record(
        Ports ports, BuildRequest request, Made made, string? under, DateTimeOffset began, CancellationToken cancel) =>
        // The configuration under the lock, too: an rmi of an image that is here and the very same would take it away.
        ports.Locks.Store.Take(false, cancel).Holding(() =>
            from config in ports.Blobs.Write(MediaType.DockerConfig, ImageConfigJson.Write(made.Config), cancel)
            from recorded in ports.Again(() => Recorded(ports, request, made, under, config.Digest.Hex, began, cancel), cancel)
            select config.Digest.Hex);

    private static EitherAsync<DomainError, Unit> Recorded(
        Ports ports, BuildRequest request, Made made, string? under, string id, DateTimeOffset began, CancellationToken cancel) =>
        from here in Layered.Record(ports, made.Layers, ports.World.Clock(), cancel)
        from image in ports.Store.Decide(
            ImageDecider.Decider,
            Streams.Image(id),
            new RecordBuilt(new ImageBuilt(
                id, under, (int)(ports.World.Clock() - began).TotalMilliseconds,
                Contents.Of(made.Config, made.Layers))),
            ports.World.Clock(),
            cancel)
        from tagged in Tag.Decided(ports, id, request.Tags, cancel)
        let whole = here.And(image.Append).And(tagged)
        from appended in whole.IsEmpty ? Done : ports.Store.Append(whole, cancel).Ignore()
        select unit;

    private static DomainError Bad(BuildRequest request, PlannedStep step, string reason) =>
        new DomainError.BadDockerfile(request.File.File, step.Instruction.Line, reason);

    private static Unit Tell(BuildTelling tell, BuildProgress? progress)
    {
        if (progress is not null)
        {
            tell.Step(progress);
        }

        return unit;
    }
}
