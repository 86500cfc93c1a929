namespace EventDock.Projections;

using EventDock.Domain.Builds;
using EventDock.Domain.Kernel;

/// <summary>The build cache: the result of each step by its key.</summary>
public static class BuildStepsView
{
    public static readonly Projection<BuildStepRow> Projection =
        new("build_steps", 1, Keys, Apply, RowJson.Default.BuildStepRow);

    public static Seq<string> Keys(DockEvent happened) =>
        happened is BuildStepCompleted e ? Seq1(e.Key) : Seq<string>();

    public static Option<BuildStepRow> Apply(Option<BuildStepRow> row, Fact fact) =>
        fact.Event switch
        {
            BuildStepCompleted e => Some(new BuildStepRow(e.Key, e.CreatedBy, e.Created, e.Layer, e.DiffId)),
            _ => row,
        };
}
