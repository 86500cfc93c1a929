namespace EventDock.Projections;

using System.Text.Json.Serialization.Metadata;
using EventDock.Domain.Kernel;

/// <summary>
/// One view: a fold of the ledger into rows. A row changes with the events of one stream only, so that the stream's version
/// protects the row, too; and it is folded from facts alone, never from a position or a recorded time.
/// </summary>
/// <param name="Name">Of the view, and of its table.</param>
/// <param name="Version">Raised when the fold's meaning changes: the table is then rebuilt.</param>
/// <param name="Keys">The rows an event may change; none where the event is none of the view's business.</param>
/// <param name="Apply">The row after the event; None closes it. An unknown row stays unknown but for the event that opens it.</param>
public sealed record Projection<TRow>(
    string Name, int Version, Func<DockEvent, Seq<string>> Keys, Func<Option<TRow>, Fact, Option<TRow>> Apply,
    JsonTypeInfo<TRow> Json) where TRow : class
{
    /// <summary>The same view with its row's type hidden, for an adapter that treats all views alike.</summary>
    public AnyProjection Erased => new(
        Name, Version, Keys,
        (row, fact) => Apply(row is TRow known ? Some(known) : None, fact).MatchUnsafe<object?>(Some: r => r, None: () => null),
        row => System.Text.Json.JsonSerializer.Serialize((TRow)row, Json),
        row => System.Text.Json.JsonSerializer.SerializeToUtf8Bytes((TRow)row, Json),
        Read);

    /// <summary>A row from its stored form.</summary>
    public TRow Read(string json) =>
        System.Text.Json.JsonSerializer.Deserialize(json, Json)
        ?? throw new System.Diagnostics.UnreachableException($"a row of {Name} is null");
}

/// <summary>A view of any row type; null stands for no row.</summary>
public sealed record AnyProjection(
    string Name, int Version, Func<DockEvent, Seq<string>> Keys, Func<object?, Fact, object?> Apply,
    Func<object, string> Write, Func<object, byte[]> WriteUtf8, Func<string, object> Read);
