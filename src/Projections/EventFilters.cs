namespace EventDock.Projections;

using EventDock.Domain.Oci;

/// <summary>Which of docker's events are told: of several values of one filter one must hold (of labels all), and of the filters all.</summary>
/// <param name="Events">Actions; of the three that have more behind a colon what stands before it.</param>
/// <param name="Containers">Beginnings of an id or a name.</param>
/// <param name="Images">Ids, names, or names without their tags.</param>
public sealed record EventFilters(
    Seq<string> Types, Seq<string> Events, Seq<string> Containers, Seq<string> Images, Seq<LabelFilter> Labels)
{
    public static readonly EventFilters None = new(Seq<string>(), Seq<string>(), Seq<string>(), Seq<string>(), Seq<LabelFilter>());

    public bool Takes(DockerEvent e) =>
        (Types.IsEmpty || Types.Exists(t => t == e.Type))
        && (Events.IsEmpty || Events.Exists(a => a == e.Action || IsBefore(a, e.Action)))
        && (Containers.IsEmpty || Containers.Exists(c => Begins(e.Id, c) || Begins(e.Attribute("name"), c)))
        && (Images.IsEmpty || Images.Exists(i => IsImage(e, i)))
        && Labels.ForAll(l => l.Takes(e.Attributes.Select(a => new Label(a.Key, a.Value)).ToSeq()));

    private static bool IsBefore(string asked, string action) =>
        asked is "exec_create" or "exec_start" or "health_status" && Begins(action, asked);

    private static bool Begins(string text, string with) => text.StartsWith(with, StringComparison.Ordinal);

    private static bool IsImage(DockerEvent e, string asked)
    {
        var name = e.Attribute(e.Type == DockerEvent.Image ? "name" : "image");
        return asked == e.Id || asked == name || asked == Untagged(e.Id) || asked == Untagged(name);
    }

    private static string Untagged(string text) =>
        ImageReference.Parse(text).Match(Right: r => r.FamiliarRepository, Left: _ => text);
}
