namespace EventDock.Engine;

using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Domain.Oci;
using EventDock.Domain.Store;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <param name="Check">What finds it.</param>
/// <param name="Mender">What mends it.</param>
public sealed record RepairPorts(CheckPorts Check, StoreMender Mender);

/// <summary>One step, and why it could not be done; None where it could.</summary>
public sealed record RepairDone(RepairStep Step, Option<DomainError> Failed);

/// <summary>
/// <c>eventdock repair</c>: what a check finds is made anew from what is sound: files from their blob, blobs from the registry that
/// they came from, by the recorded digest. No other command is at work meanwhile.
/// </summary>
public static class Repair
{
    public static EitherAsync<DomainError, Seq<RepairStep>> Plan(
        RepairPorts ports, bool deep, Action<Projections.BuildProgress> told, CancellationToken cancel)
    {
        var pulls = new List<ImagePulled>();
        return
            from found in Check.Run(ports.Check, deep, told, cancel)
            from known in Check.Known(ports.Check.Ports, cancel)
            from read in ports.Check.Ports.Ledger.Log.Read(
                new LogQuery(Seq<string>(), Seq<string>(), Seq1(nameof(ImagePulled)), null, null, null, null, null),
                recorded => Noted(pulls, recorded.Event), cancel)
            select RepairPlan.Of(found.Findings, known, pulls.ToArray().ToSeq().Strict());
    }

    private static Unit Noted(List<ImagePulled> pulls, DockEvent happened)
    {
        if (happened is ImagePulled pulled)
        {
            pulls.Add(pulled);
        }

        return unit;
    }

    /// <summary>Found and mended while other commands wait: what is planned is what is still so.</summary>
    public static EitherAsync<DomainError, Seq<RepairDone>> Run(
        RepairPorts ports, bool deep, Action<Projections.BuildProgress> told, CancellationToken cancel) =>
        from quiet in ports.Check.Store.Quiet(cancel)
        from held in quiet.OrFail(() => new DomainError.CommandsAtWork())
        from done in Give(held).Holding(() =>
            // The lock that says so is ours: to the check within, too, no command is at work.
            from steps in Plan(ports with { Check = ports.Check.Alone }, deep, told, cancel)
            from mended in steps.InTurn(step => Once(ports, step, cancel))
            select mended)
        select done;

    /// <summary>What cannot be mended keeps nothing else from being mended.</summary>
    private static EitherAsync<DomainError, RepairDone> Once(RepairPorts ports, RepairStep step, CancellationToken cancel) =>
        Do(ports, step, cancel).Map(_ => new RepairDone(step, None)).Recover(error => error is DomainError.Interrupted
            ? None
            : Some(Give(new RepairDone(step, Some(error)))));

    private static EitherAsync<DomainError, Unit> Do(RepairPorts ports, RepairStep step, CancellationToken cancel) => step switch
    {
        RepairStep.Unpack s =>
            from made in ports.Mender.Replace(Import(s.Layer, stop => ports.Mender.Open(s.Layer.Blob!.Digest, stop)), cancel)
            from recorded in Record(ports.Check.Ports, s.Layer.Id, "files", "blob", cancel)
            select recorded,
        RepairStep.FetchLayer s => FirstOf(s.From, pulled => Fetch(ports, s.Layer, pulled, cancel)),
        RepairStep.FetchConfig s => FirstOf(s.From, pulled => FetchConfig(ports, pulled, cancel)),
        RepairStep.Relink s => ports.Mender.Relink(s.Layer, cancel),
        RepairStep.TakeAway s =>
            from cleaned in ports.Check.Ports.Runtime.CleanUp(s.Container, CancellationToken.None)
            from discarded in ports.Check.Ports.Thin.Discard(s.Container.Value, CancellationToken.None)
            select discarded,
        RepairStep.Rebuild => ports.Check.Ports.Ledger.Care.Views.Rebuild(Seq<string>(), _ => { }, cancel).Ignore(),
        _ => Done,
    };

    /// <summary>The first that succeeds; else the last one's error.</summary>
    private static EitherAsync<DomainError, Unit> FirstOf(Seq<ImagePulled> from, Func<ImagePulled, EitherAsync<DomainError, Unit>> work) =>
        work(from.Head).Recover(error => from.Count > 1 && error is not DomainError.Interrupted ? Some(FirstOf(from.Tail, work)) : None);

    private static LayerImport Import(LayerRow layer, Func<CancellationToken, EitherAsync<DomainError, System.IO.Stream>> open) => new(
        layer.Parent, new Descriptor(layer.Blob!.MediaType, layer.Blob.Digest, layer.Blob.Size.Value), layer.DiffId, open, _ => { });

    private static EitherAsync<DomainError, Unit> Fetch(RepairPorts ports, LayerRow layer, ImagePulled pulled, CancellationToken cancel) =>
        from remote in Remote(ports, pulled, cancel)
        from blob in remote.Manifest.Layers.Find(l => l.Digest.Hex == layer.Blob!.Digest.Hex)
            .OrFail(() => new DomainError.BadContent(pulled.Reference, $"it has no layer {layer.Blob!.Digest}"))
        from made in ports.Mender.Replace(Import(layer, stop => ports.Check.Ports.Registry.OpenLayer(remote, blob, stop)), cancel)
        from recorded in Record(ports.Check.Ports, layer.Id, "blob", Source(pulled), cancel)
        select recorded;

    private static EitherAsync<DomainError, Unit> FetchConfig(RepairPorts ports, ImagePulled pulled, CancellationToken cancel) =>
        from remote in Remote(ports, pulled, cancel)
        from written in ports.Mender.Write(remote.Manifest.Config.MediaType, remote.ConfigBytes, cancel)
        from recorded in ports.Check.Ports.Again(
            () => ports.Check.Ports.Store.Handle(
                ImageDecider.Decider, Streams.Image(pulled.Id), new RecordImageRepaired(pulled.Id, Source(pulled)),
                ports.Check.Ports.World.Clock(), cancel).Ignore(),
            cancel)
        select recorded;

    /// <summary>What the reference stood for when it was pulled, by digest: it may have moved on since.</summary>
    private static EitherAsync<DomainError, RemoteImage> Remote(RepairPorts ports, ImagePulled pulled, CancellationToken cancel) =>
        from reference in ImageReference.Parse(pulled.Reference).ToAsync()
        from remote in ports.Check.Ports.Registry.Resolve(reference.At(pulled.Manifest), PlatformOf(pulled.Platform), cancel)
        from same in remote.Manifest.Config.Digest.Hex == pulled.Id
            ? Done
            : Fail<Unit>(new DomainError.Corrupt(Source(pulled), $"{Digest.Prefix}{pulled.Id}", remote.Manifest.Config.Digest.Value))
        select remote;

    private static Platform PlatformOf(string text) => text.Split('/') is [var os, var architecture, .. var rest]
        ? new Platform(os, architecture, rest.Length > 0 ? rest[0] : null)
        : new Platform(text, "", null);

    private static string Source(ImagePulled pulled) =>
        ImageReference.Parse(pulled.Reference).Match(Right: r => r.At(pulled.Manifest).Canonical, Left: _ => pulled.Reference);

    private static EitherAsync<DomainError, Unit> Record(Ports ports, string layer, string damage, string source, CancellationToken cancel) =>
        ports.Again(
            () => ports.Store.Handle(
                LayerDecider.Decider, Streams.Layer(layer), new RecordLayerRepaired(layer, damage, source), ports.World.Clock(), cancel).Ignore(),
            cancel);
}
