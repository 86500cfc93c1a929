namespace EventDock.Adapters.Runc;

using EventDock.Adapters.Posix;
using EventDock.Domain.Containers;
using Microsoft.Win32.SafeHandles;

/// <summary>
/// A process held by a descriptor: once its identity is checked, no other can take its place between the check and a signal.
/// </summary>
internal sealed class OpenedProcess : IDisposable
{
    private readonly SafeFileHandle handle;

    private OpenedProcess(SafeFileHandle handle) => this.handle = handle;

    public int Descriptor => (int)handle.DangerousGetHandle();

    /// <summary>Null where it no longer lives.</summary>
    public static OpenedProcess? Open(ProcessIdentity process)
    {
        var descriptor = ProcessCalls.OpenProcess(process.Pid);
        if (descriptor < 0)
        {
            return null;
        }

        var opened = new OpenedProcess(new SafeFileHandle(descriptor, true));
        if (Processes.Alive(process))
        {
            return opened;
        }

        opened.Dispose();
        return null;
    }

    /// <summary>False where it could not be sent; a process that has just ended counts as sent.</summary>
    public bool Signal(int number) => ProcessCalls.Signal(handle, number) is 0 or -ProcessCalls.NoSuchProcess;

    public bool AwaitEnd(int milliseconds) => Descriptors.WaitReadable(Descriptor, milliseconds);

    public void Dispose() => handle.Dispose();
}
