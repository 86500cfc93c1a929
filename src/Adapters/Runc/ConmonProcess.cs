namespace EventDock.Adapters.Runc;

using System.IO;
using System.Text;
using System.Text.Json;
using EventDock.Adapters.Posix;
using EventDock.Domain.Kernel;
using Microsoft.Win32.SafeHandles;

/// <summary>One line of conmon's sync or attach pipe: <c>{"data": N, "message": "…"}</c>.</summary>
internal sealed record ConmonAnswer(int Data, string Message);

/// <summary>
/// conmon, started and spoken to: it waits to be let go, forks into the background, creates the container's process through the
/// runtime, and tells its pid. It stays until that process ends, whatever becomes of us.
/// </summary>
internal sealed class ConmonProcess : IDisposable
{
    private readonly SafeFileHandle sync, start;
    private readonly SafeFileHandle? attach;
    private readonly string errors;
    private readonly int pid;
    private readonly MemoryStream received = new();
    private bool reaped;

    private ConmonProcess(SafeFileHandle sync, SafeFileHandle start, SafeFileHandle? attach, string errors, int pid) =>
        (this.sync, this.start, this.attach, this.errors, this.pid) = (sync, start, attach, errors, pid);

    /// <summary>
    /// One that waits to be let go: its own start takes some milliseconds, in which what it is to work on can be written. Should this
    /// process be killed meanwhile it goes on, so the file that it cannot do without is to come last.
    /// </summary>
    /// <param name="directory">Gets conmon's stderr, for the case that it ends without an answer.</param>
    /// <param name="outside">The group it is moved to where our own could end with our unit.</param>
    public static Either<DomainError, ConmonProcess> Spawn(
        string program, IReadOnlyList<string> arguments, Seq<string> environment, string directory, string outside, bool attached)
    {
        var errors = $"{directory}/conmon.err";
        PrivateFiles.Write(errors, "");
        using var nothing = ProcessCalls.Null();
        using var error = File.OpenHandle(errors, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
        var (syncRead, syncWrite) = ProcessCalls.Pipe();
        var (startRead, startWrite) = ProcessCalls.Pipe();
        var (attachRead, attachWrite) = attached ? ProcessCalls.Pipe() : (null, null);
        using (syncWrite)
        using (startRead)
        using (attachWrite)
        {
            var descriptors = new List<(SafeFileHandle, int)> { (nothing, 0), (nothing, 1), (error, 2), (syncWrite, 3), (startRead, 4) };
            List<string> variables = [.. ProcessRunner.Environment, .. environment, "_OCI_SYNCPIPE=3", "_OCI_STARTPIPE=4"];
            if (attachWrite is not null)
            {
                descriptors.Add((attachWrite, 5));
                variables.Add("_OCI_ATTACHPIPE=5");
            }

            var pid = ProcessCalls.Spawn(new SpawnRequest(program, arguments, variables, descriptors, "/"));
            if (pid < 0)
            {
                syncRead.Dispose();
                startWrite.Dispose();
                attachRead?.Dispose();
                return ProcessRunner.NotStarted(program, -pid);
            }

            var process = new ConmonProcess(syncRead, startWrite, attachRead, errors, pid);
            Cgroups.MoveOut(pid, outside);
            _ = Task.Run(Cgroups.Prepare, CancellationToken.None);
            return process;
        }
    }

    /// <summary>Lets it go on: once to begin, and for an attached exec once more when the streams are connected.</summary>
    public void Go() => Descriptors.Write((int)start.DangerousGetHandle(), [0]);

    public void NoMoreStarts() => start.Dispose();

    /// <summary>Ends one that has not been let go: it has begun nothing, and is a child of this process.</summary>
    public void CallOff()
    {
        using var child = Processes.Identify(pid) is { } own ? OpenedProcess.Open(own) : null;
        child?.Signal(9);
        Dispose();
    }

    /// <summary>The next answer; the first process, which forked the lasting one, is reaped on the way.</summary>
    public Either<DomainError, ConmonAnswer> Answer(CancellationToken cancel) => Read(sync, received, cancel);

    public Either<DomainError, ConmonAnswer> AttachAnswer(CancellationToken cancel) => Read(attach!, new MemoryStream(), cancel);

    public void Dispose()
    {
        sync.Dispose();
        start.Dispose();
        attach?.Dispose();
        Reap();
    }

    /// <param name="kept">What came after the last line: the pid and the exit code of a quick exec come in one read.</param>
    private Either<DomainError, ConmonAnswer> Read(SafeFileHandle from, MemoryStream kept, CancellationToken cancel)
    {
        using var waker = new CancelWaker(cancel);
        var descriptor = (int)from.DangerousGetHandle();
        var buffer = new byte[4096];
        while (true)
        {
            var text = kept.ToArray();
            if (System.Array.IndexOf(text, (byte)'\n') is >= 0 and var end)
            {
                kept.SetLength(0);
                kept.Write(text, end + 1, text.Length - end - 1);
                Reap();
                return Parse(text.AsMemory(0, end));
            }

            if ((Descriptors.WaitForEither(descriptor, waker.Descriptor, -1) & 2) != 0)
            {
                return new DomainError.Interrupted();
            }

            var count = Descriptors.Read(descriptor, buffer);
            if (count <= 0)
            {
                var said = PrivateFiles.ReadText(errors) is { Length: > 0 } log ? RuntimeMessage.Clean(log) : "ended without an answer";
                return new DomainError.RuntimeFailed("conmon", said);
            }

            kept.Write(buffer, 0, count);
        }
    }

    private static Either<DomainError, ConmonAnswer> Parse(ReadOnlyMemory<byte> line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var root = document.RootElement;
            return new ConmonAnswer(
                root.GetProperty("data").GetInt32(),
                root.TryGetProperty("message", out var message) ? message.GetString() ?? "" : "");
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return new DomainError.RuntimeFailed("conmon", Encoding.UTF8.GetString(line.Span).Trim());
        }
    }

    private void Reap()
    {
        if (!reaped)
        {
            reaped = true;
            ProcessCalls.Wait(pid);
        }
    }
}

/// <summary>A descriptor that becomes readable when the token is cancelled, for threads that wait in poll.</summary>
internal sealed class CancelWaker : IDisposable
{
    private readonly CancellationTokenRegistration registration;

    public CancelWaker(CancellationToken cancel)
    {
        Descriptor = Descriptors.Waker();
        var descriptor = Descriptor;
        registration = cancel.Register(() => Descriptors.Wake(descriptor));
    }

    public int Descriptor { get; }

    public void Dispose()
    {
        registration.Dispose();
        Descriptors.Close(Descriptor);
    }
}
