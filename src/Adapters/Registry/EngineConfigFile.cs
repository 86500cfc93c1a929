namespace EventDock.Adapters.Registry;

using System.IO;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;

/// <summary>The configuration as a file.</summary>
public static class EngineConfigFile
{
    public const string DefaultPath = "/etc/eventdock/config.json";

    private const int MaxBytes = 1024 * 1024;

    /// <summary>Reads it. Errors name the file.</summary>
    /// <param name="mustExist">False for the default path, which may be missing; true for one that somebody named.</param>
    public static Either<DomainError, EngineConfig> Read(string path, bool mustExist)
    {
        string text;
        try
        {
            var file = new FileInfo(path);
            if (!file.Exists)
            {
                return mustExist || Directory.Exists(path)
                    ? new DomainError.FileFailed(path, Directory.Exists(path) ? "is a directory" : "no such file")
                    : EngineConfig.Empty;
            }

            if (file.Length > MaxBytes)
            {
                return new DomainError.FileFailed(path, $"is longer than {MaxBytes} bytes");
            }

            text = File.ReadAllText(path, new System.Text.UTF8Encoding(false, throwOnInvalidBytes: true));
        }
        catch (System.Text.DecoderFallbackException)
        {
            return new DomainError.FileFailed(path, "is not UTF-8");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new DomainError.FileFailed(path, e.Message);
        }

        return EngineConfig.Parse(text).Bind(Networks).MapLeft(error => Named(path, error));
    }

    private static Either<DomainError, EngineConfig> Networks(EngineConfig config) =>
        config.InsecureRegistries.Find(r => r.Contains('/') && Endpoints.Network(r) is null).Match(
            Some: wrong => Left<DomainError, EngineConfig>(
                new DomainError.Invalid("insecure-registries", wrong, "is not a network")),
            None: () => config);

    private static DomainError Named(string path, DomainError error) =>
        error switch
        {
            DomainError.Invalid e => e with { What = $"{e.What} in {path}" },
            DomainError.BadContent e => e with { What = path },
            _ => error,
        };
}
