namespace EventDock.Adapters.Runc;

using System.Runtime.InteropServices;
using EventDock.Adapters.Posix;
using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;

/// <summary>
/// A connection to one process's streams through the directory in which conmon has its <c>attach</c> socket and <c>ctl</c>
/// FIFO, made before the process starts so that nothing of its output is missed.
/// </summary>
internal sealed class Session : IDisposable
{
    // SIGWINCH, by Linux's number: PosixSignal takes those as well, and has no name for SIGUSR1 and SIGUSR2.
    private const PosixSignal WindowChanged = (PosixSignal)28;

    private static readonly (PosixSignal Signal, int Number)[] Forwarded =
    [
        (PosixSignal.SIGINT, 2), (PosixSignal.SIGTERM, 15), (PosixSignal.SIGHUP, 1), (PosixSignal.SIGQUIT, 3),
        ((PosixSignal)10, 10), ((PosixSignal)12, 12),
    ];

    private readonly string directory;
    private readonly bool stdin, terminal;
    private readonly DetachSequence detachKeys;
    private readonly PumpStreams streams;
    private readonly Action<int>? forward;
    private int socket;

    private Session(
        string directory, int socket, bool stdin, bool terminal, DetachSequence detachKeys, PumpStreams streams, Action<int>? forward) =>
        (this.directory, this.socket, this.stdin, this.terminal, this.detachKeys, this.streams, this.forward) =
        (directory, socket, stdin, terminal, detachKeys, streams, forward);

    /// <param name="forward">Gets the numbers of signals that reach us; null where they are ours.</param>
    public static Either<DomainError, Session> Connect(
        string directory, bool stdin, bool terminal, DetachSequence detachKeys, PumpStreams streams, Action<int>? forward)
    {
        var socket = Descriptors.Connect($"{directory}/attach");
        if (socket < 0)
        {
            return new DomainError.RuntimeFailed("conmon", $"attach: {Marshal.GetPInvokeErrorMessage(-socket)}");
        }

        var session = new Session(directory, socket, stdin, terminal, detachKeys, streams, forward);
        session.Resize();
        return session;
    }

    /// <param name="cancel">Not heeded where signals are the container's: what calls the command off is one of them.</param>
    public Either<DomainError, AttachEnd> Pump(CancellationToken cancel)
    {
        using var mode = terminal && stdin ? Terminal.MakeRaw(streams.Input) : null;
        using var resizing = terminal ? PosixSignalRegistration.Create(WindowChanged, _ => Resize()) : null;
        var proxies = forward is null ? [] : Forwarded.Select(each => PosixSignalRegistration.Create(each.Signal, context =>
        {
            context.Cancel = true;
            forward(each.Number);
        })).ToList();
        try
        {
            // The size may have changed between the connection and the registration.
            Resize();
            return new StreamPump(socket, streams, stdin, terminal, detachKeys).Run(forward is null ? cancel : CancellationToken.None) is { } end
                ? end
                : new DomainError.Interrupted();
        }
        finally
        {
            proxies.ForEach(proxy => proxy.Dispose());
        }
    }

    public void Dispose()
    {
        var open = Interlocked.Exchange(ref socket, -1);
        if (open >= 0)
        {
            Descriptors.Close(open);
        }
    }

    /// <summary>The container's terminal follows ours, where we have one: conmon reads <c>1 ROWS COLS</c> from its FIFO.</summary>
    private void Resize()
    {
        if (!terminal || streams.Size is not { } size)
        {
            return;
        }

        // Nobody reads it any more when conmon is gone, and then there is no terminal either.
        var control = Descriptors.OpenFifo($"{directory}/ctl", forWriting: true);
        if (control >= 0)
        {
            Descriptors.Write(control, System.Text.Encoding.ASCII.GetBytes($"1 {size.Rows} {size.Columns}\n"));
            Descriptors.Close(control);
        }
    }
}
