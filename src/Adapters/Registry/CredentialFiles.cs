namespace EventDock.Adapters.Registry;

using System.Collections.Concurrent;
using System.IO;
using System.Security.Cryptography;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;

/// <summary>A credential, or the knowledge that there is none.</summary>
internal sealed record Found(Credential? Credential);

/// <summary>Which files say who we are, in the order in which they are asked.</summary>
/// <param name="Docker">docker's: what login writes.</param>
/// <param name="Named">REGISTRY_AUTH_FILE: asked first; null where it is not set.</param>
/// <param name="Containers">podman's and skopeo's: asked last.</param>
public sealed record CredentialPlaces(string Docker, string? Named, IReadOnlyList<string> Containers)
{
    internal IEnumerable<string> All =>
        Containers.Prepend(Docker).Prepend(Named ?? "").Where(path => path.Length > 0);

    public static readonly CredentialPlaces Nowhere = new("/dev/null/config.json", null, []);

    /// <summary>As docker (DOCKER_CONFIG) and containers-auth.json(5) have them.</summary>
    /// <param name="variable">The environment.</param>
    public static CredentialPlaces Of(Func<string, string?> variable)
    {
        string? Set(string name) => variable(name) is { Length: > 0 } value ? value : null;
        var home = Set("HOME") ?? "/root";
        return new CredentialPlaces(
            Path.Combine(Set("DOCKER_CONFIG") ?? Path.Combine(home, ".docker"), "config.json"),
            Set("REGISTRY_AUTH_FILE"),
            [
                Path.Combine(Set("XDG_RUNTIME_DIR") ?? "/run/containers/0", Set("XDG_RUNTIME_DIR") is null ? "" : "containers", "auth.json"),
                Path.Combine(Set("XDG_CONFIG_HOME") ?? Path.Combine(home, ".config"), "containers", "auth.json"),
            ]);
    }
}

/// <summary>Credentials in those files, and in the programs that they name. Nothing is read before a registry asks who we are.</summary>
internal sealed class CredentialFiles(CredentialPlaces places)
{
    private const long MaxBytes = 1024 * 1024;

    private readonly ConcurrentDictionary<(RegistryName, string), Task<Either<DomainError, Found>>> found = new();

    /// <summary>The first that any of the files has for a repository; looked for once in a process.</summary>
    public Task<Either<DomainError, Found>> FindAsync(RegistryName registry, string repository, CancellationToken cancel) =>
        found.GetOrAdd((registry, repository), _ => LookAsync(registry, repository, cancel));

    /// <summary>Keeps it in the program that docker's file names for the registry, or in that file.</summary>
    public async Task<Either<DomainError, CredentialPlace>> KeepAsync(RegistryName registry, Credential credential, CancellationToken cancel)
    {
        var read = Read(places.Docker);
        if (read.Failed(out var error, out var file))
        {
            return error;
        }

        var helper = file.Helper(registry);
        var stored = helper is null
            ? Right<DomainError, Unit>(unit)
            : await CredentialHelper.StoreAsync(helper, registry.Key, credential, cancel);
        return stored.Bind(_ => Write(places.Docker, file.With(registry, helper is null ? credential : null)))
            .Map(_ => new CredentialPlace(places.Docker, helper));
    }

    public async Task<Either<DomainError, Unit>> ForgetAsync(RegistryName registry, CancellationToken cancel)
    {
        var read = Read(places.Docker);
        if (read.Failed(out var error, out var file))
        {
            return error;
        }

        var erased = file.Helper(registry) is { } helper
            ? await CredentialHelper.EraseAsync(helper, registry.Key, cancel)
            : Right<DomainError, Unit>(unit);
        return erased.Bind(_ => File.Exists(places.Docker) ? Write(places.Docker, file.Without(registry)) : unit);
    }

    private async Task<Either<DomainError, Found>> LookAsync(RegistryName registry, string repository, CancellationToken cancel)
    {
        foreach (var path in places.All)
        {
            var read = Read(path);
            if (read.Failed(out var error, out var file))
            {
                return error;
            }

            var looked = file.Helper(registry) is { } helper
                ? await CredentialHelper.GetAsync(helper, registry.Key, cancel)
                : new Found(file.Find(registry, repository));
            if (looked.Failed(out var fault, out var here))
            {
                return fault;
            }

            if (here.Credential is not null)
            {
                return here;
            }
        }

        return new Found(null);
    }

    /// <summary>A file that is not there says nothing.</summary>
    private static Either<DomainError, AuthFile> Read(string path)
    {
        try
        {
            var info = new FileInfo(path);
            return !info.Exists ? AuthFile.Parse(path, [])
                : info.Length > MaxBytes ? new DomainError.FileFailed(path, $"is longer than {MaxBytes} bytes")
                : AuthFile.Parse(path, File.ReadAllBytes(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new DomainError.FileFailed(path, e.Message);
        }
    }

    /// <summary>All or nothing, for the owner's eyes only from the first byte on. A link stays one, and what it points to is replaced.</summary>
    private static Either<DomainError, Unit> Write(string path, byte[] content)
    {
        try
        {
            var link = new FileInfo(path);
            var target = link.LinkTarget is null ? path : link.ResolveLinkTarget(returnFinalTarget: true)!.FullName;
            var directory = Path.GetDirectoryName(Path.GetFullPath(target))!;
            Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            var staging = Path.Combine(directory, $".config.json.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6))}");
            try
            {
                using (var stream = new FileStream(staging, new FileStreamOptions
                {
                    Mode = FileMode.CreateNew,
                    Access = FileAccess.Write,
                    UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
                }))
                {
                    stream.Write(content);
                    stream.Flush(flushToDisk: true);
                }

                File.Move(staging, target, overwrite: true);
            }
            finally
            {
                File.Delete(staging);
            }

            return unit;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new DomainError.FileFailed(path, e.Message);
        }
    }
}
