namespace EventDock.Projections;

using EventDock.Domain.Images;
using EventDock.Domain.Kernel;

/// <summary>What each reference names.</summary>
public static class TagsView
{
    public static readonly Projection<TagRow> Projection = new("tags", 1, Keys, Apply, RowJson.Default.TagRow);

    public static Seq<string> Keys(DockEvent happened) =>
        happened is TagEvent e ? Seq1(e.Reference) : Seq<string>();

    public static Option<TagRow> Apply(Option<TagRow> row, Fact fact) =>
        fact.Event switch
        {
            ImageTagged e => Some(new TagRow(e.Reference, e.Image, fact.Occurred)),
            ImageUntagged => None,
            _ => row,
        };
}
