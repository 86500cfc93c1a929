namespace EventDock.Cli.Output;

using System.Globalization;
using System.Text;
using EventDock.Projections;

/// <summary>
/// Layers as a tree for people: what stands on what, each layer once with what it adds, below it the images that end there and their
/// containers. What has one layer on it alone goes on in the same column, so that only forks take room.
/// </summary>
public sealed class TreeText
{
    private const string NoName = "<none>";
    private const int SizeWidth = 10, CountWidth = 9, RunsWidth = 13, LeastName = 24;

    private readonly StringBuilder text = new();
    private readonly bool cut;
    private readonly bool fit;
    private readonly int nameWidth;

    private TreeText(bool cut, bool fit, int nameWidth) => (this.cut, this.fit, this.nameWidth) = (cut, fit, nameWidth);

    /// <param name="cut">Ids to twelve digits.</param>
    /// <param name="columns">How wide a line is.</param>
    /// <param name="fit">What has no room in its column is cut; else the line is longer.</param>
    public static string Of(LayerTree tree, bool cut, int columns, bool fit)
    {
        var shown = new TreeText(cut, fit, Math.Max(LeastName, columns - SizeWidth - CountWidth - RunsWidth));
        shown.Line("LAYER", "SIZE", "IMAGES", "CONTAINERS");
        foreach (var image in tree.Bare)
        {
            shown.Image("", image);
        }

        shown.Layers(tree.Roots);
        var layers = tree.Layers.ToArray();
        var images = tree.Bare.Count + layers.Sum(l => l.Images.Count);
        shown.Line(
            $"{Counted(layers.Length, "layer")}, each counted once", Human.Size(tree.Bytes), Number(images),
            Number(tree.Bare.Sum(b => b.Containers.Count) + tree.Roots.Sum(r => r.Runs)));
        return shown.text.ToString();
    }

    /// <summary>With a stack of its own: a tree may be deep.</summary>
    private void Layers(Seq<TreeLayer> roots)
    {
        var left = new Stack<(TreeLayer Layer, string First, string Below)>();
        foreach (var root in roots.Rev())
        {
            left.Push((root, "", ""));
        }

        while (left.TryPop(out var next))
        {
            var (layer, first, rest) = next;
            var fork = layer.Above.Count > 1;
            Line(
                first + Id(layer.Layer.Id), Human.Size(layer.Layer.Size.Value), Number(layer.UsedBy), Number(layer.Runs));
            var below = rest + (fork ? "│ " : "  ");
            layer.Images.Iter(image => Image(below, image));
            layer.Orphans.Iter(container => Container(below, container));
            for (var at = layer.Above.Count - 1; at >= 0; at--)
            {
                var last = at == layer.Above.Count - 1;
                left.Push(fork
                    ? (layer.Above[at], rest + (last ? "└─" : "├─"), rest + (last ? "  " : "│ "))
                    : (layer.Above[at], rest, rest));
            }
        }
    }

    private void Image(string before, TreeImage image)
    {
        var names = image.Names.IsEmpty ? Seq1(NoName) : image.Names;
        for (var at = 0; at < names.Count; at++)
        {
            var name = $"{before}{(at == 0 ? "= " : "  ")}{TerminalText.Escape(names[at])}";
            if (at == 0)
            {
                Line($"{name} {Id(image.Image.Id)}", Human.Size(image.Image.Content.Size.Value), "", "", keep: Id(image.Image.Id).Length + 1);
            }
            else
            {
                Line(name, "", "", "");
            }
        }

        image.Containers.Iter(container => Container(before + "  ", container));
    }

    private void Container(string before, ContainerUsage usage) =>
        Line(
            $"{before}- {TerminalText.Escape(usage.Container.Name)} {usage.Container.Status}", Human.Size(usage.Written), "", "",
            keep: usage.Container.Status.Length + 1);

    /// <param name="keep">So much of the name's end stays when it must be cut.</param>
    private void Line(string name, string size, string images, string containers, int keep = 0)
    {
        var shown = fit && name.Length > nameWidth
            ? Human.Ellipsis(name[..^keep], nameWidth - keep) + name[^keep..]
            : name;
        text.Append((shown.PadRight(nameWidth) + size.PadLeft(SizeWidth) + images.PadLeft(CountWidth) + containers.PadLeft(RunsWidth)).TrimEnd())
            .Append('\n');
    }

    private string Id(string id) => cut ? id[..12] : id;

    private static string Counted(int count, string what) => $"{Number(count)} {what}{(count == 1 ? "" : "s")}";

    private static string Number(int count) => count.ToString(CultureInfo.InvariantCulture);
}
