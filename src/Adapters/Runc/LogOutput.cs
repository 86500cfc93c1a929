namespace EventDock.Adapters.Runc;

/// <summary>
/// What a log's reader writes, gathered: one write for thousands of lines. Of two descriptors, which may be one terminal, each gets
/// what came before the other's next line first.
/// </summary>
internal sealed class LogOutput
{
    private readonly byte[] gathered = new byte[128 * 1024];
    private int count, target;
    private bool closed;

    /// <summary>False when nobody reads any more.</summary>
    public bool Write(int descriptor, ReadOnlySpan<byte> bytes)
    {
        if ((descriptor != target || bytes.Length > gathered.Length - count) && !Flush())
        {
            return false;
        }

        target = descriptor;
        if (bytes.Length > gathered.Length)
        {
            closed = Descriptors.Write(descriptor, bytes) != 0;
            return !closed;
        }

        bytes.CopyTo(gathered.AsSpan(count));
        count += bytes.Length;
        return true;
    }

    public bool Flush()
    {
        if (count > 0 && !closed)
        {
            closed = Descriptors.Write(target, gathered.AsSpan(0, count)) != 0;
        }

        count = 0;
        return !closed;
    }
}
