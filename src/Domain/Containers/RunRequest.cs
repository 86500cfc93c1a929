namespace EventDock.Domain.Containers;

using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;

/// <summary>What <c>run</c> and <c>create</c> ask for, before the image's defaults are known.</summary>
/// <param name="Entrypoint">Null: the image's. Empty: none.</param>
/// <param name="Env">NAME=value; a NAME alone has been given the caller's value, or dropped, already.</param>
public sealed record RunRequest(
    string Image, Seq<string> Command, string? Entrypoint, string? Name, Seq<string> Env, string? WorkingDir, string? User,
    string? Network, bool Interactive, bool Terminal, bool Detach, bool AutoRemove)
{
    /// <summary>What goes beyond docker's defaults; its labels are those of the command line.</summary>
    public ContainerOptions Options { get; init; } = ContainerOptions.None;

    public string? Hostname { get; init; }

    public string? StopSignal { get; init; }

    /// <summary>The file of --security-opt seccomp=FILE.</summary>
    public ReadOnlyMemory<byte>? SeccompProfile { get; init; }

    /// <summary>Which streams of a container that is not detached are ours.</summary>
    public AttachedStreams Streams { get; init; } = AttachedStreams.Output;

    /// <summary>It is attended to, and nothing of its output is shown.</summary>
    public bool IsUnseen => Streams is { Out: false, Error: false } && !Detach;

    public DetachSequence DetachKeys { get; init; } = DetachSequence.Default;

    /// <summary>CONTAINER or CONTAINER@MOMENT, whose recorded files the new one begins with; null: an image's alone.</summary>
    public string? From { get; init; }

    public PullPolicy Pull { get; init; }

    /// <summary>As typed; null: the host's.</summary>
    public string? Platform { get; init; }

    public bool SignalProxy { get; init; } = true;
}

/// <summary>When <c>run</c> and <c>create</c> fetch their image.</summary>
public enum PullPolicy
{
    /// <summary>Where it is not here.</summary>
    Missing,

    Always,

    Never,
}

/// <summary>Streams of a container that are connected with ours.</summary>
public sealed record AttachedStreams(bool In, bool Out, bool Error)
{
    public static readonly AttachedStreams Output = new(false, true, true);

    public bool Any => In || Out || Error;
}

/// <summary>A request joined with its image's defaults.</summary>
/// <param name="Env">The whole environment, values included: for the runtime only.</param>
public sealed record ResolvedRequest(ContainerSettings Settings, Seq<string> Env);

/// <summary>Names that a container may take over.</summary>
/// <param name="Host">The host's.</param>
/// <param name="Joined">Of the container whose network it shares; null where it shares none.</param>
public sealed record Surroundings(string Host, string? Joined);

/// <summary>How a request and an image's configuration go together (docker's rules).</summary>
public static class RunResolution
{
    public const string DefaultPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <param name="surroundings">The host's name, and the one of the container whose network is shared.</param>
    /// <param name="keyed">The keyed digest under which a secret value is recorded.</param>
    public static Either<DomainError, ResolvedRequest> Resolve(
        RunRequest request, ContainerId id, RunConfig image, Func<string, string> keyed, Surroundings surroundings)
    {
        // An entrypoint of one's own makes the image's command meaningless; docker drops it.
        var entrypoint = request.Entrypoint is null ? image.Entrypoint
            : request.Entrypoint.Length == 0 ? Seq<string>()
            : Seq1(request.Entrypoint);
        var command = request.Command.Count > 0 ? request.Command
            : request.Entrypoint is null ? image.Cmd
            : Seq<string>();
        var workingDir = request.WorkingDir ?? image.WorkingDir;
        var hostname = request.Hostname ?? OfNetwork(request.Network, surroundings) ?? id.Short;
        var options = request.Options with { Labels = Labels(image.Labels, request.Options.Labels) };
        return entrypoint.IsEmpty && command.IsEmpty ? new DomainError.Invalid("command", "", "no command specified")
            : workingDir.Length > 0 && workingDir[0] != '/'
                ? new DomainError.Invalid("working directory", workingDir, "is invalid, it needs to be an absolute path")
            : Fits(request).Bind(_ => Network(request.Network)).Map(network => new ResolvedRequest(
                new ContainerSettings(
                    entrypoint, command, workingDir.Length == 0 ? "/" : workingDir, request.User ?? image.User, hostname,
                    network, request.Terminal, request.Interactive, request.AutoRemove,
                    Names(request.Env, keyed), request.StopSignal ?? image.StopSignal, options.SaysNothing ? null : options),
                Environment(request, hostname, image)));
    }

