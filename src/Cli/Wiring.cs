namespace EventDock.Cli;

using System.IO;
using EventDock.Adapters.Content;
using EventDock.Adapters.Context;
using EventDock.Adapters.Download;
using EventDock.Adapters.Host;
using EventDock.Adapters.Overlay;
using EventDock.Adapters.Posix;
using EventDock.Adapters.Postgres;
using EventDock.Adapters.Registry;
using EventDock.Adapters.Roots;
using EventDock.Adapters.Runc;
using EventDock.Adapters.Segments;
using EventDock.Adapters.Signing;
using EventDock.Adapters.Tar;
using EventDock.Cli.Commands;
using EventDock.Cli.Errors;
using EventDock.Cli.Output;
using EventDock.Domain.Containers;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Domain.Ledger;
using EventDock.Domain.Oci;
using EventDock.Domain.Roots;
using EventDock.Engine;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary>Which adapter stands behind which port: the only place that knows all of them.</summary>
/// <param name="early">A connection to the private cluster that has been begun.</param>
public sealed partial class Wiring(Places places, Origin origin, Option<EarlyConnection> early)
{
    private readonly Trashing trash = new(places);
    private readonly Recording recording = new(places);
    private readonly OverlayMounts mounts = Mounts.Create(places.Root);
    private readonly RootFiles root = RootFilesAdapter.Create(places.Root);
    private readonly BuildLine building = new(Console.Out, Console.Error, !Console.IsErrorRedirected);
    private Option<OpenLedger> opened;
    private IDisposable? work;

    private TrashCare care => field ??= new TrashCare(() => trash.Retains);

    private Claims claims => field ??= new Claims(places.Root) { TrashCare = care };

    private Paths paths => field ??= new Paths(places.Root) { Claims = claims, TrashCare = care };

    private Either<DomainError, Unit> Released()
    {
        FaultPoints.At(FaultPoint.Releasing);
        return claims.Store.Release().Map(_ => Faults.At(FaultPoint.Released));
    }

    public Guid CommandId => origin.Command;

    public EitherAsync<DomainError, Unit> EmptyTrash() => trash.Run(paths, World.Clock);

    /// <summary>
    /// The end of every command: what it has claimed is settled, as that of a killed one would be where it has failed, and what it has left in
    /// the trash is somebody else's.
    /// </summary>
    public EitherAsync<DomainError, Unit> End(bool failed) =>
        from settled in failed && !claims.Store.Own().IsEmpty
            ? Opened.Match(Some: ledger => Claimed.Own(Ports(ledger)), None: () => Done)
            : Released().ToAsync()
        from started in Reached.IsSome ? trash.Start(paths, World.Clock()).ToAsync() : Done
        from recorder in Reached.IsSome ? recording.Start(paths).ToAsync() : Done
        select recorder;

    public EitherAsync<DomainError, Unit> RecordWrites(
        Func<CancellationToken, EitherAsync<DomainError, Ports>> open, CancellationToken cancel) => recording.Run(paths, open, cancel);

    public World World { get; } = new(
        () => DateTimeOffset.UtcNow,
        Entropy.Bytes,
        RegistryAdapter.HostPlatform,
        origin.Host.HostId,
        origin.Host.BootId,
        id => Seq(System.Environment.ProcessPath!, ContainerEndedCommand.Word, id.Value),
        (id, exec) => Seq(System.Environment.ProcessPath!, ExecEndedCommand.Word, id.Value, exec))
    {
        HostName = System.Environment.MachineName,
        Local = LocalZone.At,
    };

