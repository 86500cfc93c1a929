namespace EventDock.Domain.Ledger;

/// <summary>
/// An event as its row has it, byte for byte: JSON as Postgres prints it, texts in UTF-8. A view into the buffer it was read
/// to, so that a million of them make no garbage.
/// </summary>
public readonly ref struct StoredEvent
{
    public required long Position { get; init; }

    public required Guid Id { get; init; }

    public required ReadOnlySpan<byte> Stream { get; init; }

    public required long Version { get; init; }

    public required ReadOnlySpan<byte> Type { get; init; }

    public required ReadOnlySpan<byte> Correlation { get; init; }

    /// <summary>Microseconds since 2000-01-01 UTC, as Postgres counts them.</summary>
    public required long Recorded { get; init; }

    public required ReadOnlySpan<byte> Data { get; init; }

    public required ReadOnlySpan<byte> Headers { get; init; }
}
