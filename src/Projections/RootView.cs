namespace EventDock.Projections;

using EventDock.Domain.Kernel;
using EventDock.Domain.Roots;

/// <summary>To which root the ledger belongs.</summary>
public static class RootView
{
    public const string Key = "root";

    public static readonly Projection<RootRow> Projection = new("root", 1, Keys, Apply, RowJson.Default.RootRow);

    public static Seq<string> Keys(DockEvent happened) =>
        happened is RootEvent ? Seq1(Key) : Seq<string>();

    public static Option<RootRow> Apply(Option<RootRow> row, Fact fact) =>
        fact.Event switch
        {
            RootInitialized e => Some(new RootRow(e.RootId, e.HostId, fact.Occurred)),
            RootAdopted e => Some(new RootRow(e.RootId, e.HostId, fact.Occurred)),
            _ => row,
        };
}
