namespace EventDock.Adapters.Runc;

/// <summary>
/// Finds ctrl-p ctrl-q in what is typed, wherever the reads cut it. A ctrl-p is held back until the next key shows whether it
/// is the container's after all, as docker does.
/// </summary>
internal sealed class DetachKeys
{
    private const byte First = 0x10, Second = 0x11;
    private bool held;

    /// <summary>What goes to the container; true when the keys were complete, and what followed them is dropped.</summary>
    public (ReadOnlyMemory<byte> Forward, bool Detached) Pass(ReadOnlySpan<byte> typed)
    {
        var forward = new byte[typed.Length + 1];
        var count = 0;
        foreach (var key in typed)
        {
            if (held && key == Second)
            {
                return (forward.AsMemory(0, count), true);
            }

            if (held)
            {
                forward[count++] = First;
            }

            held = key == First;
            if (!held)
            {
                forward[count++] = key;
            }
        }

        return (forward.AsMemory(0, count), false);
    }
}
