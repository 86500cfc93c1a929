namespace EventDock.Projections;

using System.Text.RegularExpressions;
using EventDock.Domain.Containers;

/// <summary>
/// Which containers a list shows: docker's filters. Of several values of one filter one must hold, and of the filters all; ids and
/// names are patterns that may be found anywhere in them.
/// </summary>
/// <param name="Exited">Codes of containers that have run and ended.</param>
/// <param name="Statuses">docker's words.</param>
/// <param name="Ancestors">What the image stands on, or is; None where that is not asked.</param>
/// <param name="Before">Only what was created before the last of these.</param>
/// <param name="Since">Only what was created after the last of these.</param>
public sealed record ContainerFilters(
    Seq<string> Ids, Seq<string> Names, Seq<int> Exited, Seq<string> Statuses, Seq<string> Networks,
    Option<Seq<ImageRow>> Ancestors, Option<ContainerRow> Before, Option<ContainerRow> Since)
{
    /// <summary>All of which must hold, as of no other filter.</summary>
    public Seq<LabelFilter> Labels { get; init; } = Seq<LabelFilter>();

    /// <summary>Where something is mounted.</summary>
    public Seq<string> Volumes { get; init; } = Seq<string>();

    public static readonly ContainerFilters None = new(
        Seq<string>(), Seq<string>(), Seq<int>(), Seq<string>(), Seq<string>(),
        Option<Seq<ImageRow>>.None, Option<ContainerRow>.None, Option<ContainerRow>.None);

    /// <summary>docker's words for how a container stands. Some are of states that there are none of here: nothing is in them.</summary>
    public static readonly Seq<string> Words = Seq("created", "running", "paused", "restarting", "removing", "exited", "dead", ContainerRow.Removed);

    /// <summary>A pattern has this long for one name.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>Containers that do not run are meant, too: to ask for a status says so.</summary>
    public bool AskForAll => !Statuses.IsEmpty;

    /// <summary>Those that are meant, the newest first.</summary>
    /// <param name="images">All there are; asked only for ancestors.</param>
    /// <param name="most">So many at most; None for all.</param>
    public Seq<ContainerRow> Of(Seq<ContainerRow> containers, Seq<ImageRow> images, Option<int> most)
    {
        var standing = Ancestors.Map(ancestors => Standing(ancestors, images));
        var found = Newest(containers).Where(c => Takes(c) && standing.ForAll(ids => ids.Contains(c.ImageId)));
        return most.Match(Some: n => found.Take(n), None: () => found).ToArray().ToSeq().Strict();
    }

    private static IEnumerable<ContainerRow> Newest(Seq<ContainerRow> rows) =>
        rows.OrderByDescending(r => r.Created).ThenBy(r => r.Id.Value, StringComparer.Ordinal);

    private bool Takes(ContainerRow row) =>
        (Ids.IsEmpty || Ids.Exists(pattern => IsIn(pattern, row.Id.Value)))
        && (Names.IsEmpty || Names.Exists(pattern => IsIn(pattern, row.Name) || IsIn(pattern, "/" + row.Name)))
        && (Exited.IsEmpty || (row.State == ContainerRow.Exited && Exited.Exists(e => e == (row.ExitCode ?? ContainerRow.UnseenCode))))
        && (Statuses.IsEmpty || Statuses.Exists(s => s == row.Status))
        && (Networks.IsEmpty || Networks.Exists(n => n == row.Settings.Network))
        && Labels.ForAll(label => label.Takes(row.Settings.Labels))
        && (Volumes.IsEmpty || Volumes.Exists(v => row.Settings.More.Mounts.Exists(m => m.Target == v && m.Form != ContainerMount.OfTmpfs)))
        && Before.ForAll(other => IsOlder(row, other))
        && Since.ForAll(other => IsOlder(other, row));

    private static bool IsOlder(ContainerRow one, ContainerRow other) =>
        one.Id.Value != other.Id.Value && Newest(Seq(one, other)).First().Id.Value == other.Id.Value;

    /// <summary>docker passes over a pattern that is none.</summary>
    private static bool IsIn(string pattern, string text)
    {
        if (pattern == text)
        {
            return true;
        }

        try
        {
            return Regex.IsMatch(text, pattern, RegexOptions.CultureInvariant, Patience);
        }
        catch (Exception e) when (e is ArgumentException or RegexMatchTimeoutException)
        {
            return false;
        }
    }

    /// <summary>Ids of the images that are one of these, or stand on one: all its layers and all its history come first in theirs.</summary>
    private static IReadOnlySet<string> Standing(Seq<ImageRow> ancestors, Seq<ImageRow> images) =>
        images.Where(image => ancestors.Exists(a => a.Id == image.Id || StandsOn(image, a))).Select(image => image.Id)
            .ToHashSet(StringComparer.Ordinal);

    private static bool StandsOn(ImageRow image, ImageRow ancestor) =>
        image.Content.History.Count > ancestor.Content.History.Count
        && Enumerable.SequenceEqual(image.Content.Layers.Take(ancestor.Content.Layers.Count), ancestor.Content.Layers)
        && Enumerable.SequenceEqual(image.Content.History.Take(ancestor.Content.History.Count), ancestor.Content.History);
}
