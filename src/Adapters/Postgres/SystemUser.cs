namespace EventDock.Adapters.Postgres;

using System.Globalization;
using System.IO;
using EventDock.Domain.Kernel;

/// <summary>The system user that runs the cluster.</summary>
internal sealed record SystemUser(uint Uid, uint Gid)
{
    /// <summary>From /etc/passwd, where <c>make setup</c> puts it.</summary>
    public static Either<DomainError, SystemUser> Find()
    {
        foreach (var line in File.ReadLines("/etc/passwd"))
        {
            var fields = line.Split(':');
            if (fields.Length >= 4 && fields[0] == ClusterPlace.User
                && uint.TryParse(fields[2], CultureInfo.InvariantCulture, out var uid)
                && uint.TryParse(fields[3], CultureInfo.InvariantCulture, out var gid))
            {
                return new SystemUser(uid, gid);
            }
        }

        return new DomainError.ClusterFailed("the private cluster", $"the system user {ClusterPlace.User} is missing: make setup makes it");
    }

    /// <summary>The group whose members may ask the ledger, from /etc/group; null where there is none.</summary>
    public static uint? AuditGroup()
    {
        foreach (var line in File.ReadLines("/etc/group"))
        {
            var fields = line.Split(':');
            if (fields.Length >= 3 && fields[0] == ClusterPlace.AuditGroup
                && uint.TryParse(fields[2], CultureInfo.InvariantCulture, out var gid))
            {
                return gid;
            }
        }

        return null;
    }
}
