namespace EventDock.Tests.Properties;

using EventDock.Domain.Kernel;
using EventDock.Projections;
using FsCheck.Fluent;
using static EventDock.Tests.Properties.Laws;

/// <summary>What a rebuild passes over must be nobody's business.</summary>
public sealed class UnheededLaws
{
    [Fact]
    public void An_event_that_a_rebuild_passes_over_changes_no_row_of_any_view() => Holds(
        Histories.Logs,
        log => AllViews.Projections.ForAll(view =>
        {
            var rows = new Dictionary<string, object?>();
            foreach (var fact in log)
            {
                foreach (var key in view.Keys(fact.Event))
                {
                    var before = rows.GetValueOrDefault(key);
                    rows[key] = view.Apply(before, fact);
                    if (AllViews.Unheeded.Exists(name => name == EventCodec.KindOf(fact.Event).Name) && !ReferenceEquals(before, rows[key]))
                    {
                        return false;
                    }
                }
            }

            return true;
        }));

    [Fact]
    public void Every_event_that_a_rebuild_passes_over_is_known_to_the_codec() =>
        Assert.All(AllViews.Unheeded, name => Assert.Contains(EventCodec.Kinds, kind => kind.Name == name));
}
