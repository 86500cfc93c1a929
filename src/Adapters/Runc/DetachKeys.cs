namespace EventDock.Adapters.Runc;

using EventDock.Domain.Containers;

/// <summary>
/// Finds the detach keys in what is typed, wherever the reads cut it. Keys that may be their beginning are held back until the next
/// ones show whether they are the container's after all, as docker does.
/// </summary>
internal sealed class DetachKeys(DetachSequence sequence)
{
    private readonly byte[] keys = sequence.Keys.ToArray();
    private readonly List<byte> held = [];

    /// <summary>What goes to the container; true when the keys were complete, and what followed them is dropped.</summary>
    public (ReadOnlyMemory<byte> Forward, bool Detached) Pass(ReadOnlySpan<byte> typed)
    {
        var forward = new List<byte>(typed.Length + held.Count);
        foreach (var key in typed)
        {
            held.Add(key);
            while (!IsBeginning())
            {
                forward.Add(held[0]);
                held.RemoveAt(0);
            }

            if (held.Count == keys.Length)
            {
                return (forward.ToArray(), true);
            }
        }

        return (forward.ToArray(), false);
    }

    private bool IsBeginning()
    {
        for (var n = 0; n < held.Count; n++)
        {
            if (held[n] != keys[n])
            {
                return false;
            }
        }

        return true;
    }
}