    public Session Session(TextWriter output, TextWriter error) => new(
        output,
        error,
        !Console.IsErrorRedirected,
        Read: cancel => Look(error, cancel),
        Change: Change,
        Ended: cancel => from ledger in Recorded(cancel) select Ports(ledger),
        Adopt: cancel => from ledger in Open(cancel) from adopted in OpenRoot.Adopt(root, ledger, World, cancel) select adopted,
        Home(),
        World.Clock)
    {
        Free = cancel => Ballast.WithRoom(() => Change(ports => ports.With(Ballast), cancel)),
        Host = () => HostSystem.Describe(places.Root),
        Unrecorded = () => paths.Prepare().Map(_ => new UnrecordedPorts(
            Runtime().Runtime, ContainersOnDisk.Create(places.Root), Journal, Ballast, origin, World)),
        Proofs = cancel =>
            from ledger in Recorded(cancel)
            from config in LedgerConfig().ToAsync()
            select Proofs(ledger, config),
        Redacting = Recorded,
        Verifying = cancel =>
            from config in LedgerConfig().ToAsync()
            from disk in root.Read(cancel)
            from ledger in Open(cancel)
            select new VerifyPorts(ledger, SigningAdapter.Create(places.Root, config.Signer), Files, disk.Position, disk.RootId),
        Reporting = cancel =>
            from config in LedgerConfig().ToAsync()
            from disk in root.Read(cancel)
            from ports in Look(error, cancel)
            select new ReportPorts(
                ports, new VerifyPorts(ports.Ledger, SigningAdapter.Create(places.Root, config.Signer), Files, disk.Position, disk.RootId)),
        Checking = cancel =>
            from ledger in Open(cancel)
            select new CheckPorts(Ports(ledger), StoreInspection.Create(paths, KnownLimits)),
        Repairing = cancel =>
            from ledger in Recorded(cancel)
            select new RepairPorts(new CheckPorts(Ports(ledger), StoreInspection.Create(paths, KnownLimits)), StoreMending.Create(paths, KnownLimits)),
        Importing = cancel =>
            from ledger in Open(cancel)
            select new ImportPorts(ledger, SigningAdapter.Check, StoreLocks.Create(paths)),
        // It belongs to no root, and nobody else knows of it.
        Rebuilding = (uri, cancel) =>
            from ledger in PostgresScratch.Open(uri, origin, building.Show, cancel)
            let told = building.End()
            select new ImportPorts(ledger, SigningAdapter.Check, new StoreLock((_, _) => Give<IDisposable>(new MemoryStream()))),
        Download = Downloads.Create(),
        Config = LedgerConfig,
        Accounts = () => EngineConfigFile.Read(places.Config, places.ConfigNamed)
            .Map(config => RegistryAdapter.Accounts(config, Credentials)),
        Pager = () => PagerStart.Run(output, error),
    };

    /// <summary>The ledger that has been opened and belongs to this root, if the command came so far: a refusal is recorded in it.</summary>
    public Option<OpenLedger> Opened => opened;

    /// <summary>The ledger that has been opened, whomever it belongs to.</summary>
    public Option<OpenLedger> Reached { get; private set; }

    public RootFiles Root => root;

    public SegmentFiles Segments => SegmentFilesAdapter.Create(places.Root);

    public CheckpointFiles Files => CheckpointFilesAdapter.Create(places.Root);

    public ProofPorts Proofs(OpenLedger ledger, LedgerConfig config) =>
        new(ledger, SigningAdapter.Create(places.Root, config.Signer), Files, config, AnchorAdapter.Hand, World.Clock);

    public Either<DomainError, LedgerConfig> LedgerConfig() =>
        EngineConfigFile.Read(places.Config, places.ConfigNamed).Map(config => config.Ledger);

    private static CredentialPlaces Credentials => CredentialPlaces.Of(System.Environment.GetEnvironmentVariable);

    private Journal Journal => JournalFile.Create(places.Root);

    /// <summary>On another server's disk there is nothing of ours to give up.</summary>
    private Ballast Ballast => places.Database is null ? BallastFile.Create(places.Root) : Domain.Roots.Ballast.Nothing;

    private EitherAsync<DomainError, Ports> Look(TextWriter error, CancellationToken cancel) =>
        // Before the ledger's head is read: what others append after that, the disk knows of, too.
        from waiting in Give(Journal.Waiting())
        from disk in root.Read(cancel).Outcome()
        from ledger in Open(cancel)
        let ports = Ports(ledger) with
        {
            Ours = disk.Match(Right: seen => OpenRoot.Parted(seen, ledger, World).IsNone, Left: _ => false),
        }
        from told in waiting ? disk.ToAsync().Bind(seen => Caught(ports, seen, error, cancel)) : Done
        select ports;

    private EitherAsync<DomainError, Ports> Change(CancellationToken cancel) => Change(ports => ports, cancel);

    private EitherAsync<DomainError, Ports> Change(Func<Ports, Ports> with, CancellationToken cancel) =>
        from forms in Give(Beside(EventCodec.SetUp))
        from ledger in Checked(cancel)
        from working in StoreLocks.AtWork(paths, cancel)
        let held = AtWork(working)
        let ports = with(Ports(ledger))
        from replayed in Replay.Run(ports, Journal, ErrorText.Of, cancel)
        from kept in Keep().ToAsync()
        let begun = Faults.At(FaultPoint.WorkBegun)
        from swept in Sweep(cancel)
        let cleared = Faults.At(FaultPoint.Swept)
        from settled in Claimed.Left(ports, cancel)
        let asLedger = Faults.At(FaultPoint.Settled)
        from reconciled in Reconcile.Run(ports, cancel)
        let caught = Faults.At(FaultPoint.Reconciled)
        select ports;

