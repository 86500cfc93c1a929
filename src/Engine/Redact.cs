namespace EventDock.Engine;

using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary>What is to be taken out of which events, and why.</summary>
public sealed record RedactRequest(Seq<long> Positions, EventParts Parts, string Reason);

/// <summary>What has been taken out now: nothing of an event that had lost it before.</summary>
/// <param name="At">Where the ledger tells of it; None where nothing was left to do.</param>
public sealed record RedactedEvent(long Position, Seq<string> Parts, Option<long> At);

/// <param name="Alike">Further events of the same commands, whose headers hold the same command line.</param>
/// <param name="Anew">The tables have been written anew, and their files hold nothing of it.</param>
public sealed record Redactions(Seq<RedactedEvent> Events, Seq<long> Alike, bool Anew);

/// <summary>
/// <c>eventdock ledger redact</c>: parts of events go from the ledger, and from all that was made of them. Given a second time it
/// ends what a first that was cut off has begun.
/// </summary>
public static class Redact
{
    public static EitherAsync<DomainError, Redactions> Run(
        OpenLedger ledger, RedactRequest request, Func<DateTimeOffset> clock, Action<Projections.BuildProgress> told,
        CancellationToken cancel) =>
        // Nothing is sealed meanwhile: a file would get what goes from the rows.
        ledger.Segments.Alone(cancel).Holding(() =>
            from events in request.Positions.InTurn(position => Find(ledger, position, cancel))
            from allowed in Allowed(ledger, request, events, cancel)
            from segments in ledger.Sealer.All(cancel)
            from done in ledger.Retries.OnConflict(() => Record(ledger, request, events, segments, clock(), cancel), cancel)
            from purged in Purge(ledger, cancel)
            from rebuilt in Rebuilt(request, events) ? ledger.Care.Views.Rebuild(Seq<string>(), told, cancel).Ignore() : Done
            from cleaned in ledger.Redactor.Clean(cancel)
            from alike in (request.Parts & EventParts.Headers) == 0
                ? Give(Seq<long>())
                : ledger.Redactor.Alike(events.Map(e => e.Origin.Command), cancel)
            from seen in request.Positions.InTurn(position => Find(ledger, position, cancel))
            select new Redactions(seen.Map(e => Told(e, done)).Strict(), alike, cleaned));

    private static EitherAsync<DomainError, Recorded<DockEvent>> Find(OpenLedger ledger, long position, CancellationToken cancel)
    {
        Recorded<DockEvent>? found = null;
        return
            from read in ledger.Log.Read(
                new LogQuery(Seq<string>(), Seq<string>(), Seq<string>(), null, null, position, position, 1),
                recorded =>
                {
                    found = recorded;
                    return unit;
                },
                cancel)
            from head in ledger.Log.Head(cancel)
            from there in Optional(found).OrFail(() => new DomainError.NoSuchPosition(position, head))
            select there;
    }

    /// <summary>Only data are needed: no view, no decision and no fold looks at headers.</summary>
    private static EitherAsync<DomainError, Unit> Allowed(
        OpenLedger ledger, RedactRequest request, Seq<Recorded<DockEvent>> events, CancellationToken cancel) =>
        (request.Parts & EventParts.Data) == 0 ? Done
        : events.Find(e => e.Event is Redacted).Match(
            Some: e => Fail<Unit>(new DomainError.RedactionStays(e.Position)),
            None: () =>
                from checkedAll in events.Map(e => e.Stream).Distinct().ToSeq().InTurn(stream =>
                    from past in ledger.Store.Read(stream, cancel)
                    from free in NeededEvents.Of(past, gone => request.Positions.Exists(p => p == gone)).Match(
                        Some: row => Fail<Unit>(new DomainError.StillNeeded(
                            events.Find(e => e.Stream == stream).Map(e => e.Position).IfNone(0), row.View, row.Key)),
                        None: () => Done)
                    select free)
                select unit);

    /// <summary>Appends what is still to be said, and gives it.</summary>
    private static EitherAsync<DomainError, Seq<Redacted>> Record(
        OpenLedger ledger, RedactRequest request, Seq<Recorded<DockEvent>> events, Seq<Segment> segments, DateTimeOffset now,
        CancellationToken cancel) =>
        from decisions in events.InTurn(e => ledger.Store.Decide(
            RedactionDecider.Decider, Streams.Redaction(e.Position), new RedactEvent(e.Position, request.Parts, request.Reason), now, cancel))
        let said = decisions.Bind(d => d.Facts).Map(f => (Redacted)f.Event).Strict()
        let gone = said.Map(r => (Position: r.Position.Value, Parts: EventPartNames.Of(r.Parts))).Strict()
        from anew in segments.Filter(s => gone.Exists(g => s.Covers(g.Position))).Strict()
            .InTurn(s => Resealing.Write(ledger.Segments, s, gone, cancel))
        from resealed in Resealed(ledger, anew, now, cancel)
        from appended in said.IsEmpty
            ? Done
            : ledger.Redactor.Append(
                decisions.Fold(resealed, (all, d) => all.And(d.Append)),
                events.Filter(e => said.Exists(r => r.Position.Value == e.Position)).Map(Erased).Strict(),
                anew, cancel).Ignore()
        select said;

    private static EitherAsync<DomainError, Append> Resealed(OpenLedger ledger, Seq<Segment> anew, DateTimeOffset now, CancellationToken cancel) =>
        anew.IsEmpty
            ? Give(Append.None)
            : from past in ledger.Store.Past(Streams.Segments, cancel)
              let state = SegmentDecider.Decider.Fold(past.Events.Map(e => (SegmentEvent)e.Event))
              from facts in anew.All(s => SegmentDecider.Decide(new SegmentCommand.Rewrite(s), state)).ToAsync()
              select new Append(
                  Seq1(new StreamAppend(Streams.Segments, past.Version, facts.Bind(f => f).Map(e => Fact.At(now, e)).Strict())), Seq<Guard>());

    /// <summary>
    /// What a file held before goes, once the ledger names the one that was written anew. Also that of any redaction which was cut
    /// off before it came so far.
    /// </summary>
    private static EitherAsync<DomainError, Unit> Purge(OpenLedger ledger, CancellationToken cancel) =>
        from now in ledger.Sealer.All(cancel)
        from purged in now.InTurn(s => ledger.Segments.Purge(s, cancel))
        select unit;

    private static Erasure Erased(Recorded<DockEvent> e) =>
        new(e.Position, RedactedForm.Headers(e.Origin.Schema, e.Occurred, e.Origin.Command));

    /// <summary>Its place in the ledger is known from the event itself, as everybody sees it from now on.</summary>
    private static RedactedEvent Told(Recorded<DockEvent> seen, Seq<Redacted> said) =>
        said.Find(r => r.Position.Value == seen.Position).Match(
            Some: r => new RedactedEvent(
                seen.Position, r.Parts,
                (EventPartNames.Of(r.Parts) == EventParts.Headers ? seen.Redaction?.Headers : seen.Redaction?.Data) is { } at
                    ? Some(at)
                    : Option<long>.None),
            None: () => new RedactedEvent(seen.Position, Seq<string>(), None));

    /// <summary>Views are folded from data alone, and not from those of every event.</summary>
    private static bool Rebuilt(RedactRequest request, Seq<Recorded<DockEvent>> events) =>
        (request.Parts & EventParts.Data) != 0
        && events.Exists(e => !AllViews.Unheeded.Exists(name => name == EventCodec.NameOf(e.Event)));
}
