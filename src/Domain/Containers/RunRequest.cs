namespace EventDock.Domain.Containers;

using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;

/// <summary>What <c>run</c> and <c>create</c> ask for, before the image's defaults are known.</summary>
/// <param name="Entrypoint">Null: the image's. Empty: none.</param>
/// <param name="Env">NAME=value; a NAME alone has been given the caller's value, or dropped, already.</param>
public sealed record RunRequest(
    string Image, Seq<string> Command, string? Entrypoint, string? Name, Seq<string> Env, string? WorkingDir, string? User,
    string? Network, bool Interactive, bool Terminal, bool Detach, bool AutoRemove);

/// <summary>A request joined with its image's defaults.</summary>
/// <param name="Env">The whole environment, values included: for the runtime only.</param>
public sealed record ResolvedRequest(ContainerSettings Settings, Seq<string> Env);

/// <summary>How a request and an image's configuration go together (docker's rules).</summary>
public static class RunResolution
{
    public const string DefaultPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <param name="keyed">The keyed digest under which a secret value is recorded.</param>
    public static Either<DomainError, ResolvedRequest> Resolve(
        RunRequest request, ContainerId id, RunConfig image, Func<string, string> keyed)
    {
        // An entrypoint of one's own makes the image's command meaningless; docker drops it.
        var entrypoint = request.Entrypoint is null ? image.Entrypoint
            : request.Entrypoint.Length == 0 ? Seq<string>()
            : Seq1(request.Entrypoint);
        var command = request.Command.Count > 0 ? request.Command
            : request.Entrypoint is null ? image.Cmd
            : Seq<string>();
        var workingDir = request.WorkingDir ?? image.WorkingDir;
        return entrypoint.IsEmpty && command.IsEmpty ? new DomainError.Invalid("command", "", "no command specified")
            : workingDir.Length > 0 && workingDir[0] != '/'
                ? new DomainError.Invalid("working directory", workingDir, "is invalid, it needs to be an absolute path")
                : Network(request.Network).Map(network => new ResolvedRequest(
                    new ContainerSettings(
                        entrypoint, command, workingDir.Length == 0 ? "/" : workingDir, request.User ?? image.User, id.Short,
                        network, request.Terminal, request.Interactive, request.AutoRemove,
                        Names(request.Env, keyed), image.StopSignal),
                    Environment(request, id.Short, image)));
    }

    /// <summary>Without a network of its own a container gets a namespace with loopback: the default until bridges come.</summary>
    private static Either<DomainError, string> Network(string? asked) =>
        asked switch
        {
            null => "private",
            "none" => "none",
            "host" => "host",
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
