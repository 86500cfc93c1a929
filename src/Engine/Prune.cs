namespace EventDock.Engine;

using System.Globalization;
using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using EventDock.Domain.Store;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary>A plan, and the position whose views it was made of: from there it can be made again, so that nothing is stored.</summary>
public sealed record PlannedPrune(PrunePlan Plan, long Position)
{
    public string Id => string.Create(CultureInfo.InvariantCulture, $"{Position}-{Plan.Digest}");
}

/// <param name="Layers">Those that nothing stood on.</param>
/// <param name="Contents">Containers whose kept files have gone.</param>
public sealed record Pruned(Seq<string> Containers, Seq<RemovedImage> Images, Seq<string> Layers, Seq<string> Contents, long Bytes);

/// <summary>
/// <c>image prune</c>, <c>container prune</c>, <c>system prune</c>. What is to go is found in the views; whether each of it may still go is
/// decided again when it goes, under the same locks and guards as with rm and rmi, so that no pull and no run loses anything.
/// </summary>
public static class Prune
{
    public static EitherAsync<DomainError, PlannedPrune> Plan(Ports ports, PruneRequest request, CancellationToken cancel) =>
        from head in ports.Ledger.Log.Head(cancel)
        from plan in At(ports, request, head, cancel)
        select new PlannedPrune(plan, head);

    private static EitherAsync<DomainError, PrunePlan> At(Ports ports, PruneRequest request, long position, CancellationToken cancel)
    {
        var at = position > 0 ? Some(position) : Option<long>.None;
        return
            from images in ports.Views.Images.All(at, cancel)
            from tags in ports.Views.Tags.All(at, cancel)
            from layers in ports.Views.Layers.All(at, cancel)
            from containers in ports.Views.Containers.All(at, cancel)
            from contents in request.Containers ? KeptContents.Unheld(ports, containers, at, cancel) : Give(Seq<ContentUsage>())
            select PrunePlan.Of(
                request, new PruneViews(images, tags, layers, containers) { Contents = contents }, ports.World.Clock());
    }

    /// <summary>The plan as it is now, where it is the one of that id; else what has changed.</summary>
    public static EitherAsync<DomainError, PlannedPrune> Again(Ports ports, PruneRequest request, string id, CancellationToken cancel) =>
        from now in Plan(ports, request, cancel)
        from same in now.Plan.Digest == DigestOf(id)
            ? Give(now)
            : from position in Position(id, now.Position).OrFail(() => new DomainError.NoSuchPlan(id))
              from then in At(ports, request, position, cancel)
              let before = then.Lines.ToHashSet(StringComparer.Ordinal)
              let after = now.Plan.Lines.ToHashSet(StringComparer.Ordinal)
              from changed in Fail<PlannedPrune>(then.Digest == DigestOf(id)
                  ? new DomainError.PlanChanged(id, Without(after, before), Without(before, after))
                  : new DomainError.NoSuchPlan(id))
              select changed
        select same;

    private static Seq<string> Without(IEnumerable<string> all, IReadOnlySet<string> those) =>
        all.Where(line => !those.Contains(line)).Order(StringComparer.Ordinal).ToArray().ToSeq().Strict();

    private static string DigestOf(string id) => id[(id.IndexOf('-') + 1)..];

    private static Option<long> Position(string id, long head) =>
        id.IndexOf('-') is var dash and > 0
        && long.TryParse(id.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture, out var position) && position <= head
            ? Some(position)
            : None;

    /// <summary>Removes exactly the plan, but for what is used by now.</summary>
    public static EitherAsync<DomainError, Pruned> Run(Ports ports, PrunePlan plan, CancellationToken cancel) =>
        from containers in plan.Containers.InTurn(id => Container(ports, id, cancel))
        from images in plan.Images.InTurn(image => Remove.Exactly(ports, image, cancel).Recover(Kept<Seq<RemovedImage>>(Seq<RemovedImage>())))
        from layers in Remove.Unheld(ports, plan.Layers, cancel).Recover(Kept<Seq<string>>(Seq<string>()))
        from contents in plan.Contents.InTurn(kept => Content(ports, kept, cancel))
        let unkept = contents.Choose(c => c).Strict()
        let done = containers.Choose(c => c).Strict()
        let all = images.SelectMany(i => i).ToArray().ToSeq().Strict()
        let ofImages = plan.SizeOf(all.Select(i => i is RemovedImage.Deleted d ? d.Digest.Hex : ""))
        let ofContainers = plan.SizeOf(done) + unkept.Sum(c => c.Bytes)
        let ofLayers = plan.SizeOf(layers)
        from noted in Seq<(string What, bool Gone, long Bytes)>(
            ("container", !done.IsEmpty || !unkept.IsEmpty, ofContainers), ("image", !all.IsEmpty, ofImages), ("builder", !layers.IsEmpty, ofLayers))
            .Filter(p => p.Gone).Strict().InTurn(p => Note(ports, p.What, p.Bytes))
        select new Pruned(done, all, layers, unkept.Map(c => c.Container).Strict(), ofImages + ofContainers + ofLayers);

    /// <summary>What has gone has gone, called off or not.</summary>
    private static EitherAsync<DomainError, Unit> Note(Ports ports, string what, long bytes) =>
        ports.Store.Append(
            new Append(
                Seq1(new StreamAppend(
                    Streams.Prune(ports.World.NewId()), 0, Seq1(Fact.At(ports.World.Clock(), new StorePruned(what, bytes))))),
                Seq<Guard>()),
            CancellationToken.None).Ignore();

    private static EitherAsync<DomainError, Option<ContentUsage>> Content(Ports ports, ContentUsage kept, CancellationToken cancel) =>
        from id in ContainerId.Parse(kept.Container).ToAsync()
        from gone in KeptContents.Remove(ports, id, cancel)
        select gone ? Some(kept) : None;

    private static EitherAsync<DomainError, Option<string>> Container(Ports ports, string id, CancellationToken cancel) =>
        (from parsed in ContainerId.Parse(id).ToAsync()
         from removed in Remove.Ended(ports, parsed, cancel)
         select Some(id)).Recover(error => error is DomainError.WrongState or DomainError.NoSuchContainer
             ? Some(Give(Option<string>.None))
             : None);

    /// <summary>Used, tagged or gone by now: it stays as it is.</summary>
    private static Func<DomainError, Option<EitherAsync<DomainError, T>>> Kept<T>(T nothing) =>
        error => error is DomainError.ImageInUse or DomainError.NoSuchImage or DomainError.Conflict or DomainError.LayerGone
            ? Some(Give(nothing))
            : None;
}
