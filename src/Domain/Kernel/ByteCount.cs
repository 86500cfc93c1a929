namespace EventDock.Domain.Kernel;

/// <summary>
/// A number of bytes (or another count that may grow beyond 2^53). Stored as text, since a JSON number of that size is read
/// differently by different readers.
/// </summary>
public readonly record struct ByteCount(long Value)
{
    public static implicit operator ByteCount(long value) => new(value);

    public static ByteCount operator +(ByteCount a, ByteCount b) => new(a.Value + b.Value);

    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
