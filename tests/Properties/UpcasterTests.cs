namespace EventDock.Tests.Properties;

using System.Text.Json.Nodes;
using EventDock.Domain.Kernel;
using EventDock.Projections;

/// <summary>Old schema versions are lifted when they are read, and what was ever shipped goes through every view.</summary>
public sealed class UpcasterTests
{
    /// <summary>As a later version might: a field is renamed, then another is made of it.</summary>
    private static readonly Upcasters Two = new(Seq(
        new Upcaster("thing_made", 2, data =>
        {
            data["Length"] = data["Name"]!.GetValue<string>().Length;
            return data;
        }),
        new Upcaster("thing_made", 1, data => new JsonObject { ["Name"] = data["Title"]!.GetValue<string>() })));

    [Theory]
    [InlineData(1, """{"Title":"é\"x"}""")]
    [InlineData(2, """{"Name":"é\"x"}""")]
    [InlineData(3, """{"Name":"é\"x","Length":3}""")]
    public void Each_version_is_lifted_step_by_step_to_the_newest(int from, string stored) =>
        Assert.True(JsonNode.DeepEquals(
            JsonNode.Parse("""{"Name":"é\"x","Length":3}"""), JsonNode.Parse(Two.Lift("thing_made", from, 3, stored).IfLeft(why => why))));

    [Fact]
    public void A_version_that_no_step_leads_on_from_is_refused_and_named()
    {
        Assert.Equal("nothing is known of its schema 0", Two.Lift("thing_made", 0, 3, "{}").Match(Right: _ => "", Left: why => why));
        Assert.Equal("nothing is known of its schema 1", Two.Lift("other_made", 1, 2, "{}").Match(Right: _ => "", Left: why => why));
        Assert.Equal(
            new DomainError.LedgerUnreadable(7, "image_removed: nothing is known of its schema 0"),
            CodecSamples.Left(EventCodec.Read(7, "image_removed", 0, """{"Id":"a"}""")));
    }

    [Fact]
    public void Data_that_is_no_object_is_refused()
    {
        Assert.Equal("its data is no object", Two.Lift("thing_made", 1, 3, "null").Match(Right: _ => "", Left: why => why));
        Assert.True(Two.Lift("thing_made", 1, 3, "{").IsLeft);
    }

    [Fact]
    public void There_is_a_step_from_every_version_before_the_newest_and_no_other() =>
        Assert.Equal(
            EventCodec.Kinds.SelectMany(k => Enumerable.Range(1, k.Schema - 1).Select(v => (k.Alias, v))).Order(),
            Upcasters.All.Steps.Map(s => (s.Alias, s.From)).Order());

    [Fact]
    public void Every_event_and_version_ever_shipped_is_replayed_through_all_views()
    {
        var at = new DateTimeOffset(2026, 11, 21, 0, 0, 0, TimeSpan.Zero);
        var rows = new Dictionary<(string View, string Key), object>();
        var touched = new System.Collections.Generic.HashSet<string>();
        // In the order of the list, each kind of thing is made before it ends; what ends in it closes its row.
        foreach (var (file, happened) in CodecSamples.Stored())
        {
            foreach (var view in AllViews.Projections)
            {
                foreach (var key in view.Keys(happened))
                {
                    touched.Add(view.Name);
                    var after = view.Apply(rows.GetValueOrDefault((view.Name, key)), Fact.At(at, happened));
                    rows.Remove((view.Name, key));
                    if (after is not null)
                    {
                        rows.Add((view.Name, key), view.Read(view.Write(after)));
                    }
                }
            }

            if (happened is Domain.Containers.ContainerExited exited)
            {
                var row = (ContainerRow)rows[("containers", exited.Id.Value)];
                Assert.Equal((ContainerRow.Exited, (int?)137, true), (row.State, row.ExitCode, row.OutOfMemory));
            }
        }

        Assert.Equal(AllViews.Projections.Map(v => v.Name).Order(), touched.Order());
        Assert.Equal(["build_steps", "root"], rows.Keys.Select(k => k.View).Order());
    }
}
