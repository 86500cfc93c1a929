namespace EventDock.Domain.Ledger;

using System.Text;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;

/// <summary>The parts of an exported event beside its leaf: are they what was hashed, and can this version read them?</summary>
internal sealed class ExportedEvents
{
    private readonly LeafLine made = new();

    /// <summary>
    /// What this version cannot read it refuses: it could not store the event as it was stored (a newer version knows its .NET
    /// type), and the views would stop before it.
    /// </summary>
    public Either<DomainError, (EventKind Kind, Option<DockEvent> Happened)> Read(
        LeafFields leaf, byte[] line, Option<SaltedPart> headers, Option<SaltedPart> data) =>
        Hashed(leaf, line, headers, data)
            .Bind(_ => Decoded(leaf, headers, data))
            .MapLeft(error => error is DomainError.LedgerUnreadable e ? new DomainError.BadExport(0, $"cannot be read: {e.Reason}") : error);

    private Either<DomainError, Unit> Hashed(
        LeafFields leaf, byte[] line, Option<SaltedPart> headers, Option<SaltedPart> data) =>
        headers.Match(
            Some: top => data.Match(
                // The line made anew from both, as verify makes it: so the headers say what the line says, too.
                Some: body => made.Make(Row(leaf, top, body), top.Salt, body.Salt) && made.Line.SequenceEqual(line)
                    ? unit
                    : Other(leaf, leaf.Data == body.Digest ? "headers" : "data"),
                None: () => top.Digest == leaf.Headers ? unit : Other(leaf, "headers")),
            None: () => data.Match(
                Some: body => body.Digest == leaf.Data ? unit : Other(leaf, "data"),
                None: () => Right<DomainError, Unit>(unit)));

    private static Either<DomainError, (EventKind Kind, Option<DockEvent> Happened)> Decoded(
        LeafFields leaf, Option<SaltedPart> headers, Option<SaltedPart> data) =>
        Top(leaf, headers).Bind(_ => EventCodec.KindOfAlias(leaf.Type)
            .ToEither(() => EventCodec.Unknown(leaf.Position, leaf.Type))
            .Bind(kind => data.Match(
                Some: body => EventCodec.Read(leaf.Position, leaf.Type, leaf.Schema, Encoding.UTF8.GetString(body.Json))
                    .Bind(happened => Kept(kind, happened)),
                None: () => Right<DomainError, (EventKind, Option<DockEvent>)>((kind, None)))));

    private static Either<DomainError, (EventKind, Option<DockEvent>)> Kept(EventKind kind, DockEvent happened) =>
        happened is LayerWritten e && e.Changes.Exists(c => c.Base64 && !IsBase64(c.Path))
            ? new DomainError.BadExport(0, "holds a path that is not base64")
            : (kind, Some(happened));

    private static bool IsBase64(string text) => Convert.TryFromBase64String(text, new byte[text.Length], out _);

    /// <summary>What stands in the place of redacted headers names the command, which is therefore one.</summary>
    private static Either<DomainError, Unit> Top(LeafFields leaf, Option<SaltedPart> headers) =>
        headers.Match(
            Some: top => EventCodec.ReadHeaders(leaf.Position, Encoding.UTF8.GetString(top.Json)).Map(_ => unit),
            None: () => Guid.TryParseExact(leaf.Correlation, "D", out _)
                ? Right<DomainError, Unit>(unit)
                : new DomainError.BadExport(0, "is of no command"));

    private static StoredEvent Row(LeafFields leaf, SaltedPart headers, SaltedPart data) => new()
    {
        Position = leaf.Position,
        Id = leaf.Id,
        Stream = Encoding.UTF8.GetBytes(leaf.Stream),
        Version = leaf.Version,
        Type = Encoding.UTF8.GetBytes(leaf.Type),
        Recorded = LeafText.Micros(leaf.Recorded),
        Correlation = Encoding.UTF8.GetBytes(leaf.Correlation),
        Headers = headers.Json,
        Data = data.Json,
    };

    private static Either<DomainError, Unit> Other(LeafFields leaf, string part) =>
        new DomainError.BadExport(0, $"has other bytes than the {part} that were hashed into position {leaf.Position}");
}
