namespace EventDock.Adapters.Postgres;

using System.Globalization;
using EventDock.Domain.Kernel;
using EventDock.Projections;

/// <summary>
/// Which folds have filled the views, and which this program has. Rows of another fold are never shown as its own, and it never
/// adds to them: few events are folded anew at once, more of them when somebody says so, and a later program's rows are left alone.
/// </summary>
internal static class ViewVersions
{
    /// <summary>So many are folded in a second or two, and nobody is asked.</summary>
    public const long Few = 100_000;

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(200);

    /// <summary>Which folds fill this program's views, as one text to compare.</summary>
    public static readonly string Wanted = Text(AllViews.Projections.Map(v => KeyValuePair.Create(v.Name, v.Version)));

    /// <summary>Why the views cannot be used, if they cannot.</summary>
    public static Option<DomainError> Unfit(LedgerStand stand) =>
        stand.Views == Wanted ? None : Some(Unfitting(stand.Views, stand.Head));

    /// <summary>Why views that these folds have filled cannot be used; they are not this program's.</summary>
    public static DomainError Unfitting(string views, long head)
    {
        var found = Found(views);
        return Later(found).IsEmpty
            ? new DomainError.ViewsOutdated(Differing(found), Wanted, head)
            : new DomainError.ViewsNewer(Differing(found), Wanted);
    }

    /// <summary>Where views are of an earlier version and the log is short, the stand after they have been built; else as it was.</summary>
    public static async Task<Either<DomainError, LedgerStand>> BuiltAsync(
        Database database, LedgerStand stand, Action<BuildProgress> told, CancellationToken cancel)
    {
        while (stand.Views != Wanted && stand.Head <= Few)
        {
            var found = Found(stand.Views);
            if (!Later(found).IsEmpty)
            {
                break;
            }

            var earlier = AllViews.Projections.Filter(v => found.GetValueOrDefault(v.Name) < v.Version).Strict();
            var built = await ViewBuild.RunAsync(database, earlier, BuildPace.Usual with { Patience = TimeSpan.Zero }, told, cancel);
            if (built.Match(Right: _ => false, Left: error => error is DomainError.RebuildRunning))
            {
                // Another command is at it, and needs a moment only.
                await Task.Delay(BetweenLooks, cancel);
            }
            else if (built.IsLeft)
            {
                return built.Map(_ => stand);
            }

            var again = await LedgerStand.ReadAsync(database, cancel);
            if (again.IsLeft)
            {
                return again;
            }

            stand = again.IfLeft(stand);
        }

        return stand;
    }

    /// <summary>Views that a later program has filled, or of which this one knows nothing.</summary>
    private static Seq<string> Later(Dictionary<string, int> found) =>
        found.Where(f => AllViews.Projections.Find(v => v.Name == f.Key).Match(Some: v => v.Version < f.Value, None: () => true))
            .Select(f => f.Key).ToSeq().Strict();

    private static string Differing(Dictionary<string, int> found) =>
        Text(found.Where(f => !AllViews.Projections.Exists(v => v.Name == f.Key && v.Version == f.Value)));

    private static Dictionary<string, int> Found(string views) =>
        views.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(v => v.Split(':'))
            .ToDictionary(v => v[0], v => int.Parse(v[1], CultureInfo.InvariantCulture), StringComparer.Ordinal);

    private static string Text(IEnumerable<KeyValuePair<string, int>> versions) =>
        string.Join(',', versions.Select(v => $"{v.Key}:{v.Value.ToString(CultureInfo.InvariantCulture)}").OrderBy(v => v, StringComparer.Ordinal));
}
