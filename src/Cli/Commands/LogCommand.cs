namespace EventDock.Cli.Commands;

using System.Globalization;
using System.Text;
using System.Text.Json;
using EventDock.Cli.Grammar;
using EventDock.Cli.Output;
using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;
using EventDock.Engine;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary><c>eventdock log</c>: what has happened, newest first.</summary>
public static class LogCommand
{
    public static EitherAsync<DomainError, int> Run(ParsedArgs args, Session session, CancellationToken cancel) =>
        from known in args.All("type").All(Known).ToAsync()
        from json in args.Text("format") switch
        {
            null => Give(false),
            "json" => Give(true),
            { } other => Fail<bool>(new DomainError.Invalid("--format", other, "log prints json, or lines for people")),
        }
        from limit in Limit(args.Number("limit")).ToAsync()
        from now in session.Read(cancel)
        from moment in Moments.AsOf(args, now, session, cancel)
        let ports = now.AsOf(moment.Position)
        from since in Bound("--since", args.Text("since"), ports, cancel)
        from until in Bound("--until", args.Text("until"), ports, cancel)
        from range in Range(args.Arguments.HeadOrNone(), ports, cancel)
        from streams in Streams(ports, args.Text("container"), args.Text("image"), cancel)
        let query = new LogQuery(
            streams.Exact, streams.Prefixes, known, since.Time, until.Time, Greater(since.Position, range.First), Smaller(until.Position, range.Last),
            limit.ToNullable())
        from read in Pages.Print(
            session, !args.On("no-pager"),
            (line, stop) => ports.Ledger.Log.Read(query, recorded => line(json ? Json(recorded) : Line(recorded)), stop),
            cancel)
        let footer = Moments.Footer(session, moment)
        select 0;

    private static Either<DomainError, Option<int>> Limit(long? number) =>
        number is null ? Right<DomainError, Option<int>>(None)
        : number is > 0 and <= int.MaxValue ? Some((int)number)
        : new DomainError.Invalid("--limit", string.Create(CultureInfo.InvariantCulture, $"{number}"), "must be at least 1");

    private sealed record Wanted(Seq<string> Exact, Seq<string> Prefixes);

    /// <summary>
    /// A container's own stream, its thin layer's and its execs'; an image's own and those of the tags that name it now. What has
    /// been removed is found by its whole id, since the views show only what is.
    /// </summary>
    private static EitherAsync<DomainError, Wanted> Streams(Ports ports, string? container, string? image, CancellationToken cancel) =>
        from ofContainer in container is null
            ? Give(new Wanted(Seq<string>(), Seq<string>()))
            : ContainerId(ports, container, cancel).Map(id => new Wanted(
                Seq(Domain.Kernel.Streams.Container(id), Domain.Kernel.Streams.Layer(id)), Seq1(Domain.Kernel.Streams.ExecsOf(id))))
        from ofImage in image is null
            ? Give(new Wanted(Seq<string>(), Seq<string>()))
            : from id in ImageId(ports, image, cancel)
              from tags in ports.Views.TagsOf(id, cancel)
              select new Wanted(
                  Domain.Kernel.Streams.Image(id).Cons(tags.Map(t => Domain.Kernel.Streams.Tag(t.Reference))).Strict(), Seq<string>())
        select new Wanted(ofContainer.Exact + ofImage.Exact, ofContainer.Prefixes + ofImage.Prefixes);

    private static EitherAsync<DomainError, string> ContainerId(Ports ports, string text, CancellationToken cancel) =>
        Find.Container(ports, text, cancel).Map(row => row.Id.Value).Recover(error =>
            error is DomainError.NoSuchContainer ? Some(Gone(ports, "container", text, error, cancel)) : None);

    private static EitherAsync<DomainError, string> ImageId(Ports ports, string text, CancellationToken cancel) =>
        Find.Image(ports, text, None, cancel).Map(row => row.Id).Recover(error =>
            error is DomainError.NoSuchImage ? Some(Gone(ports, "image", text.Replace("sha256:", ""), error, cancel)) : None);

