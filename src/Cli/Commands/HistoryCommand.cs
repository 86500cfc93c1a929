namespace EventDock.Cli.Commands;

using EventDock.Cli.Grammar;
using EventDock.Cli.Output;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;
using EventDock.Engine;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary><c>eventdock history IMAGE</c></summary>
public static class HistoryCommand
{
    private static readonly RowFormat Rows = new(
        "{{.ID}}\t{{.CreatedSince}}\t{{.CreatedBy}}\t{{.Size}}\t{{.Comment}}",
        [
            ("ID", "IMAGE"), ("CreatedSince", "CREATED"), ("CreatedAt", "CREATED AT"), ("CreatedBy", "CREATED BY"), ("Size", "SIZE"),
            ("Comment", "COMMENT"),
        ]);

    private sealed record Entry(HistoryEntry History, long Size, bool Top);

    public static EitherAsync<DomainError, int> Run(ParsedArgs args, Session session, CancellationToken cancel) =>
        from ports in session.Read(cancel)
        from moment in Moments.AsOf(args, ports, session, cancel)
        from image in Find.Image(ports, args.Arguments[0], moment.Position, cancel)
        let entries = Entries(image)
        from text in args.On("quiet") && args.Text("format") is null
            ? Give(string.Concat(entries.Map(e => Id(image, e, !args.On("no-trunc")) + "\n")))
            : Rows.Render(
                args.Text("format"), entries, e => Row(image, e, moment.Clock, !args.On("no-trunc"), args.On("human"))).ToAsync()
        let printed = session.Print(text)
        let footer = Moments.Footer(session, moment)
        select 0;

    /// <summary>Newest first; each layer's size with the instruction that made it.</summary>
    private static Seq<Entry> Entries(ImageRow image)
    {
        var sizes = new Queue<long>(image.Content.Layers.Map(l => l.Size.Value));
        var entries = image.Content.History
            .Select(h => (History: h, Size: h.Empty || !sizes.TryDequeue(out var size) ? 0 : size)).Reverse().ToList();
        return entries.Select((e, n) => new Entry(e.History, e.Size, n == 0)).ToSeq().Strict();
    }

    private static string Id(ImageRow image, Entry entry, bool cut) =>
        !entry.Top ? "<missing>" : cut ? image.Id[..12] : Digest.Prefix + image.Id;

    private static TemplateValue.Row Row(ImageRow image, Entry entry, DateTimeOffset now, bool cut, bool human) =>
        TemplateValue.RowOf(
            "*formatter.historyContext",
            ("Comment", entry.History.Comment ?? ""),
            ("CreatedAt", entry.History.Created is { } at ? Rfc3339.Seconds(at) : ""),
            ("CreatedBy", Human.CreatedBy(entry.History.CreatedBy, cut)),
            ("CreatedSince", entry.History.Created is { } created ? human ? Human.Ago(created, now) : Rfc3339.Seconds(created) : "N/A"),
            ("ID", Id(image, entry, cut)),
            ("Size", human ? Human.Size(entry.Size) : entry.Size.ToString(System.Globalization.CultureInfo.InvariantCulture)));
}
