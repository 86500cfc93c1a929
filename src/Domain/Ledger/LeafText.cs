namespace EventDock.Domain.Ledger;

using EventDock.Domain.Kernel;

/// <summary>What stands in a leaf's line, as it is written there: texts in UTF-8, unquoted.</summary>
internal readonly ref struct LeafParts
{
    public required ReadOnlySpan<byte> Correlation { get; init; }

    /// <summary>The digest; likewise the headers'.</summary>
    public required ReadOnlySpan<byte> Data { get; init; }

    public required ReadOnlySpan<byte> Headers { get; init; }

    public required Guid Id { get; init; }

    public required ReadOnlySpan<byte> Occurred { get; init; }

    public required long Position { get; init; }

    /// <summary>Microseconds since 2000-01-01 UTC.</summary>
    public required long Recorded { get; init; }

    public required long Schema { get; init; }

    public required ReadOnlySpan<byte> Stream { get; init; }

    public required ReadOnlySpan<byte> Type { get; init; }

    public required long Version { get; init; }
}

/// <summary>The one place that knows how a leaf's line is written.</summary>
internal static class LeafText
{

    /// <summary>Adds the line, without a newline.</summary>
    public static void Write(CanonicalText line, in LeafParts parts)
    {
        line.Add("{\"correlation\":"u8);
        line.Quote(parts.Correlation);
        line.Add(",\"data\":\""u8);
        line.Hex(parts.Data);
        line.Add("\",\"headers\":\""u8);
        line.Hex(parts.Headers);
        line.Add("\",\"id\":\""u8);
        line.Id(parts.Id);
        line.Add("\",\"occurred\":"u8);
        line.Quote(parts.Occurred);
        line.Add(",\"position\":"u8);
        line.Number(parts.Position);
        line.Add(",\"recorded\":\""u8);
        line.Moment(parts.Recorded);
        line.Add("\",\"schema\":"u8);
        line.Number(parts.Schema);
        line.Add(",\"stream\":"u8);
        line.Quote(parts.Stream);
        line.Add(",\"type\":"u8);
        line.Quote(parts.Type);
        line.Add(",\"version\":"u8);
        line.Number(parts.Version);
        line.Add("}"u8);
    }

    public static long Micros(DateTimeOffset at) => (at - CanonicalText.Epoch).Ticks / 10;

    /// <summary>Of a time in the ledger's form; null for any other text.</summary>
    public static DateTimeOffset? Moment(ReadOnlySpan<byte> text) =>
        CanonicalText.Micros(text) is { } micros ? CanonicalText.Epoch.AddTicks(micros * 10) : null;
}
