namespace EventDock.Cli.Commands;

using System.IO;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using EventDock.Adapters.Posix;
using EventDock.Cli.Grammar;
using EventDock.Cli.Output;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;
using EventDock.Engine;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary><c>eventdock inspect</c>: docker's fields, of containers and of images.</summary>
public static class InspectCommand
{
    public static EitherAsync<DomainError, int> Run(ParsedArgs args, Session session, CancellationToken cancel) =>
        from type in Type(args.Text("type")).ToAsync()
        from code in Walk(
            args, session, (ports, asOf) => name => One(Look.Of(args, session, ports, asOf), name, type, cancel), cancel)
        select code;

    /// <summary><c>eventdock container inspect</c>: of containers alone.</summary>
    public static EitherAsync<DomainError, int> Containers(ParsedArgs args, Session session, CancellationToken cancel) =>
        Walk(
            args, session,
            (ports, asOf) => name => OrRemoved(Look.Of(args, session, ports, asOf), name, cancel),
            cancel);

    /// <summary><c>eventdock image inspect</c>: of images alone.</summary>
    public static EitherAsync<DomainError, int> Images(ParsedArgs args, Session session, CancellationToken cancel) =>
        Walk(args, session, (ports, asOf) => name => Image(ports, name, asOf, cancel), cancel);

    /// <summary>What a name stands for, as JSON.</summary>
    private delegate EitherAsync<DomainError, string> Finder(string name);

    private static Either<DomainError, string> Type(string? type) =>
        type switch
        {
            null => "",
            "container" or "image" or "" => type,
            "network" or "node" or "plugin" or "secret" or "service" or "task" or "volume" =>
                new DomainError.NotSupported($"--type {type} of \"eventdock inspect\""),
            _ => new DomainError.Invalid("--type", type, "must be container or image"),
        };

    // What is found is printed, what is not is told: docker's way, and [] where nothing was.
    private static EitherAsync<DomainError, int> Walk(
        ParsedArgs args, Session session, Func<Ports, Option<long>, Finder> finder, CancellationToken cancel) =>
        from template in (args.Text("format") is { } format
            ? GoTemplate.Typed(format).Map(Some)
            : Right<DomainError, Option<GoTemplate>>(None)).ToAsync()
        from ports in session.Read(cancel)
        from moment in Moments.AsOf(args, ports, session, cancel)
        from code in Each(args.Arguments, session, finder(ports, moment.Position), template).ToAsync()
        let footer = Moments.Footer(session, moment)
        select code;

    private static async Task<Either<DomainError, int>> Each(
        Seq<string> names, Session session, Finder find, Option<GoTemplate> template)
    {
        var found = new List<string>();
        Option<DomainError> missing = None;
        foreach (var name in names)
        {
            var json = await find(name).ToEither();
            var text = json.Bind(j => template.Match(
                Some: t => Rendered(t, j),
                None: () => Right<DomainError, string>(j)));
            text.Match(Right: found.Add, Left: error =>
            {
                missing.IfSome(earlier => session.Tell(Errors.ErrorText.Line(earlier)));
                missing = Some(error);
            });
        }

        session.Out.Write(template.IsSome
            ? string.Concat(found.Select(f => Shown(f) + "\n"))
            : found.Count == 0 ? "[]\n" : $"[\n{string.Join(",\n", found.Select(Indented))}\n]\n");
        return missing.Match(Some: Left<DomainError, int>, None: () => Right<DomainError, int>(0));
    }

    /// <param name="Sizes">What containers have written is asked for.</param>
    /// <param name="Removed">What is not there any more is asked for, too. Not by itself: scripts ask by inspect's exit code what there is.</param>
    private sealed record Look(Session Session, Ports Ports, bool Sizes, bool Removed, Option<long> AsOf)
    {
        public static Look Of(ParsedArgs args, Session session, Ports ports, Option<long> asOf) =>
            new(session, ports, args.On("size"), args.On("removed"), asOf);
    }

    /// <summary>What is there comes before what has been removed.</summary>
    private static EitherAsync<DomainError, string> One(Look look, string name, string type, CancellationToken cancel) =>
        type == "image" ? Image(look.Ports, name, look.AsOf, cancel)
        : type == "container" ? OrRemoved(look, name, cancel)
        : Present(look, name, cancel).Recover(error => error is DomainError.NoSuchContainer
            ? Some(Image(look.Ports, name, look.AsOf, cancel).Recover(other => other is DomainError.NoSuchImage
                ? Some((look.Removed ? Removed(look, name, cancel) : Fail<string>(error)).Recover(none => none is DomainError.NoSuchContainer
                    ? Some(Fail<string>(new DomainError.NoSuchObject(name)))
                    : None))
                : None))
            : None);

