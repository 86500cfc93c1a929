namespace EventDock.Cli.Commands;

using System.IO;
using EventDock.Cli.Grammar;
using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;

/// <summary>From the flags of <c>run</c> and <c>create</c> to a request: values are read, files among them too.</summary>
public static class RunFlags
{
    /// <summary>SELinux' file system: without it there are no labels to give.</summary>
    private const string Labels = "/sys/fs/selinux/enforce";

    private const int LargestFile = 1 << 20;

    public static EitherAsync<DomainError, RunRequest> Read(ParsedArgs args) =>
        from keys in DetachSequence.Parse(args.Verb.Name == "run" ? args.Text("detach-keys") : null).ToAsync()
        from streams in Streams(args).ToAsync()
        from env in Env(args)
        from network in Network(args).ToAsync()
        from options in Options(args)
        from stop in StopSignal(args.Text("stop-signal")).ToAsync()
        from pull in Pull(args.Text("pull")).ToAsync()
        from alone in From(args).ToAsync()
        from profile in Profile(options.SecurityOpt).ToAsync()
        select new RunRequest(
            args.Has("from") ? "" : args.Arguments[0],
            args.Arguments.Skip(args.Has("from") ? 0 : 1).ToSeq().Strict(),
            args.Text("entrypoint"),
            args.Text("name"),
            env,
            args.Text("workdir"),
            args.Text("user"),
            network,
            args.On("interactive"),
            args.On("tty"),
            Detached(args),
            args.On("rm"))
        {
            Options = options,
            Hostname = args.Text("hostname") is { Length: > 0 } hostname ? hostname : null,
            StopSignal = stop.MatchUnsafe<string?>(Some: s => s, None: () => null),
            SeccompProfile = profile.MatchUnsafe<ReadOnlyMemory<byte>?>(Some: p => p, None: () => null),
            Streams = streams,
            DetachKeys = keys,
            From = args.Text("from"),
            Pull = pull,
            Platform = args.Text("platform") is { Length: > 0 } platform ? platform : null,
            SignalProxy = args.Verb.Name != "run" || args.On("sig-proxy"),
        };

    /// <summary>The image is the other container's, and is here.</summary>
    private static Either<DomainError, Unit> From(ParsedArgs args) =>
        !args.Has("from") ? unit
        : args.Has("pull") ? new DomainError.FlagsTogether("--from", "--pull")
        : args.Has("platform") ? new DomainError.FlagsTogether("--from", "--platform")
        : args.Text("from") is { Length: > 0 } ? unit
        : new DomainError.BadFlag("--from", "", "it names no container");

    private static EitherAsync<DomainError, ContainerOptions> Options(ParsedArgs args) =>
        from namespaces in Namespaces(args)
        from labels in LabelsOf(args)
        from mounts in Mounts(args)
        from capAdd in Capabilities.Check("--cap-add", args.All("cap-add")).ToAsync()
        from capDrop in Capabilities.Check("--cap-drop", args.All("cap-drop")).ToAsync()
        from devices in args.All("device").All(DeviceText.Parse).ToAsync()
        from shm in ShmSize(args.Text("shm-size")).ToAsync()
        from sysctls in args.All("sysctl").All(SysctlText.Parse).ToAsync()
        from ulimits in UlimitText.All(args.All("ulimit")).ToAsync()
        from annotations in args.All("annotation").All(Annotation).ToAsync()
        from log in LogDrivers.Parse(args.Text("log-driver"), args.All("log-opt")).ToAsync()
        from record in Record(args.Text("record")).ToAsync()
        select namespaces with
        {
            Init = args.On("init"),
            Attach = args.All("attach").Map(a => a.ToLowerInvariant()).Strict(),
            CapAdd = capAdd,
            CapDrop = capDrop,
            Labels = labels,
            Mounts = mounts,
            CidFile = args.Text("cidfile") is { Length: > 0 } file ? file : null,
            Devices = devices,
            Runtime = args.Text("runtime") is { Length: > 0 } runtime ? runtime : null,
            ShmSize = shm.ToNullable() is { Value: > 0 } bytes ? bytes : null,
            Sysctls = sysctls,
            Ulimits = ulimits,
            GroupAdd = args.All("group-add"),
            ReadOnly = args.On("read-only"),
            LogDriver = log.MatchUnsafe<string?>(Some: d => d, None: () => null),
            Domainname = args.Text("domainname") is { Length: > 0 } domain ? domain : null,
            Privileged = args.On("privileged"),
            Annotations = annotations,
            SecurityOpt = args.All("security-opt"),
            StopTimeout = (int?)args.Number("stop-timeout"),
            RecordContent = record,
        };

    private static Either<DomainError, bool> Record(string? text) => text switch
    {
        null or "metadata" => false,
        "content" => true,
        _ => new DomainError.BadFlag("--record", text, "must be metadata or content"),
    };

    private static Either<DomainError, Option<ByteCount>> ShmSize(string? text) =>
        text is null ? Option<ByteCount>.None : Sizes.Parse("--shm-size", text).Map(Some);

