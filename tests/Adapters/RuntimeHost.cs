namespace EventDock.Tests.Adapters;

using System.Diagnostics;
using System.IO;
using System.Security.Cryptography;
using System.Text;
using EventDock.Adapters.Overlay;
using EventDock.Adapters.Runc;
using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using Microsoft.Win32.SafeHandles;

/// <summary>A test that needs root, runc, conmon and busybox; it says which is missing when it is skipped.</summary>
public sealed class RuntimeFactAttribute : FactAttribute
{
    public RuntimeFactAttribute()
    {
        var missing = new[] { "/usr/sbin/runc", "/usr/bin/conmon", "/bin/busybox", SeccompCache.DockerProfile }.Where(p => !File.Exists(p)).ToList();
        Skip = Environment.UserName != "root" ? "needs root" : missing.Count > 0 ? $"missing: {string.Join(", ", missing)}" : null;
    }
}

/// <summary>What a container did.</summary>
public sealed record RunResult(int ExitCode, byte[] Output, byte[] Error)
{
    public string Text => Encoding.UTF8.GetString(Output);

    public string ErrorText => Encoding.UTF8.GetString(Error);
}

/// <summary>
/// A root of its own with one layer (busybox, users, odd files), a run directory, and the adapter on captured streams. All of it
/// goes at the end, processes and control groups by the ids made here.
/// </summary>
public sealed class RuntimeHost : IDisposable
{
    private readonly List<ContainerId> made = [];
    private readonly string outputPath, errorPath;

    public RuntimeHost()
    {
        var name = RandomNumberGenerator.GetHexString(8, lowercase: true);
        Root = $"/var/tmp/ed-rt-{name}";
        Paths = new RuntimePaths(Root, $"/run/eventdock/{name}", Seq<string>());
        Directory.CreateDirectory($"{Root}/l");
        Directory.CreateDirectory($"{Root}/containers");
        Layer = AddLayer(FillBase);
        Mounts = EventDock.Adapters.Overlay.Mounts.Create(Root);
        (outputPath, errorPath) = ($"{Root}/out", $"{Root}/err");
        (Runtime, Sweep) = RuntimeAdapter.Create(Paths, Mounts);
    }

    public string Root { get; }

    public RuntimePaths Paths { get; }

    public string Layer { get; }

    public OverlayMounts Mounts { get; }

    public Runtime Runtime { get; }

    public StepSweep Sweep { get; }

    public string AddLayer(Action<string> fill)
    {
        var id = RandomNumberGenerator.GetHexString(64, lowercase: true);
        var diff = $"{Root}/layers/{id}/diff";
        Directory.CreateDirectory(diff);
        fill(diff);
        Directory.CreateSymbolicLink($"{Root}/l/{id[..16]}", $"../layers/{id}/diff");
        return id;
    }

    public ContainerId NewId()
    {
        var id = Good(ContainerId.Parse(RandomNumberGenerator.GetHexString(64, lowercase: true)));
        made.Add(id);
        Directory.CreateDirectory($"{Paths.Container(id)}/upper");
        Directory.CreateDirectory($"{Paths.Container(id)}/work");
        Directory.CreateDirectory($"{Paths.Container(id)}/merged");
        return id;
    }

    public LaunchSpec Spec(
        ContainerId id, Seq<string> command, string user = "", string workingDir = "", bool terminal = false, bool stdin = false,
        string network = "private", Seq<string> env = default) =>
        new(id, "name-" + id.Short, Seq1(Layer),
            new ContainerSettings(
                Seq<string>(), command, workingDir, user, id.Short, network, terminal, stdin, false, Seq<SecretName>(), null),
            env, Seq<string>());

    public static Seq<string> Shell(string script) => Seq("/bin/sh", "-c", script);

    /// <summary>The adapter with these descriptors for its streams.</summary>
    internal Runtime On(PumpStreams streams) =>
        RuntimeAdapter.Create(Paths, Mounts, SeccompCache.DockerProfile, streams).Runtime;

    /// <summary>create, attach, start, pump, wait, clean up.</summary>
    public async Task<RunResult> Run(LaunchSpec spec, byte[]? input = null)
    {
        using var streams = new CapturedStreams(outputPath, errorPath, input);
        var runtime = On(streams.Streams);
        Good(await runtime.Create(spec, default).ToEither());
        var attachment = Good(await runtime.Attach(new AttachSpec(spec.Id, input is not null, false, false), default).ToEither());
        Good(await runtime.Start(spec.Id, default).ToEither());
        Assert.Equal(AttachEnd.Ended, Good(await attachment.Pump(default).ToEither()));
        var exit = Good(await runtime.AwaitExit(spec.Id, TimeSpan.FromSeconds(60), default).ToEither());
        Good(await runtime.CleanUp(spec.Id, default).ToEither());
        return new RunResult(exit.Match(e => e.ExitCode, () => -1), streams.Output, streams.Error);
    }

    public Task<RunResult> Run(string script) => Run(Spec(NewId(), Shell(script)));

