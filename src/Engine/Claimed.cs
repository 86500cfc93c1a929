namespace EventDock.Engine;

using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Domain.Oci;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary>
/// Settles what commands have claimed and not lived to tell the ledger, or to take from the disk after they had told it: what the ledger
/// knows stays, what it does not goes. Decided under the store's lock: a command that is about to record it waits, and finds it gone.
/// </summary>
public static class Claimed
{
    /// <summary>No manifest is longer.</summary>
    private const int LongestManifest = 4 << 20;

    private const int LockTries = 50;
    private static readonly TimeSpan LockPause = TimeSpan.FromMilliseconds(20);

    /// <summary>What dead commands have left. That it cannot be looked up holds up no command on others: the claims stay.</summary>
    public static EitherAsync<DomainError, Unit> Left(Ports ports, CancellationToken cancel) =>
        (from left in ports.Claims.Left(cancel)
         from settled in left.Match(
             None: () => Done,
             Some: found => Give((IDisposable)found).Holding(() =>
                 from whole in Settle(ports, found.Claims, cancel)
                 // A container that another command is at: the claim stays, for who comes next.
                 let cleared = whole ? Cleared(found) : unit
                 select cleared))
         select settled)
        .Recover(error => error is DomainError.SegmentUnreadable or DomainError.LedgerUnreadable or DomainError.ViewUnfoldable
                or DomainError.FileFailed or DomainError.RuntimeFailed
            ? Some(Done)
            : None);

    private static Unit Cleared(LeftClaims found)
    {
        found.Clear();
        return unit;
    }

    /// <summary>This command's own, when it has failed: it leaves no more than one that was killed.</summary>
    public static EitherAsync<DomainError, Unit> Own(Ports ports) =>
        from settled in Settle(ports, ports.Claims.Own(), CancellationToken.None)
        from released in ports.Claims.Release().ToAsync()
        select released;

    /// <returns>Whether all of them are.</returns>
    private static EitherAsync<DomainError, bool> Settle(Ports ports, Seq<Claim> claims, CancellationToken cancel)
    {
        var layers = Of(claims, ClaimKind.Layer);
        var blobs = Of(claims, ClaimKind.Blob);
        return
            from content in layers.IsEmpty && blobs.IsEmpty
                ? Done
                : ports.Locks.Store.Take(true, cancel).Holding(() =>
                    from known in ports.Views.Layers.Keyed(layers, None, cancel)
                    // Layers first: one that goes takes its blob with it, where no other layer has that.
                    from removed in Removed(ports.Views.RemovedLayers, layers, cancel)
                    from gone in Without(layers, known.Map(l => l.Id))
                        .InTurn(id => ports.Claims.Withdraw(new Claim(ClaimKind.Layer, id), removed.Exists(l => l.Id == id), cancel))
                    from unknown in Unknown(ports, blobs, cancel)
                    from kept in OfRemoved(ports, removed, unknown, cancel)
                    from taken in unknown.InTurn(hex => ports.Claims.Withdraw(new Claim(ClaimKind.Blob, hex), kept.Contains(hex), cancel))
                    select unit)
            from containers in Of(claims, ClaimKind.Container).Choose(id => ContainerId.Parse(id).ToOption()).ToSeq().Strict()
                .InTurn(id => Container(ports, id, cancel))
            select containers.ForAll(done => done);
    }

    /// <summary>Those that there were: what a killed removal or restoration has left of them is kept as if it had never begun.</summary>
    private static EitherAsync<DomainError, Seq<TRow>> Removed<TRow>(EndedReader<TRow> removed, Seq<string> keys, CancellationToken cancel) =>
        keys.IsEmpty
            ? Give(Seq<TRow>())
            : removed.Find(new EndedQuery(None) { Keys = keys }, cancel).Map(rows => rows.Map(e => e.Row).Strict());

    /// <summary>Blobs of those layers, configurations and manifests of images that there were.</summary>
    private static EitherAsync<DomainError, Seq<string>> OfRemoved(
        Ports ports, Seq<LayerRow> layers, Seq<string> blobs, CancellationToken cancel) =>
        from read in blobs.InTurn(hex => ConfigOf(ports, hex, cancel).Map(config => (Hex: hex, Image: config.Length > 0 ? config : hex)))
        from images in Removed(ports.Views.RemovedImages, read.Map(i => i.Image).Strict(), cancel)
        select read.Filter(b => images.Exists(i => i.Id == b.Image) || layers.Exists(l => l.Blob?.Digest.Hex == b.Hex)).Map(b => b.Hex).Strict();

    private static Seq<string> Of(Seq<Claim> claims, ClaimKind kind) =>
        claims.Filter(c => c.Kind == kind).Map(c => c.Name).Strict();