    private static EitherAsync<DomainError, ContainerOptions> Namespaces(ParsedArgs args) =>
        from ipc in NamespaceMode.Parse("--ipc", args.Text("ipc"), NamespaceMode.Private, NamespaceMode.Shareable, NamespaceMode.None).ToAsync()
        from pid in NamespaceMode.Parse("--pid", args.Text("pid")).ToAsync()
        from uts in NamespaceMode.Parse("--uts", args.Text("uts")).ToAsync()
        select ContainerOptions.None with
        {
            Ipc = ipc.MatchUnsafe<string?>(Some: m => m, None: () => null),
            Pid = pid.MatchUnsafe<string?>(Some: m => m, None: () => null),
            Uts = uts.MatchUnsafe<string?>(Some: m => m, None: () => null),
        };

    private static Either<DomainError, string?> Network(ParsedArgs args) =>
        args.Text("network") is "container:" and var empty
            ? new DomainError.BadFlag("--network", empty, "it names no container")
            : Right<DomainError, string?>(args.Text("network") ?? "");

    private static EitherAsync<DomainError, Seq<ContainerMount>> Mounts(ParsedArgs args) =>
        from volumes in args.All("volume").All(v => VolumeText.Parse(v, Environment.CurrentDirectory, File.Exists(Labels))).ToAsync()
        from mounts in args.All("mount").All(MountText.Parse).ToAsync()
        from tmpfs in args.All("tmpfs").All(TmpfsText.Parse).ToAsync()
        select volumes + mounts + tmpfs;

    /// <summary>Files first, the command line over them.</summary>
    public static EitherAsync<DomainError, Seq<string>> Env(ParsedArgs args) =>
        from files in args.All("env-file").All(file => Lines("--env-file", file, Own)).ToAsync()
        from given in Environments.Given(args.All("env")).ToAsync()
        select files.Bind(f => f).Strict() + given;

    private static EitherAsync<DomainError, Seq<Label>> LabelsOf(ParsedArgs args) =>
        from files in args.All("label-file").All(file => Lines("--label-file", file, _ => None)).ToAsync()
        from given in args.All("label").All(KeyValueText.Label).ToAsync()
        select KeyValueText.Over(Seq<Label>(), files.Bind(f => f).Strict() + given);

    private static Either<DomainError, Seq<string>> Lines(string flag, string file, Func<string, Option<string>> own) =>
        Of(flag, file, Content(file, "file of variables").Bind(content => KeyValueText.Lines(file, content, own)));

    /// <summary>A file that a flag names and that cannot be used is a mistake in the flag.</summary>
    private static Either<DomainError, T> Of<T>(string flag, string file, Either<DomainError, T> read) => read.MapLeft(error => error switch
    {
        DomainError.FileFailed e => new DomainError.BadFlag(flag, file, e.Reason),
        DomainError.BadContent e => new DomainError.BadFlag(flag, file, e.Reason),
        _ => error,
    });

    private static Option<string> Own(string name) => Environment.GetEnvironmentVariable(name) is { } value ? Some(value) : None;

    private static Either<DomainError, byte[]> Content(string file, string what) =>
        Inputs.File(file).Bind<byte[]>(stream =>
        {
            using (stream)
            {
                using var memory = new MemoryStream();
                var buffer = new byte[65536];
                for (int count; (count = stream.Read(buffer)) > 0;)
                {
                    memory.Write(buffer, 0, count);
                    if (memory.Length > LargestFile)
                    {
                        return new DomainError.FileFailed(file, $"a {what} has at most {LargestFile} bytes");
                    }
                }

                return memory.ToArray();
            }
        });

    private static Either<DomainError, Option<byte[]>> Profile(Seq<string> securityOpt) =>
        SecurityOptions.Parse(securityOpt).Bind<Option<byte[]>>(security => security.SeccompFile is { } file
            ? Of("--security-opt", $"seccomp={file}", Content(file, "seccomp profile")
                .Bind(content => Seccomp.Check(file, content).Map(_ => Some(content))))
            : Option<byte[]>.None);

    private static Either<DomainError, AttachedStreams> Streams(ParsedArgs args)
    {
        var asked = args.All("attach").Map(a => a.ToLowerInvariant()).Strict();
        return asked.Find(a => a is not ("stdin" or "stdout" or "stderr")).Match<Either<DomainError, AttachedStreams>>(
            Some: wrong => new DomainError.BadFlag("-a, --attach", wrong, "valid streams are STDIN, STDOUT and STDERR"),
            None: () => !asked.IsEmpty && Detached(args)
                ? new DomainError.AttachBesideDetach()
                : new AttachedStreams(
                    args.On("interactive") || asked.Contains("stdin"),
                    asked.IsEmpty || asked.Contains("stdout"),
                    asked.IsEmpty || asked.Contains("stderr")));
    }

    private static bool Detached(ParsedArgs args) => args.Verb.Name == "run" && args.On("detach");

    private static Either<DomainError, Option<string>> StopSignal(string? text) =>
        text is null or "" ? Option<string>.None : SignalName.Parse(text).Map(Some);

    private static Either<DomainError, PullPolicy> Pull(string? text) => text switch
    {
        null or "missing" => PullPolicy.Missing,
        "always" => PullPolicy.Always,
        "never" => PullPolicy.Never,
        _ => new DomainError.BadFlag("--pull", text, "must be one of \"always\", \"missing\" or \"never\""),
    };

    private static Either<DomainError, string> Annotation(string text) =>
        text.IndexOf('=') > 0 ? text : new DomainError.BadFlag("--annotation", text, "it is NAME=value");
}
