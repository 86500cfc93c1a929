namespace EventDock.Tests.Properties;

using EventDock.Domain.Builds;
using EventDock.Domain.Containers;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Domain.Oci;
using EventDock.Domain.Roots;
using FsCheck;
using FsCheck.Fluent;

/// <summary>
/// Random histories, made by deciding random commands: so each is lawful, and refused commands leave nothing behind, exactly as
/// in the running engine.
/// </summary>
public static class Histories
{
    private static readonly DateTimeOffset Start = new(2026, 11, 20, 14, 5, 0, TimeSpan.Zero);

    public static readonly Seq<ContainerId> Ids = Seq(1, 2, 3).Map(n =>
        ContainerId.Parse(new string((char)('a' + n), 64)).IfLeft(_ => throw new InvalidOperationException())).Strict();

    public static Digest D(int n) => Digest.Of([(byte)n]);

    public static readonly ContainerSettings Settings = new(
        Seq<string>(), Seq("sleep", "10"), "/", "", "host", "private", false, false, false,
        Seq1(new SecretName("PASSWORD", "00ff")), null);

    public static readonly ImageContent Content = new(
        Start, "somebody", "linux", "amd64", null,
        RunConfig.Empty with { Env = Seq1("A=1"), Labels = Seq1(new Label("k", "v")) },
        Seq(new ImageLayer(D(1).Hex, D(1), 10), new ImageLayer(D(2).Hex, D(2), 20)),
        Seq(new HistoryEntry(Start, "ADD", null, null, false), new HistoryEntry(Start, "CMD", null, null, true)), 30);

    public static Gen<ContainerCommand> ContainerCommands(ContainerId id) => Gen.OneOf<ContainerCommand>(
        Gen.Constant<ContainerCommand>(new CreateContainer(id, "n" + id.Short, "busybox", D(9).Hex, Settings)),
        Gen.Constant<ContainerCommand>(new StartContainer(id)),
        Gen.Constant<ContainerCommand>(new StartContainer(id, ContainerStartRequested.Restart)),
        Gen.Constant<ContainerCommand>(new StartContainer(id) { Attached = new AttachedStart(true) }),
        Gen.Constant<ContainerCommand>(new PauseContainer(id)),
        Gen.Constant<ContainerCommand>(new UnpauseContainer(id)),
        Gen.Elements("one", "other").Select(name => (ContainerCommand)new RenameContainer(id, name)),
        Gen.Choose(2, 4).Select(pid => (ContainerCommand)new RecordStarted(id, new ProcessIdentity(pid, pid * 10, "boot"))),
        Gen.Elements(125, 126, 127).Select(code => (ContainerCommand)new RecordStartFailed(id, code, "no")),
        Gen.Elements("TERM", "KILL").Select(signal => (ContainerCommand)new SignalContainer(id, signal, "stop")),
        Gen.Elements("TERM", "HUP").Select(signal => (ContainerCommand)new RecordSignalled(id, signal, "kill")),
        Gen.Elements<int?>(0, 1, 137, null).Select(code => (ContainerCommand)new RecordExited(id, code, false)),
        Gen.Constant<ContainerCommand>(new RestoreContainer(new ContainerRestored(
            id, "n" + id.Short, "busybox", D(9).Hex, Settings, Start, null, null, 127, false, "no"))),
        Gen.Elements<ContainerTouched>(new ContainerCopiedOut(id, "/x", false), new ContainerAttached(id, true))
            .Select(fact => (ContainerCommand)new RecordTouched(fact)),
        Gen.Constant<ContainerCommand>(new RemoveContainer(id)));

    public static Gen<LayerCommand> LayerCommands(string id) => Gen.OneOf<LayerCommand>(
        Gen.Constant<LayerCommand>(new RecordCommitted(id, new StoredLayer(id, null, D(3), new BlobRef(MediaType.OciLayerGzip, D(4), 5), 6))),
        Gen.Constant<LayerCommand>(new RecordActive(id, D(1).Hex)),
        Gen.Choose(0, 4).Select(n => (LayerCommand)new RecordWritten(id, "exit", Delta(n), 7)),
        Gen.Elements<KeptContent>(new(new BlobRef(MediaType.OciLayerGzip, D(5), 7), null), new(null, "too large"))
            .Select(content => (LayerCommand)new RecordWritten(id, "stop", Delta(1), 7) { Content = content }),
        Gen.Constant<LayerCommand>(new RemoveLayerContent(id, 7)),
        Gen.Constant<LayerCommand>(new RecordLayerRepaired(id, "files", "blob")),
        Gen.Constant<LayerCommand>(new RestoreLayer(new LayerRestored(id, D(1).Hex, Start, 3, 9, false))),
        Gen.Constant<LayerCommand>(new RemoveLayer(id)));

    public static ThinLayerDelta Delta(int n) => new(
        Seq("A", "C", "D", "A").Take(n).Map(kind => new PathChange(kind, $"/{kind}", false, "file", 3, D(5), null)).ToSeq().Strict(),
        n == 0 ? null : new BlobRef("application/x-ndjson", D(6), 7), null);

