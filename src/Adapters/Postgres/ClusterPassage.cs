namespace EventDock.Adapters.Postgres;

using System.IO;
using EventDock.Adapters.Posix;
using EventDock.Domain.Kernel;

/// <summary>
/// Why the cluster's user does not reach its data. Asked only once a program of it was refused: modes do not tell all (there
/// are access lists), so they explain a refusal and never are one.
/// </summary>
internal static class ClusterPassage
{
    /// <summary>The programs' own reason, or the directory behind it.</summary>
    public static DomainError Explain(ClusterPlace place, string directory, SystemUser user, string said) =>
        said.Contains("Permission denied", StringComparison.Ordinal) && Closed(place.Root, user) is { } closed
            ? new DomainError.NotPassable(closed, ClusterPlace.User)
            : new DomainError.ClusterFailed(directory, ClusterLog.LastLine(said));

    /// <summary>The outermost directory on the way that its mode closes to the user.</summary>
    private static string? Closed(string path, SystemUser user)
    {
        var real = ClusterProcess.Real(path);
        return Above(real).Reverse().FirstOrDefault(directory => !Passable(directory, user));
    }

    private static IEnumerable<string> Above(string path)
    {
        for (string? at = path; at is not null; at = Path.GetDirectoryName(at))
        {
            yield return at;
        }
    }

    private static bool Passable(string directory, SystemUser user)
    {
        var stat = Fs.Stat(Fs.Cwd, Bytes.Of(directory));
        var bit = stat.Uid == user.Uid ? UnixFileMode.UserExecute
            : stat.Gid == user.Gid ? UnixFileMode.GroupExecute
            : UnixFileMode.OtherExecute;
        return (File.GetUnixFileMode(directory) & bit) != 0;
    }
}
