namespace EventDock.Adapters.Postgres;

using System.Text.Json;
using EventDock.Domain.Kernel;
using Npgsql;

/// <summary>What the database refuses in an append, by name. Anything it does not know is a bug and passes.</summary>
internal static class AppendErrors
{
    /// <summary>
    /// Another program's event is in the way: one that the ledger has found, or one that took a place between our look and
    /// our insert. The version of a stream is checked before, so that its index speaks up for strangers only.
    /// </summary>
    public static bool IsStrangers(PostgresException refused) =>
        refused.SqlState == "ED005"
        || (refused.SqlState == PostgresErrorCodes.UniqueViolation
            && refused.ConstraintName is "pk_mt_events_stream_and_version" or "pkey_mt_events_seq_id");

    public static DomainError? Of(PostgresException refused, Seq<StreamAppend> streams) =>
        refused.SqlState switch
        {
            "ED001" => new DomainError.NoSuchImage(refused.MessageText),
            "ED002" => new DomainError.LayerGone(refused.MessageText),
            "ED003" => InUse(refused.MessageText),
            "ED004" => new DomainError.Conflict(refused.MessageText),
            "ED006" => Stopped(refused.MessageText),
            "ED008" => OtherFolds(refused.MessageText),
            PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure =>
                new DomainError.Conflict(streams[0].Stream),
            PostgresErrorCodes.NumericValueOutOfRange => new DomainError.LedgerUnreadable(0, "no position comes after its head's"),
            _ => null,
        };

    private static DomainError Stopped(string message)
    {
        using var parts = JsonDocument.Parse(message);
        var root = parts.RootElement;
        return new DomainError.ViewStopped(
            root[0].GetString()!, root[1].GetInt64(), root[2].GetString()!, root[3].GetString()!);
    }

    /// <summary>Another version's folds have filled the views while this program was running.</summary>
    private static DomainError OtherFolds(string message)
    {
        using var parts = JsonDocument.Parse(message);
        return ViewVersions.Unfitting(parts.RootElement[0].GetString()!, parts.RootElement[1].GetInt64());
    }

    private static DomainError InUse(string message)
    {
        using var parts = JsonDocument.Parse(message);
        var root = parts.RootElement;
        return new DomainError.ImageInUse(
            root[0].GetString()!, root[1].GetString()!, root[2].GetString()!, root[3].GetString() == Projections.ContainerRow.Running);
    }
}