    public static Gen<ImageCommand> ImageCommands(string id) => Gen.OneOf<ImageCommand>(
        Gen.Choose(1, 2).Select(n => (ImageCommand)new RecordPulled(new ImagePulled(
            id, "docker.io", "docker.io/library/node:6.9.2", D(n), "linux/amd64", 40, 5, Content))),
        Gen.Choose(1, 2).Select(n => (ImageCommand)new RecordPushed(new ImagePushed(
            id, "docker.io", "library/node", "6.9.2", D(n), 40, 1, 0, 2, 5))),
        Gen.Constant<ImageCommand>(new RecordBuilt(new ImageBuilt(id, null, 5, Content))),
        Gen.Constant<ImageCommand>(new RecordLoaded(new ImageLoaded(id, "-", "docker-archive", null, 7, 5, Content))),
        Gen.Constant<ImageCommand>(new RecordCommittedImage(new ImageCommitted(id, D(8).Hex, D(9).Hex, true, 5, Content))),
        Gen.Constant<ImageCommand>(new RecordImported(new ImageImported(id, "-", Content))),
        Gen.Constant<ImageCommand>(new RecordImageRepaired(id, "docker.io/library/node:6.9.2")),
        Gen.Constant<ImageCommand>(new RestoreImage(new ImageRestored(id, "built", Start, Content))),
        Gen.Constant<ImageCommand>(new RemoveImage(id)));

    public static Gen<TagCommand> TagCommands(string reference) => Gen.OneOf<TagCommand>(
        Gen.Choose(1, 3).Select(n => (TagCommand)new TagImage(reference, D(n).Hex)),
        Gen.Choose(1, 3).Select(n => (TagCommand)new UntagImage(reference, D(n).Hex)));

    public static Gen<ExecCommand> ExecCommands => Gen.OneOf<ExecCommand>(
        Gen.Constant<ExecCommand>(new RequestExec("e", Ids[0], Seq1("true"), "", "/", false, Seq<SecretName>(), false)),
        Gen.Constant<ExecCommand>(new RecordExecStarted("e", Ids[0], 7)),
        Gen.Constant<ExecCommand>(new RecordExecFailed("e", Ids[0], 127, "no")),
        Gen.Constant<ExecCommand>(new RecordExecExited("e", Ids[0], null)),
        Gen.Constant<ExecCommand>(new RecordExecExited("e", Ids[0], 3)));

    public static Gen<RootCommand> RootCommands => Gen.OneOf<RootCommand>(
        Gen.Elements("r1", "r2").Select(id => (RootCommand)new InitializeRoot(id, "h", "b", "0.1")),
        Gen.Elements("r1", "r2").Select(id => (RootCommand)new AdoptLedger(id, "h", "b", 4)));

    /// <summary>What a decider makes of commands, one after the other.</summary>
    public static Seq<TEvent> Run<TCommand, TState, TEvent>(
        Decider<TCommand, TState, TEvent> decider, IEnumerable<TCommand> commands) =>
        commands.Fold(Seq<TEvent>(), (past, command) =>
            past + decider.Decide(command, decider.Fold(past)).IfLeft(Seq<TEvent>()).Strict());

    /// <summary>Facts of all kinds, interleaved, in the order of one ledger.</summary>
    public static Gen<Seq<Fact>> Logs =>
        from containers in Gen.CollectToList(Ids.ToArray(), id => ContainerCommands(id).ListOf())
        from thin in Gen.CollectToList(Ids.ToArray(), id => LayerCommands(id.Value).ListOf())
        from images in Gen.CollectToList(new[] { D(1).Hex, D(2).Hex }, id => ImageCommands(id).ListOf())
        from tags in Gen.CollectToList(new[] { "docker.io/library/a:1", "docker.io/library/b:2" }, r => TagCommands(r).ListOf())
        from roots in RootCommands.ListOf()
        from steps in Gen.Choose(0, 3)
        let streams =
            containers.Select(c => Run(ContainerDecider.Decider, c).Map(e => (DockEvent)e).Strict())
            .Concat(thin.Select(c => Run(LayerDecider.Decider, c).Map(e => (DockEvent)e).Strict()))
            .Concat(images.Select(c => Run(ImageDecider.Decider, c).Map(e => (DockEvent)e).Strict()))
            .Concat(tags.Select(c => Run(TagDecider.Decider, c).Map(e => (DockEvent)e).Strict()))
            .Append(Run(RootDecider.Decider, roots).Map(e => (DockEvent)e).Strict())
            .Append(Enumerable.Range(0, steps).Select(n =>
                (DockEvent)new BuildStepCompleted(D(n % 2).Hex, "RUN", Start.AddSeconds(n), D(n).Hex, D(n))).ToSeq())
            .ToArray()
        from order in Gen.Choose(0, Math.Max(0, streams.Length - 1)).ListOf(streams.Sum(s => s.Count) * 4)
        select Interleave(streams, order);

    private static Seq<Fact> Interleave(Seq<DockEvent>[] streams, IEnumerable<int> order)
    {
        var left = streams.Select(s => new Queue<DockEvent>(s)).ToArray();
        var log = new List<DockEvent>();
        foreach (var n in order.Concat(Enumerable.Range(0, left.Length).SelectMany(n => Enumerable.Repeat(n, left[n].Count))))
        {
            if (left[n].TryDequeue(out var next))
            {
                log.Add(next);
            }
        }

        return log.Select((e, n) => Fact.At(Start.AddSeconds(n), e)).ToSeq().Strict();
    }
}
