namespace EventDock.Domain.Ledger;

/// <summary>What can be taken out of an event: the two parts of which the leaf holds a salted digest.</summary>
[Flags]
public enum EventParts
{
    None = 0,
    Headers = 1,
    Data = 2,
    Both = Headers | Data,
}

/// <summary>Their names, as a <see cref="Redacted"/> has them.</summary>
public static class EventPartNames
{
    private static readonly Seq<(EventParts Part, string Name)> All = Seq((EventParts.Headers, "headers"), (EventParts.Data, "data"));

    public static Seq<string> Names(this EventParts parts) =>
        All.Filter(p => (parts & p.Part) != 0).Map(p => p.Name).Strict();

    /// <summary>A name that is none counts for nothing.</summary>
    public static EventParts Of(Seq<string> names) =>
        All.Filter(p => names.Exists(name => name == p.Name)).Fold(EventParts.None, (parts, p) => parts | p.Part);
}
