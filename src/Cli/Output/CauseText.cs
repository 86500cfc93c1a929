namespace EventDock.Cli.Output;

using System.Globalization;
using System.Text;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Domain.Oci;
using EventDock.Engine;

/// <summary>A chain of cause for people: what something is, and under it, indented, what it came from.</summary>
internal sealed class CauseText
{
    private const int LabelWidth = 10, MostColumns = 100;
    private const string Shell = "/bin/sh -c ", Nop = "/bin/sh -c #(nop) ";
    private readonly StringBuilder text = new();
    private readonly bool cut;

    /// <summary>The command that has just been told in full: what else it did need not name it again.</summary>
    private Guid told;

    private CauseText(bool cut) => this.cut = cut;

    /// <param name="cut">Ids to twelve digits, and long instructions to a line.</param>
    public static string Of(Cause cause, bool cut)
    {
        var writer = new CauseText(cut);
        return cause.Path.Match(
            Some: path => writer.Told(() => writer.File(path, cause)),
            None: () => writer.Told(() =>
            {
                cause.Container.IfSome(container => writer.Container(container, 0));
                cause.Image.IfSome(image => writer.Image(image, 0, ""));
                cause.Layer.IfSome(writer.Layer);
            }));
    }

    private string Told(Action write)
    {
        write();
        return text.ToString();
    }

    private void Container(CausedContainer c, int depth)
    {
        Head(depth, $"container {Id(c.Id)} {c.Name}{(c.Removed.IsSome ? " (removed)" : "")}");
        Event(depth, "made", "", c.Made);
        Line(depth, "runs", string.Join(' ', c.Arguments.Map(LogSentence.Word)));
        c.Renamed.IfSome(e => Event(depth, "renamed", e.Event is Domain.Containers.ContainerRenamed r ? $"before {r.Previous}" : "", e));
        c.Started.IfSome(e => Event(depth, "started", "again", e));
        c.Removed.IfSome(e => Event(depth, "removed", "", e));
        c.Thin.IfSome(thin => Line(depth, "wrote", string.Create(
            CultureInfo.InvariantCulture, $"{thin.Written} paths to its own layer, {Human.Size(thin.WrittenBytes.Value)}, as far as recorded")));
        c.Tag.Match(
            Some: tag =>
            {
                Event(depth, "named", $"{tag.Reference} meant {Id(c.ImageId)}", tag.Then);
                tag.Since.LastOrNone().IfSome(last => Event(
                    depth, "since", string.Create(CultureInfo.InvariantCulture, $"moved {(tag.Since.Count == 1 ? "once" : $"{tag.Since.Count} times, the last")}: {LogText.Of(last)}"), last));
                return unit;
            },
            None: () =>
            {
                Line(depth, "named", $"{c.Image}, as typed");
                return unit;
            });
        c.From.IfSome(image => Image(image, depth + 1, "of "));
    }

    private void Image(CausedImage image, int depth, string before)
    {
        Head(depth, $"{before}image {Id(image.Id)}{(image.Removed.IsSome ? " (removed)" : "")}");
        image.Arrived.Iter(e => Arrived(depth, e));
        image.Removed.IfSome(e => Event(depth, "removed", "", e));
        foreach (var step in image.Steps)
        {
            step.Entry.IfSome(entry => Line(depth, "step", Step(entry)));
            step.Layer.IfSome(layer => Layer(depth, layer, step.Came));
        }

        image.Base.IfSome(below => Image(below, depth + 1, "on "));
        image.Of.IfSome(container => Container(container, depth + 1));
    }

    private void Arrived(int depth, Recorded<DockEvent> e)
    {
        var (label, what) = e.Event switch
        {
            ImagePulled p => ("pulled", $"{ImageReference.Shown(p.Reference)} from {p.Registry}, manifest {Digest(p.Manifest)}, {Signatures(p.Source)}"),
            ImageBuilt b => ("built", string.Create(CultureInfo.InvariantCulture, $"in {b.Milliseconds} ms{(b.Base is null ? ", from scratch" : "")}")),
            ImageImported i => ("imported", $"from {i.Source}"),
            ImageCommitted c => ("committed", $"from container {Id(c.Container)}{(c.Paused ? ", which was frozen" : "")}"),
            ImageLoaded l => ("loaded", $"from {l.Source} ({l.Archive})"),
            _ => ("came", LogText.Of(e)),
        };
        Event(depth, label, what, e);
        if (e.Event is ImagePulled { Source: { } source })
        {
            source.Signatures.Iter(s => Line(
                depth, "signed", $"{s.Kind} {Digest(s.Digest)}, {(s.VerifiedBy is { } key ? $"verified by {key}" : "not verified")}"));
        }
    }

    private static string Signatures(PullSource? source) => source switch
    {
        null => "signatures not recorded",
        { Search: PullSource.Off } => "signatures not looked for",
        { Signatures.IsEmpty: true } => source.Search == PullSource.Complete ? "no signatures" : "no signatures found, the search was not complete",
        _ => string.Create(
            CultureInfo.InvariantCulture, $"{source.Signatures.Count(s => s.VerifiedBy is not null)} of {source.Signatures.Count} signatures verified"),
    };

    private void Layer(int depth, ImageLayer layer, Option<Recorded<DockEvent>> came)
    {
        Line(depth, "  layer", $"{Id(layer.Id)}  diff {Digest(layer.DiffId)}  {Human.Size(layer.Size.Value)}");
        came.IfSome(e =>
        {
            // What its image came with is told already.
            if (e.Origin.Command != told)
            {
                var kept = told;
                Event(depth, "", "", e);
                told = kept;
            }
        });
    }

