namespace EventDock.Adapters.Posix;

using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

/// <summary>
/// A child to start. It gets exactly these descriptors, this environment, default signal handling and an empty signal mask.
/// </summary>
/// <param name="Program">Absolute path.</param>
/// <param name="Arguments">Without the zeroth.</param>
/// <param name="Descriptors">Ours, and the number each has in the child; what is not named is closed there.</param>
/// <param name="OwnGroup">In a process group of its own, so that a terminal's Ctrl-C does not reach it.</param>
internal sealed record SpawnRequest(
    string Program, IReadOnlyList<string> Arguments, IReadOnlyList<string> Environment,
    IReadOnlyList<(SafeFileHandle From, int To)> Descriptors, string WorkingDirectory, bool OwnGroup = false)
{
    /// <summary>In a session of its own: no terminal, and nobody waits for it.</summary>
    public bool OwnSession { get; init; }
}

/// <summary>
/// posix_spawn and what belongs to it. Process.Start cannot map descriptors, passes our environment on and costs twice as
/// much. Results below zero are negated errno values.
/// </summary>
internal static unsafe partial class ProcessCalls
{
    public const int Interrupted = 4, NoSuchProcess = 3, TryAgain = 11;

    private const short SetProcessGroup = 2, SetSignalDefault = 4, SetSignalMask = 8, SetSession = 0x80;
    private const int CloseOnExec = 0x80000, DuplicateCloseOnExec = 1030, FirstFree = 64;

    /// <summary>The child's pid, or a negated errno.</summary>
    public static int Spawn(SpawnRequest request)
    {
        // glibc's opaque structs are 80 and 336 bytes; sigset_t is 128.
        var actions = stackalloc byte[512];
        var attributes = stackalloc byte[1024];
        var signals = stackalloc byte[128];
        var lifted = new List<int>();
        SpawnActionsInit(actions);
        SpawnAttributesInit(attributes);
        var arguments = Strings([request.Program, .. request.Arguments]);
        var environment = Strings(request.Environment);
        try
        {
            // Sources are lifted above all targets first: else one dup2 could overwrite the source of the next.
            var highest = 2;
            foreach (var (from, to) in request.Descriptors)
            {
                var copy = Fcntl((int)from.DangerousGetHandle(), DuplicateCloseOnExec, FirstFree);
                if (copy < 0)
                {
                    return -Marshal.GetLastPInvokeError();
                }

                lifted.Add(copy);
                highest = Math.Max(highest, to);
                SpawnActionsDup2(actions, copy, to);
            }

            SpawnActionsCloseFrom(actions, highest + 1);
            SpawnActionsChangeDirectory(actions, request.WorkingDirectory);
            new Span<byte>(signals, 128).Clear();
            SpawnAttributesSetMask(attributes, signals);
            new Span<byte>(signals, 128).Fill(0xff);
            SpawnAttributesSetDefault(attributes, signals);
            SpawnAttributesSetFlags(
                attributes, (short)(SetSignalDefault | SetSignalMask | (request.OwnGroup ? SetProcessGroup : 0)
                | (request.OwnSession ? SetSession : 0)));
            SpawnAttributesSetGroup(attributes, 0);
            int pid;
            var error = PosixSpawn(&pid, request.Program, actions, attributes, arguments, environment);
            return error == 0 ? pid : -error;
        }
        finally
        {
            lifted.ForEach(descriptor => Close(descriptor));
            Free(arguments);
            Free(environment);
            SpawnActionsDestroy(actions);
            SpawnAttributesDestroy(attributes);
            GC.KeepAlive(request);
        }
    }

    /// <summary>Waits for a child of ours: its exit code, 128 + signal where one ended it.</summary>
    public static int Wait(int pid)
    {
        int status;
        while (WaitPid(pid, &status, 0) < 0)
        {
            if (Marshal.GetLastPInvokeError() != Interrupted)
            {
                return -Marshal.GetLastPInvokeError();
            }
        }

        return (status & 0x7f) == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f);
    }

    /// <summary>A pipe: what is written to the second is read from the first. Neither is inherited by itself.</summary>
    public static (SafeFileHandle Read, SafeFileHandle Write) Pipe()
    {
        var ends = stackalloc int[2];
        return Pipe2(ends, CloseOnExec) == 0
            ? (new SafeFileHandle(ends[0], true), new SafeFileHandle(ends[1], true))
            : throw new InvalidOperationException($"pipe2: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    /// <summary>/dev/null, for reading and writing.</summary>
    public static SafeFileHandle Null() =>
        System.IO.File.OpenHandle("/dev/null", System.IO.FileMode.Open, System.IO.FileAccess.ReadWrite, System.IO.FileShare.ReadWrite);

    /// <summary>A descriptor of the process (pidfd_open), which becomes readable when it ends; negated errno on failure.</summary>
    public static int OpenProcess(int pid)
    {
        var descriptor = (int)PidfdOpen(PidfdOpenNumber, pid, 0);
        return descriptor >= 0 ? descriptor : -Marshal.GetLastPInvokeError();
    }

    /// <summary>Sends a signal through a pidfd: 0 or a negated errno.</summary>
    public static int Signal(SafeHandle process, int signal) =>
        PidfdSendSignal(PidfdSendSignalNumber, (int)process.DangerousGetHandle(), signal, 0, 0) == 0
            ? 0
            : -Marshal.GetLastPInvokeError();

    private const long PidfdOpenNumber = 434, PidfdSendSignalNumber = 424;

    private static byte** Strings(IReadOnlyList<string> values)
    {
        var array = (byte**)NativeMemory.Alloc((nuint)(values.Count + 1), (nuint)sizeof(byte*));
        for (var i = 0; i < values.Count; i++)
        {
            array[i] = (byte*)Marshal.StringToCoTaskMemUTF8(values[i]);
        }

        array[values.Count] = null;
        return array;
    }

    private static void Free(byte** strings)
    {
        for (var each = strings; *each is not null; each++)
        {
            Marshal.FreeCoTaskMem((nint)(*each));
        }

        NativeMemory.Free(strings);
    }

    [LibraryImport("libc", EntryPoint = "posix_spawn", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int PosixSpawn(int* pid, string path, byte* actions, byte* attributes, byte** argv, byte** envp);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    private static partial int SpawnActionsInit(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    private static partial int SpawnActionsDestroy(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_adddup2")]
    private static partial int SpawnActionsDup2(byte* actions, int from, int to);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addclosefrom_np")]
    private static partial int SpawnActionsCloseFrom(byte* actions, int from);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addchdir_np", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SpawnActionsChangeDirectory(byte* actions, string path);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_init")]
    private static partial int SpawnAttributesInit(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_destroy")]
    private static partial int SpawnAttributesDestroy(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setflags")]
    private static partial int SpawnAttributesSetFlags(byte* attributes, short flags);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setpgroup")]
    private static partial int SpawnAttributesSetGroup(byte* attributes, int group);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigmask")]
    private static partial int SpawnAttributesSetMask(byte* attributes, byte* signals);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigdefault")]
    private static partial int SpawnAttributesSetDefault(byte* attributes, byte* signals);

    [LibraryImport("libc", EntryPoint = "waitpid", SetLastError = true)]
    private static partial int WaitPid(int pid, int* status, int options);

    [LibraryImport("libc", EntryPoint = "pipe2", SetLastError = true)]
    private static partial int Pipe2(int* ends, int flags);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Fcntl(int descriptor, int command, int argument);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial long PidfdOpen(long number, int pid, uint flags);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial long PidfdSendSignal(long number, int descriptor, int signal, nint info, uint flags);
}
