namespace EventDock.Domain.Images;

using System.Buffers;
using System.Text.Json;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;

/// <summary>One image of a docker-archive, as manifest.json has it.</summary>
/// <param name="Config">The path of its configuration in the archive.</param>
/// <param name="Names">Its tags.</param>
/// <param name="Layers">The paths of its layers' archives, base first.</param>
public sealed record ArchivedImage(string Config, Seq<ImageReference> Names, Seq<string> Layers);

/// <summary>
/// The files that make an archive a docker-archive (Docker image spec 1.2, "Combined Image JSON + Filesystem Changeset Format"):
/// manifest.json, and repositories for readers of before that.
/// </summary>
public static class DockerArchive
{
    public const string Kind = "docker-archive";
    public const string ManifestFile = "manifest.json";
    public const string RepositoriesFile = "repositories";

    /// <summary>A tag that is none refuses the whole archive: docker goes on and leaves an image without a name.</summary>
    public static Either<DomainError, Seq<ArchivedImage>> Parse(ReadOnlyMemory<byte> bytes) =>
        StrictJson.ReadList<Seq<ArchivedImage>>(ManifestFile, bytes, ManifestJson.MaxBytes, (shape, root) =>
            root.EnumerateArray().ToSeq().Strict().All(item => Image(shape, item)));

    private static Either<DomainError, ArchivedImage> Image(JsonShape shape, JsonElement item)
    {
        if (item.ValueKind != JsonValueKind.Object)
        {
            shape.Complain("is not an array of objects");
            return new ArchivedImage("", Seq<ImageReference>(), Seq<string>());
        }

        var (config, layers) = (shape.Text(item, "Config"), shape.Texts(item, "Layers"));
        return shape.Texts(item, "RepoTags").All(Name).Map(names => new ArchivedImage(config, names, layers));
    }

    /// <summary>A name that an archive may give: a tag.</summary>
    public static Either<DomainError, ImageReference> Name(string text) =>
        ImageReference.Parse(text).Bind(name => name.Tag is not null && name.Digest is null
            ? Prelude.Right<DomainError, ImageReference>(name)
            : new DomainError.InvalidReference(text, "is not a name with a tag"));

    public static byte[] Write(Seq<ArchivedImage> images) => Json(json =>
    {
        json.WriteStartArray();
        foreach (var image in images)
        {
            json.WriteStartObject();
            json.WriteString("Config", image.Config);
            json.WriteStartArray("RepoTags");
            image.Names.Iter(name => json.WriteStringValue(name.Familiar));
            json.WriteEndArray();
            json.WriteStartArray("Layers");
            image.Layers.Iter(layer => json.WriteStringValue(layer));
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    /// <summary>Repositories, their tags, and of each the hex digits that name its topmost layer.</summary>
    public static byte[] WriteRepositories(Seq<(ImageReference Name, string Top)> tags) => Json(json =>
    {
        json.WriteStartObject();
        foreach (var repository in tags.GroupBy(t => t.Name.FamiliarRepository).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            json.WriteStartObject(repository.Key);
            foreach (var tag in repository.OrderBy(t => t.Name.Tag, StringComparer.Ordinal))
            {
                json.WriteString(tag.Name.Tag ?? "latest", tag.Top);
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    });

    private static byte[] Json(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, ManifestJson.Plain))
        {
            write(json);
        }

        return buffer.WrittenSpan.ToArray();
    }
}
