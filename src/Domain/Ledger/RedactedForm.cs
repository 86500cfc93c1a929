namespace EventDock.Domain.Ledger;

using EventDock.Domain.Kernel;

/// <summary>What stands in the place of a part that is gone: nothing but what the leaf's line shows anyway.</summary>
public static class RedactedForm
{
    public const string Data = "{}";

    /// <summary>A uid or pid that is none.</summary>
    private const int None = -1;

    public static readonly Actor Nobody = new(None, "redacted", null, null, null, null);

    public static EventHeaders Headers(int schema, DateTimeOffset occurred, Guid command) => new(
        schema, occurred, command, Seq<string>(), Nobody, new Host("", "", None));
}
