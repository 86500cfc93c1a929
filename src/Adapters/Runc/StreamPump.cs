namespace EventDock.Adapters.Runc;

using System.Diagnostics;
using EventDock.Adapters.Posix;
using EventDock.Domain.Containers;

/// <summary>Descriptors that a container's streams are copied from and to: usually 0, 1 and 2.</summary>
internal sealed record PumpStreams(int Input, int Output, int Error)
{
    public static readonly PumpStreams Own = new(0, 1, 2);

    /// <summary>In place of a descriptor: what comes for it is dropped.</summary>
    public const int Nowhere = -1;

    /// <summary>Of the terminal that one of them is; null where none is one.</summary>
    public TerminalSize? Size => Terminal.Size(Input) ?? Terminal.Size(Output);
}

/// <summary>
/// Copies between conmon's attach socket and three descriptors. A received packet is a byte naming the stream and the data
/// (2 stdout, 3 stderr; with a terminal all is 2); what is sent is data alone. Each direction has a thread: one that shared
/// would stop reading while it waits to write, and conmon does the same on the other side.
/// </summary>
internal sealed class StreamPump(int socket, PumpStreams streams, bool input, bool terminal, DetachSequence detachKeys)
{
    // conmon sends at most 8,192 bytes after the first and takes as much; a longer packet would be cut.
    private const int LargestPacket = 8192;
    private const byte StandardError = 3;

    private volatile bool detached;

    /// <summary>Until the container ends (every byte of it copied), the detach keys, our closed stdout, or the token.</summary>
    public AttachEnd? Run(CancellationToken cancel)
    {
        var stop = Descriptors.Waker();
        using (cancel.Register(() => Descriptors.Wake(stop)))
        {
            var reader = input ? new Thread(() => CopyIn(stop)) { IsBackground = true, Name = "stdin" } : null;
            reader?.Start();
            var end = CopyOut(stop);
            Descriptors.Wake(stop);
            Descriptors.EndBoth(socket);
            reader?.Join();
            Descriptors.Close(stop);
            return end;
        }
    }

    /// <summary>Null when it was told to stop by the token.</summary>
    private AttachEnd? CopyOut(int stop)
    {
        var packet = new byte[4 * LargestPacket];
        while (true)
        {
            var ready = Descriptors.WaitForEither(socket, stop, -1);
            if ((ready & 2) != 0)
            {
                return detached ? AttachEnd.Detached : null;
            }

            var count = Descriptors.Receive(socket, packet);
            if (count is 0 or -Descriptors.ConnectionReset)
            {
                return AttachEnd.Ended;
            }

            if (count < 0)
            {
                throw new UnreachableException($"attach socket: errno {-count}");
            }

            var target = packet[0] == StandardError ? streams.Error : streams.Output;
            if (target != PumpStreams.Nowhere && Descriptors.Write(target, packet.AsSpan(1, count - 1)) != 0)
            {
                return AttachEnd.OutputClosed;
            }
        }
    }

    private void CopyIn(int stop)
    {
        var keys = terminal ? new DetachKeys(detachKeys) : null;
        var buffer = new byte[LargestPacket - 1];
        while ((Descriptors.WaitForEither(streams.Input, stop, -1) & 2) == 0)
        {
            var count = Descriptors.Read(streams.Input, buffer);
            if (count == -Descriptors.TryAgain)
            {
                continue;
            }

            if (count <= 0)
            {
                // On a terminal the end of input is a key like any other; a closed one is not the process's end.
                if (!terminal)
                {
                    Descriptors.EndInput(socket);
                }

                return;
            }

            var (forward, leave) = keys?.Pass(buffer.AsSpan(0, count)) ?? (buffer.AsMemory(0, count), false);
            if (forward.Length > 0 && Descriptors.Send(socket, forward.Span) != 0)
            {
                return;
            }

            if (leave)
            {
                detached = true;
                Descriptors.Wake(stop);
                return;
            }
        }
    }
}
