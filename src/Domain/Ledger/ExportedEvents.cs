namespace EventDock.Domain.Ledger;

using System.Text;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;

/// <summary>The parts of an exported event beside its leaf: are they what was hashed, and can this version read them?</summary>
internal sealed class ExportedEvents
{
    private readonly Sha256 sha256 = new();

    /// <summary>
    /// What this version cannot read it refuses: it could not store the event as it was stored (a newer version knows its .NET
    /// type), and the views would stop before it.
    /// </summary>
    public Either<DomainError, (EventKind Kind, Option<DockEvent> Happened)> Read(
        LeafFields leaf, Option<SaltedPart> headers, Option<SaltedPart> data) =>
        Hashed(leaf, headers, data)
            .Bind(_ => Decoded(leaf, headers, data))
            .MapLeft(error => error is DomainError.LedgerUnreadable e
                ? new DomainError.BadExport(0, $"cannot be read: {e.Reason}")
                : error);

    /// <summary>As verify makes the line anew from them: the digests, and what the headers say again of what stands in the line.</summary>
    private Either<DomainError, Unit> Hashed(LeafFields leaf, Option<SaltedPart> headers, Option<SaltedPart> data) =>
        !data.ForAll(part => Digest(part) == leaf.Data) ? Other(leaf, "data")
        : !headers.ForAll(part => Digest(part) == leaf.Headers && Agree(leaf, part)) ? Other(leaf, "headers")
        : unit;

    private string Digest(SaltedPart part) => Convert.ToHexStringLower(sha256.Bytes(part.Salt, part.Json));

    private static bool Agree(LeafFields leaf, SaltedPart headers) =>
        LeafLine.Known(headers.Json, out var occurred, out var schema)
        && schema == leaf.Schema && LeafText.Moment(occurred) is { } moment && moment == leaf.Occurred;

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

    private static Either<DomainError, Unit> Other(LeafFields leaf, string part) =>
        new DomainError.BadExport(0, $"has other bytes than the {part} that were hashed into position {leaf.Position}");
}
