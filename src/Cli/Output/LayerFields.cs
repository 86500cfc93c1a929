namespace EventDock.Cli.Output;

using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;
using EventDock.Projections;

/// <summary>A layer's fields, as <c>image ls --tree</c> and <c>layer ls</c> give them to templates and machines.</summary>
public static class LayerFields
{
    public static readonly IReadOnlyList<(string Field, string Header)> Headers =
    [
        ("ID", "LAYER ID"), ("DiffID", "DIFF ID"), ("Parent", "PARENT"), ("Size", "SIZE"), ("Bytes", "BYTES"), ("UsedBy", "IMAGES"),
        ("Runs", "CONTAINERS"), ("CreatedAt", "CREATED AT"), ("CreatedSince", "CREATED"), ("Origin", "ORIGIN"), ("Images", "IMAGES"),
        ("Containers", "CONTAINERS"),
    ];

    /// <param name="cut">Ids to twelve digits.</param>
    public static TemplateValue.Row Row(LayerRow layer, LayerUsers users, string origin, DateTimeOffset now, bool cut)
    {
        var thin = layer.Container is not null;
        var bytes = thin ? layer.WrittenBytes.Value : layer.Size.Value;
        return new TemplateValue.Row("*formatter.layerContext",
        [
            Text("ID", Id(layer.Id, cut)),
            Text("DiffID", layer.DiffId is { } diff ? cut ? diff.Short : diff.Value : ""),
            Text("Parent", layer.Parent is { } parent ? Id(parent, cut) : ""),
            Text("Size", Human.Size(bytes)),
            Number("Bytes", bytes),
            Text("CreatedAt", Rfc3339.Micros(layer.Created)),
            Text("CreatedSince", Human.Ago(layer.Created, now)),
            Text("Origin", origin),
            Number("UsedBy", users.Images.Count),
            Number("Runs", users.Containers.Count),
            new("Images", List(users.Images, image => Image(image, cut))),
            new("Containers", List(users.Containers, Container)),
        ]);
    }

    private static TemplateValue Image(TreeImage image, bool cut) => new TemplateValue.Row("",
    [
        Text("ID", cut ? image.Image.Id[..12] : Digest.Prefix + image.Image.Id),
        new("Names", List(image.Names, TemplateValue.Of)),
        Number("Bytes", image.Image.Content.Size.Value),
    ]);

    private static TemplateValue Container(ContainerUsage usage) => new TemplateValue.Row("",
    [
        Text("ID", usage.Container.Id.Short), Text("Name", usage.Container.Name), Text("State", usage.Container.Status),
        Number("Bytes", usage.Written),
    ]);

    private static string Id(string id, bool cut) => cut ? id[..12] : id;

    private static TemplateValue List<T>(Seq<T> items, Func<T, TemplateValue> of) => new TemplateValue.List(items.Map(of).ToArray());

    private static KeyValuePair<string, TemplateValue> Text(string name, string value) => new(name, TemplateValue.Of(value));

    private static KeyValuePair<string, TemplateValue> Number(string name, long value) => new(name, new TemplateValue.Number(value));
}
