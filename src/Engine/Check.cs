namespace EventDock.Engine;

using EventDock.Domain.Containers;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Domain.Store;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary>What checking touches: it reads, and changes nothing but a staging directory of its own.</summary>
public sealed record CheckPorts(Ports Ports, StoreInspector Store)
{
    /// <summary>The same for who keeps all other commands from work already.</summary>
    public CheckPorts Alone => this with { Store = Store with { Quiet = _ => Give(Some<IDisposable>(new Held())) } };

    private sealed class Held : IDisposable
    {
        public void Dispose()
        {
            // Whoever holds it lets go of it.
        }
    }
}

/// <param name="Findings">The gravest first.</param>
/// <param name="Unfolded">Why the views could not be compared with the events.</param>
/// <param name="Compared">The views were compared with the events.</param>
public sealed record Checked(
    Seq<StoreFinding> Findings, int Images, int Layers, int Blobs, int Containers, bool Compared, Option<DomainError> Unfolded);

/// <summary>
/// <c>eventdock check</c>: ledger, views and disk compared, while commands go on. What looks wrong at first may be on its way: it
/// is looked at again while nothing is removed and, if that can be had, nothing is made, and only what is still wrong is told.
/// </summary>
public static class Check
{
    /// <summary>A ledger up to this length is folded again each time; a longer one with --deep only.</summary>
    private const long MostEvents = 100_000;

    private const int MostViewFindings = 1_000;

    public static EitherAsync<DomainError, Checked> Run(
        CheckPorts ports, bool deep, Action<Projections.BuildProgress> told, CancellationToken cancel) =>
        from known in Known(ports.Ports, cancel)
        let small = Small(known)
        from found in ports.Store.Look(new LookAt(_ => true, name => deep || small(name), deep), cancel)
        let first = StoreCheck.Compare(known, found, Moment(ports.Ports, quiet: true))
        from settled in first.ForAll(f => f.Kind == FindingKind.Note)
            ? Give(first)
            : Again(ports, first, deep, cancel)
        from named in settled.InTurn(finding => Removed(ports.Ports, finding, cancel))
        from proven in deep ? Deep(ports, known, cancel) : Give(Seq<StoreFinding>())
        from head in ports.Ports.Ledger.Log.Head(cancel)
        let compare = deep || head <= MostEvents
        from views in compare ? Views(ports.Ports, told, cancel) : Give((Found: Seq<StoreFinding>(), Failed: Option<DomainError>.None))
        select new Checked(
            StoreCheck.Ordered([.. named, .. proven.Where(p => !settled.Exists(s => s.Same(p))), .. views.Found]),
            known.Images.Count, known.Layers.Count, found.Blobs.Count, known.Containers.Count, compare, views.Failed);

    /// <summary>The views do not have what has been removed: of a directory that they do not know its events tell more.</summary>
    private static EitherAsync<DomainError, StoreFinding> Removed(Ports ports, StoreFinding finding, CancellationToken cancel) =>
        StoreCheck.ContainerOf(finding).Match(
            Some: id => ContainerStream.State(ports, id, cancel)
                .Map(state => state is ContainerState.Removed ? finding with { Fault = Fault.Removed } : finding),
            None: () => Give(finding));

    /// <summary>Blobs whose size the ledger does not have are small, and are read each time; strangers are, to know what they are.</summary>
    private static Func<string, bool> Small(KnownStore known)
    {
        var sized = known.Layers.Bind(l => l.Blob is { } blob ? Seq1(blob.Digest.Hex) : Seq<string>()).ToHashSet(StringComparer.Ordinal);
        return name => !sized.Contains(name);
    }

    private static CheckMoment Moment(Ports ports, bool quiet) => new(
        ports.World.Clock(), quiet,
        row => row is { Pid: { } pid, StartTime: { } start, BootId: { } boot }
            && ports.Runtime.Alive(new ProcessIdentity(pid, start.Value, boot)));

