namespace EventDock.Adapters.Postgres;

using System.Globalization;
using System.IO;
using EventDock.Domain.Kernel;

/// <summary>
/// Which Postgres made a data directory, and which ones are here. A server reads the data of its own major version only.
/// </summary>
internal static class ClusterVersions
{
    /// <summary>The major version, from PG_VERSION; null where there is no data.</summary>
    public static string? Of(ClusterPlace place)
    {
        var file = Path.Combine(place.Data, "PG_VERSION");
        return File.Exists(file) ? File.ReadAllText(file).Trim() : null;
    }

    /// <summary>The programs that serve this data.</summary>
    public static Either<DomainError, string> Programs(ClusterPlace place)
    {
        var made = Of(place);
        return ClusterPrograms.Find(made).MapLeft(missing =>
            made is not null && Newest() is { } newest && Number(made) < Number(newest)
                ? new DomainError.OlderCluster(place.Data, made, newest)
                : missing);
    }

    /// <summary>Of those installed; null where none is.</summary>
    public static string? Newest() =>
        ClusterPrograms.Find(null).MatchUnsafe<string?>(
            Right: bin => Path.GetFileName(Path.GetDirectoryName(bin)), Left: _ => null);

    /// <summary>Before 10 a major version had two parts.</summary>
    private static decimal Number(string version) =>
        decimal.TryParse(version, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
