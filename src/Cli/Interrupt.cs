namespace EventDock.Cli;

using System.Runtime.InteropServices;

/// <summary>The first Ctrl-C or SIGTERM asks the command to end in order; the second ends it as it would any program.</summary>
internal sealed class Interrupt : IDisposable
{
    private readonly CancellationTokenSource source;
    private readonly PosixSignalRegistration[] registrations;

    public Interrupt(CancellationToken outer)
    {
        source = CancellationTokenSource.CreateLinkedTokenSource(outer);
        registrations = new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM }.Select(signal => PosixSignalRegistration.Create(signal, context =>
        {
            // Others may have more to say: a second one ends nobody under whom a pager has the terminal.
            context.Cancel |= !source.IsCancellationRequested;
            source.Cancel();
        })).ToArray();
    }

    public CancellationToken Token => source.Token;

    public void Dispose()
    {
        foreach (var registration in registrations)
        {
            registration.Dispose();
        }

        source.Dispose();
    }
}