    private static Seq<string> Without(Seq<string> all, Seq<string> those)
    {
        var known = those.ToHashSet(StringComparer.Ordinal);
        return all.Filter(one => !known.Contains(one)).Strict();
    }

    /// <summary>Each question costs more than the one before it, and is asked of what is left: of what a kill leaves, seldom the last.</summary>
    private static EitherAsync<DomainError, Seq<string>> Unknown(Ports ports, Seq<string> blobs, CancellationToken cancel) =>
        from beyondImages in Asked(blobs, left => ports.Views.Images.Keyed(left, None, cancel).Map(rows => rows.Map(i => i.Id)))
        from beyondLayers in Asked(beyondImages, _ => ports.Views.Layers.All(None, cancel)
            .Map(rows => rows.Choose(l => l.Blob is { } blob ? Some(blob.Digest.Hex) : None)))
        from beyondManifests in Asked(beyondLayers, left => Manifests(ports, left, cancel))
        from unknown in Asked(beyondManifests, _ => KeptContents.Told(ports, cancel).Map(told => told.Keys.ToArray().ToSeq().Strict()))
        select unknown;

    private static EitherAsync<DomainError, Seq<string>> Asked(
        Seq<string> blobs, Func<Seq<string>, EitherAsync<DomainError, Seq<string>>> known) =>
        blobs.IsEmpty ? Give(blobs) : known(blobs).Map(found => Without(blobs, found));

    /// <summary>Manifests of images that are there.</summary>
    private static EitherAsync<DomainError, Seq<string>> Manifests(Ports ports, Seq<string> blobs, CancellationToken cancel) =>
        from read in blobs.InTurn(hex => ConfigOf(ports, hex, cancel).Map(config => (hex, config)))
        let manifests = read.Filter(m => m.config.Length > 0).Strict()
        from images in ports.Views.Images.Keyed(manifests.Map(m => m.config).Strict(), None, cancel)
        let there = images.Map(i => i.Id).ToHashSet(StringComparer.Ordinal)
        select manifests.Filter(m => there.Contains(m.config)).Map(m => m.hex).Strict();

    /// <summary>Empty for what is no manifest, or is not there at all: its command was killed before it got its name.</summary>
    private static EitherAsync<DomainError, string> ConfigOf(Ports ports, string hex, CancellationToken cancel) =>
        (from digest in Digest.FromHex(hex).ToAsync()
         from bytes in ports.Blobs.Read(digest, LongestManifest, cancel)
         select ManifestJson.Parse(bytes, null).Match(
             Right: read => read is ManifestOrIndex.Single single ? single.Manifest.Config.Digest.Hex : "",
             Left: _ => ""))
        .Recover(error => error is DomainError.FileFailed or DomainError.BadContent or DomainError.Corrupt ? Some(Give("")) : None);

    /// <summary>
    /// A container that the ledger does not have goes with all that is mounted; of one that has ended nothing stays mounted. One that is
    /// running, or was about to, is looked after by <see cref="Reconcile"/>.
    /// </summary>
    /// <returns>False where another command has the container's lock, for longer than it takes to look at it.</returns>
    private static EitherAsync<DomainError, bool> Container(Ports ports, ContainerId id, CancellationToken cancel) =>
        from held in Soon(ports, id, LockTries, cancel)
        from settled in held.Match(
            None: () => Give(false),
            Some: taken => Give(taken).Holding(() =>
                from rows in ports.Views.Containers.Keyed(Seq1(id.Value), None, cancel)
                from done in rows.HeadOrNone().Match(
                    None: () =>
                        from cleaned in ports.Runtime.CleanUp(id, CancellationToken.None)
                        from discarded in ports.Thin.Discard(id.Value, CancellationToken.None)
                        select discarded,
                    Some: row => row.State is ContainerRow.Running or ContainerRow.Starting
                        ? Done
                        : ports.Runtime.CleanUp(id, CancellationToken.None))
                select true))
        select settled;

    /// <summary>What conmon calls at a container's end takes the lock for a moment, and leaves what is claimed to others.</summary>
    private static EitherAsync<DomainError, Option<IDisposable>> Soon(Ports ports, ContainerId id, int tries, CancellationToken cancel) =>
        from held in ports.Locks.Container(id, false, cancel)
        from taken in held.IsSome || tries == 0
            ? Give(held)
            : from waited in Delayed(cancel)
              from next in Soon(ports, id, tries - 1, cancel)
              select next
        select taken;

    private static EitherAsync<DomainError, Unit> Delayed(CancellationToken cancel)
    {
        return Wait().ToAsync();

        async Task<Either<DomainError, Unit>> Wait()
        {
            await Task.Delay(LockPause, cancel);
            return unit;
        }
    }
}