    /// <summary>While the ledger is asked. What it should stumble over, the first event stumbles over again.</summary>
    private static Unit Beside(Action work)
    {
        _ = Task.Run(work, CancellationToken.None);
        return unit;
    }

    /// <summary>To the end of the process: what it has on disk and not yet in the ledger is on its way until then.</summary>
    private Unit AtWork(IDisposable held)
    {
        work = held;
        return unit;
    }

    /// <summary>A wrong configuration is told by what needs it: here nothing does.</summary>
    private Either<DomainError, Unit> Keep() =>
        EngineConfigFile.Read(places.Config, places.ConfigNamed).Match(
            Right: config => Ballast.Keep(config.Ballast), Left: _ => Right<DomainError, Unit>(unit));

    /// <summary>The ledger, with what other commands have done without it recorded first.</summary>
    private EitherAsync<DomainError, OpenLedger> Recorded(CancellationToken cancel) =>
        from ledger in Checked(cancel)
        from replayed in Replay.Run(Ports(ledger), Journal, ErrorText.Of, cancel)
        select ledger;

    /// <summary>Who only looks is shown what was done meanwhile; that it could not be recorded does not keep him from looking.</summary>
    private EitherAsync<DomainError, Unit> Caught(Ports ports, DiskRoot disk, TextWriter error, CancellationToken cancel) =>
        (from parted in OpenRoot.Parted(disk, ports.Ledger, World).Match(Some: Fail<Unit>, None: () => Done)
         from replayed in Replay.Run(ports, Journal, ErrorText.Of, cancel)
         select replayed).Recover(failed =>
         {
             error.Write(ErrorText.Line(failed) + "\n");
             return Some(Done);
         });

    private EitherAsync<DomainError, OpenLedger> Open(CancellationToken cancel) =>
        from prepared in paths.Prepare().ToAsync()
        from ledger in places.Database is { } uri
            ? from parsed in LibpqUri.Parse(uri).ToAsync()
              from server in PostgresLedger.OpenServer(parsed, Segments, origin, building.Show, cancel)
              select server
            : PostgresLedger.OpenPrivate(new ClusterPlace(places.Root, places.Run), Segments, origin, building.Show, early, cancel)
        let told = building.End()
        let watched = Watched(ledger)
        let reached = Reached = Some(watched)
        select watched;

    private EitherAsync<DomainError, OpenLedger> Checked(CancellationToken cancel) =>
        from disk in root.Read(cancel)
        from ledger in Open(cancel)
        from ours in OpenRoot.Check(root, StoreLocks.Create(paths), disk, ledger, World, Program.Version, cancel)
        let kept = Keep(ledger)
        select ledger;

    private OpenLedger Keep(OpenLedger ledger)
    {
        opened = Some(ledger);
        return ledger;
    }

    /// <summary>Every append is noted on disk, so that a ledger that has lost its end is known for it.</summary>
    private OpenLedger Watched(OpenLedger ledger) => ledger with
    {
        Store = ledger.Store with
        {
            Append = (append, cancel) =>
                from appended in ledger.Store.Append(append, cancel)
                let reached = Faults.At(FaultPoint.Appended)
                from seen in root.Seen(appended.Last, CancellationToken.None)
                select appended,
        },
        Sealer = ledger.Sealer with
        {
            Record = (append, segment, cancel) =>
                from appended in ledger.Sealer.Record(append, segment, cancel)
                from seen in root.Seen(appended.Last, CancellationToken.None)
                select appended,
            Drop = (append, segment, cancel) =>
                from appended in ledger.Sealer.Drop(append, segment, cancel)
                from seen in root.Seen(appended.Last, CancellationToken.None)
                select appended,
        },
        Redactor = ledger.Redactor with
        {
            Append = (append, erasures, segments, cancel) =>
                from appended in ledger.Redactor.Append(append, erasures, segments, cancel)
                from seen in root.Seen(appended.Last, CancellationToken.None)
                select appended,
        },
    };

    private EitherAsync<DomainError, Unit> Sweep(CancellationToken cancel)
    {
        var sweep = Runtime().Sweep;
        return Staging.Sweep(
            paths,
            (merged, _) => sweep.EndStep(Path.GetFileName(Path.GetDirectoryName(merged))!).Bind(_ => mounts.Unmount(merged)).ToAsync(),
            cancel);
    }

    private (Runtime Runtime, StepSweep Sweep) Runtime() =>
        RuntimeAdapter.Create(new RuntimePaths(places.Root, places.Run, places.Environment + FaultPoints.Later), mounts);
}
