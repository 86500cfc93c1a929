namespace EventDock.Tests.Properties;

using EventDock.Domain.Kernel;
using EventDock.Projections;
using FsCheck;
using FsCheck.Fluent;
using static EventDock.Tests.Properties.Laws;

/// <summary>What every view obeys, over random ledgers.</summary>
public sealed class ViewLaws
{
    /// <summary>A view in memory: its open rows, and every version it ever had with the positions it was valid for.</summary>
    private sealed record Table(HashMap<string, object> Open, Seq<(string Key, int From, int? To, string Row)> History);

    private static readonly Gen<(AnyProjection View, Seq<Fact> Log, int Cut)> Cases =
        from log in Histories.Logs
        from view in Gen.Elements(AllViews.Projections.ToArray())
        from cut in Gen.Choose(0, log.Count)
        select (view, log, cut);

    [Fact]
    public void A_view_rebuilt_equals_the_view_kept_up_to_date_history_included() => Holds(
        Cases,
        x => Same(
            Fold(x.View, Fold(x.View, Empty, x.Log.Take(x.Cut).ToSeq(), 0), x.Log.Skip(x.Cut).ToSeq(), x.Cut),
            Fold(x.View, Empty, x.Log, 0)));

    [Fact]
    public void The_rows_valid_at_a_position_are_those_of_folding_up_to_it() => Holds(
        Cases,
        x => Fold(x.View, Empty, x.Log, 0).History
                .Filter(v => v.From <= x.Cut && (v.To is null || v.To > x.Cut))
                .Map(v => (v.Key, v.Row)).OrderBy(v => v.Key, StringComparer.Ordinal)
            .SequenceEqual(Fold(x.View, Empty, x.Log.Take(x.Cut).ToSeq(), 0).Open
                .Map((key, row) => (Key: key, Row: x.View.Write(row))).Values.OrderBy(v => v.Key, StringComparer.Ordinal)));

    [Fact]
    public void A_row_reads_back_as_it_was_written() => Holds(
        Cases,
        x => Fold(x.View, Empty, x.Log, 0).Open.Values.All(row => x.View.Write(x.View.Read(x.View.Write(row))) == x.View.Write(row)));

    [Fact]
    public void A_row_of_the_views_with_many_versions_is_written_in_the_order_in_which_jsonb_keeps_it() => Holds(
        Cases,
        x => x.View.Name is not ("containers" or "layers" or "tags") || Fold(x.View, Empty, x.Log, 0).Open.Values.All(row =>
        {
            using var written = System.Text.Json.JsonDocument.Parse(x.View.Write(row));
            return InOrder(written.RootElement)
                && (!written.RootElement.TryGetProperty("Settings", out var settings) || InOrder(settings));
        }));

    private static bool InOrder(System.Text.Json.JsonElement json)
    {
        var names = json.EnumerateObject().Select(member => member.Name).ToArray();
        return names.SequenceEqual(names.OrderBy(name => name.Length).ThenBy(name => name, StringComparer.Ordinal));
    }

    [Fact]
    public void An_event_changes_only_rows_it_names_and_names_none_that_is_not_its_business() => Holds(
        Cases,
        x => x.Log.ForAll(fact => x.View.Keys(fact.Event).Count <= 1));

    private static Table Empty => new(HashMap<string, object>(), Seq<(string, int, int?, string)>());

    /// <param name="after">The position before the first of these facts.</param>
    private static Table Fold(AnyProjection view, Table table, Seq<Fact> log, int after)
    {
        foreach (var (fact, position) in log.Select((fact, n) => (fact, after + n + 1)))
        {
            foreach (var key in view.Keys(fact.Event))
            {
                var before = table.Open.Find(key).MatchUnsafe<object?>(Some: r => r, None: () => null);
                var now = view.Apply(before, fact);
                var closed = table.History.Map(v => v.Key == key && v.To is null ? v with { To = position } : v).Strict();
                table = new Table(
                    now is null ? table.Open.Remove(key) : table.Open.AddOrUpdate(key, now),
                    now is null ? closed : closed.Add((key, position, null, view.Write(now))));
            }
        }

        return table;
    }

    private static bool Same(Table a, Table b) =>
        a.History.SequenceEqual(b.History)
        && a.Open.Keys.OrderBy(k => k, StringComparer.Ordinal).SequenceEqual(b.Open.Keys.OrderBy(k => k, StringComparer.Ordinal));
}
