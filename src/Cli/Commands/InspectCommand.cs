namespace EventDock.Cli.Commands;

using System.IO;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using EventDock.Adapters.Posix;
using EventDock.Cli.Grammar;
using EventDock.Cli.Output;
using EventDock.Domain.Kernel;
using EventDock.Engine;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary><c>eventdock inspect</c>: docker's fields, of containers and of images.</summary>
public static class InspectCommand
{
    public static EitherAsync<DomainError, int> Run(ParsedArgs args, Session session, CancellationToken cancel)
    {
        return Walk().ToAsync();

        // What is found is printed, what is not is told: docker's way, and [] where nothing was.
        async Task<Either<DomainError, int>> Walk()
        {
            var type = args.Text("type");
            var template = args.Text("format") is { } format ? GoTemplate.Parse(Unescaped(format)).Map(Some) : Right<DomainError, Option<GoTemplate>>(None);
            var opened = await (from t in template.ToAsync()
                                from known in type is null or "container" or "image"
                                    ? Done
                                    : Fail<Unit>(new DomainError.Invalid("--type", type, "must be container or image"))
                                from ports in session.Read(cancel)
                                select (ports, t)).ToEither();
            return await opened.MatchAsync(
                x => Each(args, session, x.ports, x.t, type, cancel),
                Left<DomainError, int>);
        }
    }

    private static async Task<Either<DomainError, int>> Each(
        ParsedArgs args, Session session, Ports ports, Option<GoTemplate> template, string? type, CancellationToken cancel)
    {
        var found = new List<string>();
        Option<DomainError> missing = None;
        foreach (var name in args.Arguments)
        {
            var json = await One(ports, name, type, cancel).ToEither();
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

    private static EitherAsync<DomainError, string> One(Ports ports, string name, string? type, CancellationToken cancel) =>
        type == "image" ? Image(ports, name, cancel)
        : type == "container" ? Container(ports, name, cancel)
        : Container(ports, name, cancel).Recover(error => error is DomainError.NoSuchContainer
            ? Some(Image(ports, name, cancel).Recover(other => other is DomainError.NoSuchImage
                ? Some(Fail<string>(new DomainError.NoSuchObject(name)))
                : None))
            : None);

    private static EitherAsync<DomainError, string> Container(Ports ports, string name, CancellationToken cancel) =>
        from row in Find.Container(ports, name, cancel)
        from image in ports.Views.Images.Keyed(Seq1(row.ImageId), None, cancel)
        from env in ports.Secrets.Read(row.Id, cancel)
        select InspectJson.Container(row, image.HeadOrNone(), env);

    private static EitherAsync<DomainError, string> Image(Ports ports, string name, CancellationToken cancel) =>
        from row in Find.Image(ports, name, None, cancel)
        from tags in ports.Views.TagsOf(row.Id, cancel)
        select InspectJson.Image(row, tags);

    private static Either<DomainError, string> Rendered(GoTemplate template, string json)
    {
        using var document = JsonDocument.Parse(json);
        return template.Render(TemplateValue.Of(document.RootElement, name => name is "Labels" or "Networks" or "Volumes" or "ExposedPorts"));
    }

    /// <summary>A program gets a label as it is; a person's terminal does nothing that an image's author has thought out.</summary>
    private static string Shown(string text) => Terminal.Is(1) ? TerminalText.EscapeLines(text) : text;

    private static string Unescaped(string format) => format.Replace("\\t", "\t").Replace("\\n", "\n");

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