    private static EitherAsync<DomainError, string> Present(Look look, string name, CancellationToken cancel) =>
        from row in Find.Container(look.Ports, name, look.AsOf, cancel)
        from layers in look.Sizes ? look.Ports.Views.Layers.Keyed(Seq1(row.Id.Value), look.AsOf, cancel) : Give(Seq<LayerRow>())
        from json in Container(look, row, layers, null, cancel)
        select json;

    private static EitherAsync<DomainError, string> OrRemoved(Look look, string name, CancellationToken cancel) =>
        Present(look, name, cancel).Recover(error => look.Removed && error is DomainError.NoSuchContainer
            ? Some(Removed(look, name, cancel))
            : None);

    private static EitherAsync<DomainError, string> Removed(Look look, string name, CancellationToken cancel) =>
        from found in FindRemoved.Container(look.Ports, name, look.AsOf, cancel)
        let told = RemovedText.Tell(look.Session, name, found)
        let row = found.Ended.Row
        from layers in look.Sizes
            ? look.Ports.Views.RemovedLayers.Find(new EndedQuery(look.AsOf) { Keys = Seq1(row.Id.Value) }, cancel)
            : Give(Seq<Ended<LayerRow>>())
        from json in Container(
            look, row with { State = ContainerRow.Removed, Paused = false }, layers.Map(l => l.Row).Strict(), found.Ended.At, cancel)
        select json;

    // The values of its environment stand beside the container, and not in the ledger: of one that has been removed they are gone.
    private static EitherAsync<DomainError, string> Container(
        Look look, ContainerRow row, Seq<LayerRow> layers, DateTimeOffset? removed, CancellationToken cancel) =>
        from image in look.Ports.Views.Images.Keyed(Seq1(row.ImageId), look.AsOf, cancel)
        from env in look.Ports.Secrets.Read(row.Id, cancel)
        let written = layers.Sum(l => l.WrittenBytes.Value)
        select InspectJson.Container(
            row, image.HeadOrNone(), env,
            look.Sizes ? Some(new ContainerSizes(written, written + image.Sum(i => i.Content.Size.Value))) : None,
            look.Ports.Runtime.Name(), removed);

    private static EitherAsync<DomainError, string> Image(Ports ports, string name, Option<long> asOf, CancellationToken cancel) =>
        from row in Find.Image(ports, name, asOf, cancel)
        from tags in asOf.Match(Some: position => ports.Views.TagsOfAt(row.Id, position, cancel), None: () => ports.Views.TagsOf(row.Id, cancel))
        from digest in Digest.FromHex(row.Id).ToAsync()
        from config in ports.Blobs.Read(digest, ImageConfigJson.MaxBytes, cancel).Recover(lost => Kept(row, lost))
        select Text(row, tags, config, ports);

    /// <summary>The configuration as the ledger has it: the image may have been removed since, or its blob lost (check tells of that).</summary>
    private static Option<EitherAsync<DomainError, byte[]>> Kept(ImageRow row, DomainError lost) =>
        lost is DomainError.FileFailed or DomainError.Corrupt or DomainError.BadContent
            ? Some(Give(ImageConfigJson.Write(Contents.Config(row.Content))))
            : None;

    private static string Text(ImageRow row, Seq<TagRow> tags, byte[] config, Ports ports)
    {
        using var document = JsonDocument.Parse(config);
        return new ImageJson(row, tags, document.RootElement, ports.Reader.Directory).Text();
    }

    private static Either<DomainError, string> Rendered(GoTemplate template, string json)
    {
        using var document = JsonDocument.Parse(json);
        return template.Render(TemplateValue.Of(document.RootElement, name => name is "Labels" or "Networks" or "Volumes" or "ExposedPorts" or "Data"));
    }

    /// <summary>A program gets a label as it is; a person's terminal does nothing that an image's author has thought out.</summary>
    private static string Shown(string text) => Terminal.Is(1) ? TerminalText.EscapeLines(text) : text;

    private static string Indented(string json)
    {
        using var document = JsonDocument.Parse(json);
        using var memory = new MemoryStream();
        using (var writer = new Utf8JsonWriter(
            memory, new JsonWriterOptions { Indented = true, IndentSize = 4, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            document.WriteTo(writer);
        }

        return "    " + TerminalText.EscapeJson(Encoding.UTF8.GetString(memory.ToArray())).Replace("\n", "\n    ");
    }
}