    /// <summary>create and start; nobody attached.</summary>
    public async Task<ProcessIdentity> StartDetached(LaunchSpec spec)
    {
        var process = Good(await Runtime.Create(spec, default).ToEither());
        Good(await Runtime.Start(spec.Id, default).ToEither());
        return process;
    }

    public async Task<RunResult> Exec(ExecSpec spec, byte[]? input = null)
    {
        using var streams = new CapturedStreams(outputPath, errorPath, input);
        var exec = Good(await On(streams.Streams).Begin(spec, default).ToEither());
        return new RunResult(Good(await exec.Wait(default).ToEither()).ExitCode, streams.Output, streams.Error);
    }

    public async Task<RunResult> Logs(LogSpec spec)
    {
        using var streams = new CapturedStreams(outputPath, errorPath, null);
        Good(await On(streams.Streams).Logs(spec, default).ToEither());
        return new RunResult(0, streams.Output, streams.Error);
    }

    public async Task<Either<DomainError, RunResult>> Step(StepSpec spec, CancellationToken cancel = default)
    {
        using var streams = new CapturedStreams(outputPath, errorPath, null);
        var code = await On(streams.Streams).Step(spec, cancel).ToEither();
        return code.Map(c => new RunResult(c, streams.Output, streams.Error));
    }

    public static T Good<T>(Either<DomainError, T> result) =>
        result.Match(value => value, error => throw new Xunit.Sdk.XunitException(error.ToString()));

    public static DomainError Bad<T>(Either<DomainError, T> result) =>
        result.Match(value => throw new Xunit.Sdk.XunitException($"succeeded: {value}"), error => error);

    public void Dispose()
    {
        foreach (var id in made)
        {
            Good(Runtime.CleanUp(id, default).ToEither().GetAwaiter().GetResult());
        }

        Directory.Delete(Root, recursive: true);
        if (Directory.Exists(Paths.Run))
        {
            Directory.Delete(Paths.Run, recursive: true);
        }

        foreach (var hierarchy in Directory.GetDirectories("/sys/fs/cgroup").Append("/sys/fs/cgroup"))
        {
            foreach (var part in (string[])["/conmon", ""])
            {
                var group = $"{hierarchy}/eventdock/{Path.GetFileName(Paths.Run)}{part}";
                if (Directory.Exists(group))
                {
                    // A control group is a directory whose files go with it, which Directory.Delete does not know.
                    Process.Start("rmdir", group).WaitForExit();
                }
            }
        }
    }

    private static void FillBase(string diff)
    {
        foreach (var directory in (string[])["bin", "etc", "tmp", "root"])
        {
            Directory.CreateDirectory($"{diff}/{directory}");
        }

        File.Copy("/bin/busybox", $"{diff}/bin/busybox");
        foreach (var applet in (string[])["sh", "cat", "true", "sleep", "ls", "env", "id", "stty", "head", "dd", "seq", "kill", "mount", "ifconfig"])
        {
            File.CreateSymbolicLink($"{diff}/bin/{applet}", "busybox");
        }

        File.WriteAllText($"{diff}/etc/passwd", "root:x:0:0:root:/root:/bin/sh\nbroken\nbob:x:1000:1001::/home/bob:/bin/sh\n");
        File.WriteAllText($"{diff}/etc/group", "root:x:0:\nbob:x:1001:\nextra:x:1002:bob\nwheel:x:10:root\n");
    }
}

/// <summary>Files in place of stdout and stderr, bytes or /dev/null in place of stdin.</summary>
internal sealed class CapturedStreams : IDisposable
{
    private readonly string outputPath, errorPath, inputPath;
    private readonly SafeFileHandle input, output, error;

    public CapturedStreams(string outputPath, string errorPath, byte[]? given)
    {
        var tag = Guid.NewGuid().ToString("N");
        (this.outputPath, this.errorPath, inputPath) = (outputPath + tag, errorPath + tag, outputPath + tag + ".in");
        File.WriteAllBytes(inputPath, given ?? []);
        input = File.OpenHandle(inputPath);
        output = File.OpenHandle(this.outputPath, FileMode.Create, FileAccess.Write, FileShare.ReadWrite);
        error = File.OpenHandle(this.errorPath, FileMode.Create, FileAccess.Write, FileShare.ReadWrite);
    }

    public PumpStreams Streams => new(Number(input), Number(output), Number(error));

    public byte[] Output => File.ReadAllBytes(outputPath);

    public byte[] Error => File.ReadAllBytes(errorPath);

    public void Dispose()
    {
        input.Dispose();
        output.Dispose();
        error.Dispose();
    }

    private static int Number(SafeFileHandle handle) => (int)handle.DangerousGetHandle();
}

internal static class WholeExec
{
    /// <summary>Prepared and let go at once.</summary>
    public static EitherAsync<DomainError, RunningExec> Begin(this Runtime runtime, ExecSpec spec, CancellationToken cancel) =>
        runtime.Exec(spec, cancel).Bind(prepared => prepared.Go(cancel));
}
