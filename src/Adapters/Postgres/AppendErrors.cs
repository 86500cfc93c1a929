namespace EventDock.Adapters.Postgres;

using System.Text.Json;
using EventDock.Domain.Kernel;
using Npgsql;

/// <summary>What the database refuses in an append, by name. Anything it does not know is a bug and passes.</summary>
internal static class AppendErrors
{
    public static DomainError? Of(PostgresException refused, Seq<StreamAppend> streams) =>
        refused.SqlState switch
        {
            "ED001" => new DomainError.NoSuchImage(refused.MessageText),
            "ED002" => new DomainError.LayerGone(refused.MessageText),
            "ED003" => InUse(refused.MessageText),
            "ED004" => new DomainError.Conflict(refused.MessageText),
            // The backstop of the check of versions, met where somebody else than EventDock appends.
            PostgresErrorCodes.UniqueViolation when refused.ConstraintName == "pk_mt_events_stream_and_version" =>
                new DomainError.Conflict(streams[0].Stream),
            PostgresErrorCodes.UniqueViolation when refused.ConstraintName == "pkey_mt_events_seq_id" =>
                new DomainError.LedgerUnreadable(0, "another program has added an event of its own"),
            PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure =>
                new DomainError.Conflict(streams[0].Stream),
            _ => null,
        };

    private static DomainError InUse(string message)
    {
        using var parts = JsonDocument.Parse(message);
        var root = parts.RootElement;
        return new DomainError.ImageInUse(
            root[0].GetString()!, root[1].GetString()!, root[2].GetString()!, root[3].GetString() == Projections.ContainerRow.Running);
    }
}