    private static EitherAsync<DomainError, Seq<StoreFinding>> Again(
        CheckPorts ports, Seq<StoreFinding> first, bool deep, CancellationToken cancel) =>
        ports.Ports.Locks.Store.Take(false, cancel).Holding(() =>
            from quiet in ports.Store.Quiet(cancel)
            let suspect = first.Map(f => f.What).ToHashSet(StringComparer.Ordinal)
            from found in Held(quiet, () =>
                from known in Known(ports.Ports, cancel)
                let small = Small(known)
                from found in ports.Store.Look(new LookAt(suspect.Contains, name => suspect.Contains(name) || small(name), deep), cancel)
                from busy in Busy(ports.Ports, first, cancel)
                let second = StoreCheck.Compare(known, found, Moment(ports.Ports, quiet.IsSome))
                select second.Filter(f => !busy.Exists(id => f.What.Contains(id, StringComparison.Ordinal))).Strict())
            // What has come to be wrong only now is on its way as well: the next check sees it.
            select found.Filter(f => f.Kind == FindingKind.Note || first.Exists(f.Same)).Strict());

    private static EitherAsync<DomainError, T> Held<T>(Option<IDisposable> held, Func<EitherAsync<DomainError, T>> work) =>
        held.Match(Some: taken => Give(taken).Holding(work), None: work);

    /// <summary>Containers that another command is starting, ending or removing at this moment.</summary>
    private static EitherAsync<DomainError, Seq<string>> Busy(Ports ports, Seq<StoreFinding> findings, CancellationToken cancel) =>
        findings.SelectMany(f => f.What.Split('/')).Distinct().Where(part => ContainerId.Parse(part).IsRight)
            .Select(part => ContainerId.Parse(part).IfLeft(_ => throw new System.Diagnostics.UnreachableException("it is an id"))).ToArray().ToSeq()
            .InTurn(id => ports.Locks.Container(id, false, cancel).Map(taken => taken.Match(
                Some: held => Free(held),
                None: () => Some(id.Value))))
            .Map(ids => ids.Choose(id => id));

    private static Option<string> Free(IDisposable held)
    {
        held.Dispose();
        return None;
    }

    internal static EitherAsync<DomainError, KnownStore> Known(Ports ports, CancellationToken cancel) =>
        from images in ports.Views.Images.All(None, cancel)
        from layers in ports.Views.Layers.All(None, cancel)
        from tags in ports.Views.Tags.All(None, cancel)
        from containers in ports.Views.Containers.All(None, cancel)
        from segments in ports.Ledger.Sealer.All(cancel)
        from blobs in KeptContents.Told(ports, cancel)
        select new KnownStore(images, layers, tags, containers, blobs, segments);

    /// <summary>One layer after the other: no more than one is unpacked at a time. One that is removed meanwhile is no finding.</summary>
    private static EitherAsync<DomainError, Seq<StoreFinding>> Deep(CheckPorts ports, KnownStore known, CancellationToken cancel) =>
        known.Layers.Filter(l => l is { Container: null, DiffId: not null, Blob: not null }).Strict()
            .InTurn(layer =>
                from found in ports.Store.Prove(new StoredLayer(layer.Id, layer.Parent, layer.DiffId!, layer.Blob!, layer.Size), cancel)
                from there in found.IsEmpty ? Give(Seq<LayerRow>()) : ports.Ports.Views.Layers.Keyed(Seq1(layer.Id), None, cancel)
                select there.IsEmpty ? Seq<StoreFinding>() : found)
            .Map(all => all.SelectMany(one => one).ToArray().ToSeq().Strict());

    private static EitherAsync<DomainError, (Seq<StoreFinding> Found, Option<DomainError> Failed)> Views(
        Ports ports, Action<Projections.BuildProgress> told, CancellationToken cancel) =>
        ports.Ledger.Care.Views.Compare(None, MostViewFindings, told, cancel)
            .Map(found => (Differing(found), Option<DomainError>.None))
            .Recover(error => error is DomainError.LedgerUnreadable or DomainError.SegmentUnreadable or DomainError.ViewUnfoldable
                ? Some(Give((Seq<StoreFinding>(), Some(error))))
                : None);

    private static Seq<StoreFinding> Differing(ViewDifferences found) =>
        found.Found.Select(d => new StoreFinding(FindingKind.View, Fault.ViewDiffers, d.View, $"{d.Key} from position {d.Position} on"))
            .Concat(found.More ? [new StoreFinding(FindingKind.View, Fault.ViewDiffers, "views", "more than is told here")] : [])
            .ToArray().ToSeq().Strict();
}