    /// <summary>docker's rules on what goes together.</summary>
    private static Either<DomainError, Unit> Fits(RunRequest request) =>
        request.Hostname is not null && request.Options.Uts is not null
            ? new DomainError.Conflicting("--hostname", $"--uts {request.Options.Uts}")
        : request.Hostname is not null && NamespaceMode.Container(request.Network) is not null
            ? new DomainError.Conflicting("--hostname", $"--network {request.Network}")
        : MountTarget.Distinct(request.Options.Mounts)
            .Bind(_ => SysctlText.Fit(request.Options.Sysctls, request.Network ?? "", request.Options.Ipc));

    /// <summary>A container that shares a network is known by the name that this has.</summary>
    private static string? OfNetwork(string? network, Surroundings surroundings) =>
        network == NamespaceMode.Host ? surroundings.Host
        : NamespaceMode.Container(network) is not null ? surroundings.Joined
        : null;

    private static Seq<Label> Labels(Seq<Label> image, Seq<Label> own) =>
        own.IsEmpty ? image : KeyValueText.Over(image, own.Map(l => $"{l.Key}={l.Value}").Strict());

    /// <summary>Without a network of its own a container gets a namespace with loopback: the default until bridges come.</summary>
    private static Either<DomainError, string> Network(string? asked) =>
        asked switch
        {
            null or "" or "default" => "private",
            NamespaceMode.None or NamespaceMode.Host => asked,
            _ when NamespaceMode.Container(asked) is not null => asked,
            _ => new DomainError.NotSupported($"--network {asked}"),
        };

    private static Seq<string> Environment(RunRequest request, string hostname, RunConfig image)
    {
        var defaults = Seq(DefaultPath, $"HOSTNAME={hostname}") + (request.Terminal ? Seq1("TERM=xterm") : Seq<string>());
        return Merge(Merge(defaults, image.Env), request.Env);
    }

    /// <summary>Later values replace earlier ones of the same name, in place.</summary>
    public static Seq<string> Merge(Seq<string> under, Seq<string> over)
    {
        // An image may bring tens of thousands of them: each name's place is looked up, not searched for.
        var merged = under.ToList();
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var n = 0; n < merged.Count; n++)
        {
            places.TryAdd(NameOf(merged[n]), n);
        }

        foreach (var variable in over)
        {
            if (places.TryGetValue(NameOf(variable), out var at))
            {
                merged[at] = variable;
            }
            else
            {
                places.Add(NameOf(variable), merged.Count);
                merged.Add(variable);
            }
        }

        return merged.ToSeq();
    }

    public static Seq<SecretName> Names(Seq<string> env, Func<string, string> keyed) =>
        env.Map(v => new SecretName(NameOf(v), keyed(v))).Strict();

    public static string NameOf(string variable) =>
        variable.IndexOf('=') is var at and >= 0 ? variable[..at] : variable;
}

/// <summary>Names of containers.</summary>
public static class ContainerName
{
    /// <summary>docker's form: a letter or digit, then at least one of letters, digits, dot, underscore and hyphen.</summary>
    public static Either<DomainError, string> Parse(string text) =>
        text.Length is >= 2 and <= 253 && char.IsAsciiLetterOrDigit(text[0]) && text.All(Allowed)
            ? text
            : new DomainError.Invalid("container name", text, "only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed");

    private static bool Allowed(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-';
}
