namespace EventDock.Adapters.Postgres;

using System.IO;
using System.Text;
using EventDock.Domain.Kernel;

/// <summary>Where the private cluster of one root lives: its data under the root, its socket under the run directory.</summary>
/// <param name="Root">EVENTDOCK_ROOT.</param>
/// <param name="Run">The root's run directory, <c>/run/eventdock/</c> and 8 hex digits: short, as a socket's path ends at 107 bytes.</param>
public sealed record ClusterPlace(string Root, string Run)
{
    internal const string User = "eventdock";
    internal const string Owner = "eventdock_owner";
    internal const string Engine = "eventdock_engine";
    internal const string Audit = "eventdock_audit";
    internal const string AuditGroup = "eventdock-audit";
    internal const string Database = "eventdock";

    /// <summary>Beside the data that is in use, an upgrade fills another directory.</summary>
    internal string DataName { get; init; } = "pg";

    /// <summary>An upgrade's servers have sockets of their own, where no command looks for them: <c>old</c> and <c>new</c>.</summary>
    internal string Part { get; init; } = "";

    internal string Data => Path.Combine(Root, DataName);
    internal string Staging => Path.Combine(Root, "pg.staging");
    internal string LockFile => Path.Combine(Root, "pg.lock");
    internal string Making => Path.Combine(Root, "pg.making");
    internal string Gate => Path.Combine(Root, "pg.gate");
    internal string Log => Path.Combine(Data, "server.log");
    internal string PidFile => Path.Combine(Data, "postmaster.pid");
    internal string Sockets => Path.Combine(Run, Part, "pg");
    internal string Socket => Path.Combine(Sockets, ".s.PGSQL.5432");

    /// <summary>The second way in, for the members of a group: the first directory's mode keeps them out.</summary>
    internal string AuditSockets => Path.Combine(Run, Part, "audit");
    internal string AuditSocket => Path.Combine(AuditSockets, ".s.PGSQL.5432");

    /// <summary>One cgroup a root, so that the end of the caller's session or unit is not the end of the cluster.</summary>
    internal string Cgroup => $"eventdock-pg-{Path.GetFileName(Path.TrimEndingDirectorySeparator(Run))}{Part}";

    internal string Url => UrlOf(Sockets, Owner);

    internal string UrlAs(LedgerRole role) =>
        role switch
        {
            LedgerRole.Owner => Url,
            LedgerRole.Engine => UrlOf(Sockets, Engine),
            LedgerRole.Audit => UrlOf(AuditSockets, Audit),
            _ => throw new System.Diagnostics.UnreachableException($"no role {role}"),
        };

    private static string UrlOf(string sockets, string role) =>
        $"postgresql:///{Database}?host={Uri.EscapeDataString(sockets)}&user={role}";

    internal Either<DomainError, Unit> Checked =>
        Encoding.UTF8.GetByteCount(AuditSocket) <= 107
            ? unit
            : new DomainError.Invalid("run directory", Run, "its sockets' paths would be longer than 107 bytes");
}