    private void Layer(CausedLayer layer)
    {
        Head(0, $"layer {Id(layer.Row.Id)}{(layer.Here ? "" : " (removed)")}");
        Line(0, "diff", layer.Row.DiffId is { } diff ? diff.Value : "none");
        Line(0, "size", $"{Human.Size(layer.Row.Size.Value)}{(layer.Row.Parent is { } parent ? $", on layer {Id(parent)}" : ", the lowest")}");
        foreach (var came in layer.Came)
        {
            Event(0, "came", "", came.Event);
            came.With.Iter(e => Line(1, "for", string.Create(
                CultureInfo.InvariantCulture, $"{EventCodec.NameOf(e.Event)} {LogText.Of(e)} (#{e.Position})")));
        }

        layer.Images.Iter(image => Line(
            0, "image", $"{Id(image.Id)} {image.Origin}{string.Concat(image.References.Map(reference => $" {ImageReference.Shown(reference)}"))}"));
        layer.Containers.Iter(container => Line(0, "under", $"container {container.Id.Short} {container.Name} ({container.Status})"));
        if (layer.Images.IsEmpty)
        {
            Line(0, "image", "none that is here");
        }
    }

    private void File(CausedPath file, Cause cause)
    {
        var whose = cause.Container.Map(c => $"container {Id(c.Id)} {c.Name}") | cause.Image.Map(i => $"image {Id(i.Id)}")
            | cause.Layer.Map(l => $"layer {Id(l.Row.Id)}");
        Head(0, $"{PathText.Show(file.Trace.Path)} in {whose.IfNone("")}");
        file.Trace.Links.Iter(link => Line(0, "link", $"{PathText.Show(link.Path)} leads to {Adapters.Posix.Bytes.Show(link.Target)}"));
        var versions = file.Trace.Versions.Zip(file.Brought).Reverse().ToArray();
        for (var n = 0; n < versions.Length; n++)
        {
            var (version, brought) = versions[n];
            var gone = version.File.Type == FileType.Removal;
            Line(0, n == 0 ? (gone ? "gone" : "seen") : "before",
                gone ? "taken away" : $"{FileFields.Word(version.File.Type)}{(version.File.Type == FileType.File ? $", {Human.Size(version.File.Size)}" : "")}");
            Brought(brought);
        }

        if (file.Source != ThinSource.Seen)
        {
            Line(0, "note", file.Source == ThinSource.Gone
                ? "the container's own layer is no longer there: this is what was recorded, and what its image has"
                : "this is what had been recorded of the container's own layer by then, and what its image has");
        }
    }

    private void Brought(Brought brought)
    {
        switch (brought)
        {
            case Brought.ByLayer by:
                Line(0, "  layer", Id(by.Layer) + by.Image.Match(Some: id => $" of image {Id(id)}", None: () => ""));
                by.Step.Bind(step => step.Entry).IfSome(entry => Line(0, "  step", Step(entry)));
                by.Step.Bind(step => step.Came).IfSome(e => Event(0, "", "", e));
                by.Thin.IfSome(record => Record("recorded as", record));
                break;
            case Brought.ByThin { Record: { IsSome: true } } by:
                by.Record.IfSome(record => Record(by.Changed ? "changed since, not recorded yet; before" : "the container", record));
                break;
            default:
                Line(0, "  thin", "the container, not recorded yet");
                break;
        }
    }

    private void Record(string what, ThinRecord record) => Event(
        0, "  thin",
        $"{what} {record.Change.Match(Some: c => c.Kind switch { "A" => "added", "C" => "changed", _ => "deleted" }, None: () => "deleted with what is above it")}"
            + (record.Event.Event is LayerWritten written ? $", at {written.Cause}" : ""),
        record.Event);

    private void Event(int depth, string label, string what, Recorded<DockEvent> e)
    {
        Line(depth, label, string.Create(CultureInfo.InvariantCulture,
            $"{what}{(what.Length == 0 ? "" : ", ")}{Rfc3339.Seconds(e.Occurred)} (#{e.Position}), {EventInFull.Who(e.Origin.Actor)}"));
        Line(depth, "", $"  {string.Join(' ', e.Origin.Line.Map(LogSentence.Word))}{(e.Origin.Reason is { } reason ? $"  (reason: {reason})" : "")}");
        told = e.Origin.Command;
    }

    private string Step(HistoryEntry entry) => cut ? Human.Ellipsis(Instruction(entry), MostColumns) : Instruction(entry);

    /// <summary>As a Dockerfile has it: docker's history puts a shell before each, and before one that runs nothing a remark.</summary>
    internal static string Instruction(HistoryEntry entry) =>
        (entry.CreatedBy ?? "") switch
        {
            var nothing when nothing.StartsWith(Nop, StringComparison.Ordinal) => nothing[Nop.Length..].Trim(),
            var run when run.StartsWith(Shell, StringComparison.Ordinal) => "RUN " + run[Shell.Length..].Trim(),
            "" => entry.Comment is { Length: > 0 } comment ? comment : "(no instruction)",
            var other => other,
        };

    private string Id(string id) => cut && id.Length > 12 ? id[..12] : id;

    private string Digest(Digest digest) => cut ? digest.Short : digest.Value;

    private void Head(int depth, string line) => text.Append(' ', depth * 2).Append(TerminalText.Escape(line)).Append('\n');

    private void Line(int depth, string label, string value) =>
        text.Append(' ', (depth * 2) + 2).Append(label.PadRight(LabelWidth)).Append(TerminalText.Escape(value).TrimEnd()).Append('\n');
}
