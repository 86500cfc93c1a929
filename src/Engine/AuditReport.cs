namespace EventDock.Engine;

using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary>What a report touches, as functions: it reads, and changes nothing.</summary>
public sealed record ReportPorts(Ports Ports, VerifyPorts Verify);

/// <summary>A report on a range of the ledger.</summary>
/// <param name="First">The first position; one more than <paramref name="Last"/> where the range is empty.</param>
/// <param name="From">The moment after which the range begins; of one that begins with the ledger, the time of its first event.</param>
/// <param name="Until">The moment with which it ends.</param>
/// <param name="Head">The ledger's last position when it was asked.</param>
/// <param name="Made">When it was asked.</param>
/// <param name="RootId">Empty where the ledger belongs to no root.</param>
/// <param name="Origins">Where images that containers were made of have come from, by their ids: the last time, within the range or before.</param>
/// <param name="Stops">Views that stand still: of containers of before the range nothing may be known then.</param>
/// <param name="Proof">What was verified; or why nothing could be.</param>
public sealed record AuditReported(
    long First, long Last, DateTimeOffset From, DateTimeOffset Until, long Head, DateTimeOffset Made, string RootId, AuditedRange Range,
    IReadOnlyDictionary<string, ImageEvent> Origins, Seq<DomainError.ViewStopped> Stops, Either<DomainError, RangeVerified> Proof);

/// <summary><c>eventdock audit report</c>: the events of a range read once, folded, and verified.</summary>
public static class AuditReport
{
    /// <summary>So many positions at a time: the log gives its newest first, and the fold wants its oldest.</summary>
    private const int Portion = 2000;

    /// <summary>So many images are looked up at once.</summary>
    private const int MostImages = 1000;

    private static readonly Seq<string> Arrivals =
        Seq(nameof(ImagePulled), nameof(ImageBuilt), nameof(ImageImported), nameof(ImageCommitted), nameof(ImageLoaded));

    /// <param name="text">A range as <c>log</c> takes it; None for the whole ledger.</param>
    public static EitherAsync<DomainError, AuditReported> Run(ReportPorts ports, Option<string> text, CancellationToken cancel) =>
        from head in ports.Ports.Ledger.Log.Head(cancel)
        from range in text.Match(
            Some: given => FindMoment.Range(ports.Ports, given, None, cancel), None: () => Give(new FoundRange(None, None)))
        let after = range.After.Match(Some: m => m.Position, None: () => 0L)
        let last = range.Until.Match(Some: m => m.Position, None: () => head)
        from stops in ports.Ports.Ledger.Care.Views.Stops(cancel)
        from before in after > 0
            ? ports.Ports.Views.Containers.All(Some(after), cancel).Recover(error =>
                error is DomainError.ViewStopped ? Some(Give(Seq<ContainerRow>())) : None)
            : Give(Seq<ContainerRow>())
        let fold = new AuditFold(before.ToArray())
        from read in Read(ports.Ports.Ledger.Log, fold, after + 1, last, cancel)
        let folded = fold.End()
        from origins in Origins(ports.Ports.Ledger.Log, folded, last, cancel)
        from proof in last > after
            ? VerifyRange.Run(ports.Verify, after + 1, last, cancel).Outcome()
            : Give(Left<DomainError, RangeVerified>(new DomainError.NothingYet()))
        from passed in Checked(proof)
        select new AuditReported(
            after + 1, last, range.After.Match(Some: m => m.Clock, None: () => First(folded, ports.Ports.World)),
            range.Until.Match(Some: m => m.Clock, None: ports.Ports.World.Clock), head, ports.Ports.World.Clock(),
            ports.Ports.Ledger.Root.Match(Some: root => root.RootId, None: () => ""), folded, origins, stops, proof);

    /// <summary>What is wrong with the ledger is part of the report; that it cannot be reached any more, or that somebody has had enough, ends it.</summary>
    private static EitherAsync<DomainError, Unit> Checked(Either<DomainError, RangeVerified> proof) =>
        proof.Match(
            Right: _ => Done,
            Left: error => error is DomainError.Interrupted or DomainError.LedgerUnreachable ? Fail<Unit>(error) : Done);

    private static DateTimeOffset First(AuditedRange folded, World world) =>
        folded.Operations.Count > 0 ? folded.Operations.Min(operation => operation.From) : world.Clock();

    private static EitherAsync<DomainError, Unit> Read(EventLog log, AuditFold fold, long first, long last, CancellationToken cancel)
    {
        return Walk().ToAsync();

        async Task<Either<DomainError, Unit>> Walk()
        {
            var portion = new List<Recorded<DockEvent>>(Portion);
            for (var from = first; from <= last; from += Portion)
            {
                portion.Clear();
                var query = LogQuery.All with { SincePosition = from, UntilPosition = Math.Min(last, from + Portion - 1) };
                var read = await log.Read(query, Kept, cancel).ToEither();
                if (read.IsLeft)
                {
                    return read;
                }

                for (var n = portion.Count - 1; n >= 0; n--)
                {
                    fold.Take(portion[n]);
                }
            }

            return unit;

            Unit Kept(Recorded<DockEvent> recorded)
            {
                portion.Add(AuditFold.Needed(recorded));
                return unit;
            }
        }
    }

    /// <summary>Newest first, so that the first of an image is the last arrival.</summary>
    private static EitherAsync<DomainError, IReadOnlyDictionary<string, ImageEvent>> Origins(
        EventLog log, AuditedRange folded, long last, CancellationToken cancel)
    {
        var found = new Dictionary<string, ImageEvent>(StringComparer.Ordinal);
        var portions = folded.Containers.Select(container => container.ImageId).Distinct().Chunk(MostImages).ToSeq().Strict();
        return portions.InTurn(ids => log.Read(
                LogQuery.All with { Streams = ids.Select(Streams.Image).ToSeq().Strict(), Types = Arrivals, UntilPosition = last },
                recorded =>
                {
                    if (recorded.Event is ImageEvent image)
                    {
                        found.TryAdd(image.Id, image);
                    }

                    return unit;
                },
                cancel))
            .Map(_ => (IReadOnlyDictionary<string, ImageEvent>)found);
    }
}