    /// <summary>Something removed, by a beginning of its id or, for a container, by the name it last had.</summary>
    private static EitherAsync<DomainError, string> Gone(
        Ports ports, string kind, string text, DomainError error, CancellationToken cancel)
    {
        var found = new System.Collections.Generic.HashSet<string>(StringComparer.Ordinal);
        var named = new List<string>();
        return
            from read in ports.Ledger.Log.Read(
                new LogQuery(
                    Seq<string>(), Seq1($"{kind}-"),
                    kind == "container"
                        ? Seq1("ContainerCreated")
                        : Seq("ImagePulled", "ImageBuilt", "ImageImported", "ImageCommitted", "ImageLoaded"),
                    null, null, null, null, null),
                recorded =>
                {
                    var id = recorded.Stream[(kind.Length + 1)..];
                    if (id.StartsWith(text, StringComparison.Ordinal))
                    {
                        found.Add(id);
                    }

                    if (recorded.Event is Domain.Containers.ContainerCreated created && created.Name == text)
                    {
                        named.Add(id);
                    }

                    return unit;
                },
                cancel)
            from id in named.Count > 0 ? Give(named[0])
                : found.Count == 1 ? Give(found.First())
                : found.Count > 1 ? Fail<string>(new DomainError.Ambiguous(kind, text, found.Select(f => f[..12]).ToSeq().Strict()))
                : Fail<string>(error)
            select id;
    }

    private sealed record Bounded(DateTimeOffset? Time, long? Position);

    /// <summary>A time bounds by time, any other moment by its position; each with what is there.</summary>
    private static EitherAsync<DomainError, Bounded> Bound(
        string flag, string? text, Ports ports, CancellationToken cancel) =>
        text is null
            ? Give(new Bounded(null, null))
            : from named in MomentText.Parse(flag, text, ports.World.Wall()).ToAsync()
              from bound in named switch
              {
                  Moment.Time m => Give(new Bounded(m.Instant, null)),
                  Moment.At m => Give(new Bounded(null, m.Position)),
                  _ => FindMoment.At(ports, named, occurred: false, None, cancel).Map(found => new Bounded(null, found.Position)),
              }
              select bound;

    private sealed record Span(long? First, long? Last);

    /// <summary>What came after the one moment, up to and with the other.</summary>
    private static EitherAsync<DomainError, Span> Range(Option<string> text, Ports ports, CancellationToken cancel)
    {
        return text.Match(
            None: () => Give(new Span(null, null)),
            Some: given =>
                from range in MomentText.Range("range", given, ports.World.Wall()).ToAsync()
                from after in Side(range.After)
                from until in Side(range.Until)
                select new Span(after.Map(position => position + 1).ToNullable(), until.ToNullable()));

        EitherAsync<DomainError, Option<long>> Side(Option<Moment> moment) => moment.Match(
            Some: named => FindMoment.At(ports, named, occurred: false, None, cancel).Map(found => Some(found.Position)),
            None: () => Give(Option<long>.None));
    }

    private static long? Greater(long? one, long? other) => one is { } a && other is { } b ? Math.Max(a, b) : one ?? other;

    private static long? Smaller(long? one, long? other) => one is { } a && other is { } b ? Math.Min(a, b) : one ?? other;

    private static Either<DomainError, string> Known(string type) =>
        EventCodec.Kinds.Find(k => k.Name == type).Map(k => k.Name)
            .ToEither<DomainError>(() => new DomainError.Invalid("--type", type, "no event has this name (docs/events.md lists them)"));

    private static string Line(Recorded<DockEvent> e) => string.Create(
        CultureInfo.InvariantCulture,
        $"#{e.Position,-6} {Rfc3339.Micros(e.At)[..19]}Z  {EventCodec.NameOf(e.Event),-23} {TerminalText.Escape(LogText.Of(e))}  [{LogText.Who(e.Origin.Actor)}]");

    internal static string Json(Recorded<DockEvent> e)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{{\"Position\":{e.Position},\"Type\":\"{EventCodec.NameOf(e.Event)}\",\"Stream\":{Quote(e.Stream)},\"Version\":{e.Version},");
        text.Append(CultureInfo.InvariantCulture, $"\"Id\":\"{e.Id:D}\",\"Occurred\":\"{Rfc3339.Micros(e.Occurred)}\",\"Recorded\":\"{Rfc3339.Micros(e.At)}\",");
        text.Append("\"Origin\":").Append(JsonSerializer.Serialize(e.Origin, EventJson.Default.Origin));
        text.Append(",\"Data\":").Append(e.Event is DataRedacted ? RedactedForm.Data : EventCodec.Write(e.Event));
        return e.Redaction is { } gone ? text.Append(Json(gone)).Append('}').ToString() : text.Append('}').ToString();
    }

    private static string Json(Redaction gone) => string.Create(
        CultureInfo.InvariantCulture,
        $",\"Redaction\":{{\"Headers\":{gone.Headers?.ToString(CultureInfo.InvariantCulture) ?? "null"},\"Data\":{gone.Data?.ToString(CultureInfo.InvariantCulture) ?? "null"},\"Reason\":{Quote(gone.Reason)},\"By\":{JsonSerializer.Serialize(gone.By, EventJson.Default.Actor)}}}");

    private static string Quote(string text) => JsonSerializer.Serialize(text, EventJson.Default.String);
}
