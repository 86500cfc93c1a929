namespace EventDock.Cli.Commands;

using System.Globalization;
using EventDock.Cli.Grammar;
using EventDock.Cli.Output;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;
using EventDock.Engine;
using static EventDock.Engine.Pipeline;

/// <summary><c>eventdock reflog TAG</c></summary>
public static class ReflogCommand
{
    private static readonly RowFormat Rows = new(
        "{{.Name}}\t{{.ImageID}}\t{{.Since}}\t{{.By}}\t{{.Command}}\t{{.Position}}",
        [
            ("Name", "NAME"), ("ImageID", "IMAGE ID"), ("Since", "SINCE"), ("At", "AT"), ("By", "BY"), ("Command", "COMMAND"),
            ("Position", "POSITION"), ("Here", "HERE"),
        ]);

    public static EitherAsync<DomainError, int> Run(ParsedArgs args, Session session, CancellationToken cancel) =>
        from parsed in ImageReference.Parse(args.Arguments[0]).ToAsync()
        let reference = parsed.Tagged
        from ports in session.Read(cancel)
        from moment in Moments.AsOf(args, ports, session, cancel)
        from moves in Reflog.Of(ports.AsOf(moment.Position), reference, cancel)
        from text in Rows.Render(
            args.Text("format"), moves, move => Row(reference.Familiar, move, moment.Clock, !args.On("no-trunc"))).ToAsync()
        let printed = session.Print(text)
        let footer = Moments.Footer(session, moment)
        select 0;

    private static TemplateValue.Row Row(string tag, TagMove move, DateTimeOffset now, bool cut) =>
        TemplateValue.RowOf(
            "*formatter.reflogContext",
            ("At", Rfc3339.Micros(move.Event.At)),
            ("By", LogText.Who(move.Event.Origin.Actor)),
            ("Command", Human.Command(move.Event.Origin.Line, cut)),
            ("Here", move.Here ? "true" : "false"),
            ("ImageID", move.Event.Event is DataRedacted ? "<redacted>" : move.Image.Match(
                Some: id => (cut ? id[..12] : Digest.Prefix + id) + (move.Here || !cut ? "" : " (removed)"), None: () => "<none>")),
            ("Name", string.Create(CultureInfo.InvariantCulture, $"{tag}@{{{move.Back}}}")),
            ("Position", move.Event.Position.ToString(CultureInfo.InvariantCulture)),
            ("Since", Human.Ago(move.Event.At, now)));
}
