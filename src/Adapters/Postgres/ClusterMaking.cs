namespace EventDock.Adapters.Postgres;

using System.IO;
using System.Runtime.InteropServices;
using EventDock.Domain.Kernel;

/// <summary>
/// Makes the data directory under a staging name, complete with roles and database, and renames it: there is a whole cluster
/// or none. What a killed command has left under that name is removed first.
/// </summary>
internal static class ClusterMaking
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static async Task<Either<DomainError, Unit>> MakeAsync(ClusterPlace place, SystemUser user, CancellationToken cancel)
    {
        // The programs of a command that was killed go on for a while; they hold this lock as long as they may write there.
        using (var ended = await ClusterLock.TakeAsync(place.Making, Patience, cancel))
        {
            if (ended is null)
            {
                return new DomainError.ClusterFailed(place.Staging, "what another command began there has not ended within a minute");
            }

            if (Directory.Exists(place.Staging))
            {
                Directory.Delete(place.Staging, recursive: true);
            }
        }

        OwnDirectory(place.Staging, user);
        return await ClusterPrograms.Find(null).MatchAsync(
            async bin =>
            {
                var made = await InitializeAsync(place, user, bin, cancel);
                if (made.IsLeft)
                {
                    return made;
                }

                WriteSettings(place, place.Staging, user);
                var filled = await FillAsync(place, user, bin, cancel);
                if (filled.IsLeft)
                {
                    return filled;
                }

                Directory.Move(place.Staging, place.Data);
                return Libc.SyncDirectory(place.Root)
                    ? Right<DomainError, Unit>(unit)
                    : new DomainError.FileFailed(place.Root, Marshal.GetLastPInvokeErrorMessage());
            },
            Left<DomainError, Unit>);
    }

    /// <summary>
    /// Text sorts bytewise: so prefixes are ranges of an index, and no index depends on the C library's version.
    /// </summary>
    private static async Task<Either<DomainError, Unit>> InitializeAsync(
        ClusterPlace place, SystemUser user, string bin, CancellationToken cancel)
    {
        var run = await ClusterPrograms.RunAsync(
            user, place.Root, "", Held(place),
            [
                Path.Combine(bin, "initdb"), "-D", "pg.staging", "-U", ClusterPlace.Owner, "--auth=peer", "--encoding=UTF8",
                "--locale=C.UTF-8", "--lc-collate=C", "--no-instructions",
            ],
            _ => { }, cancel);
        return run.Bind<Unit>(r => r.Code == 0 ? unit : ClusterPassage.Explain(place, place.Staging, user, r.Error));
    }

    /// <summary>One statement a line. The ledger's migrations make what is missing in a cluster of an earlier version.</summary>
    private static readonly string Roles =
        $"""
        create role {ClusterPlace.Engine} login
        create role {ClusterPlace.Audit} login connection limit 20
        alter role {ClusterPlace.Audit} set default_transaction_read_only = on
        alter role {ClusterPlace.Audit} set idle_in_transaction_session_timeout = '1min'
        create database {ClusterPlace.Database}

        """;

    /// <summary>The program and all its children hold the lock of the making until the last of them has ended.</summary>
    private static string[] Held(ClusterPlace place) => ["flock", "--no-fork", place.Making];

    private static async Task<Either<DomainError, Unit>> FillAsync(
        ClusterPlace place, SystemUser user, string bin, CancellationToken cancel)
    {
        var run = await ClusterPrograms.RunAsync(
            user, place.Root, Roles, Held(place),
            [Path.Combine(bin, "postgres"), "--single", "-D", "pg.staging", "postgres"], _ => { }, cancel);
        return run.Bind<Unit>(r => r.Code == 0 && !ClusterLog.IsFailure(r.Error)
            ? unit
            : new DomainError.ClusterFailed(place.Staging, ClusterLog.LastLine(r.Error)));
    }

    public static void WriteSettings(ClusterPlace place, string data, SystemUser user)
    {
        Write("postgresql.conf", ClusterFiles.Settings(place));
        Write("pg_hba.conf", ClusterFiles.Access);
        Write("pg_ident.conf", ClusterFiles.Users);

        void Write(string name, string text)
        {
            var path = Path.Combine(data, name);
            if (!File.Exists(path) || File.ReadAllText(path) != text)
            {
                // Beside it and renamed, since another start may read it.
                File.WriteAllText(path + ".new", text);
                Own(path + ".new", user);
                File.Move(path + ".new", path, overwrite: true);
            }
        }
    }

    public static void OwnDirectory(string path, SystemUser user)
    {
        Directory.CreateDirectory(path);
        Mode(path, Libc.OwnerAlone);
        Own(path, user);
    }

    /// <summary>0750 for the group's members; the user's alone as long as there is no such group.</summary>
    public static void ShareDirectory(string path, SystemUser user, uint? group)
    {
        Directory.CreateDirectory(path);
        Own(path, user with { Gid = group ?? user.Gid });
        Mode(path, group is null ? Libc.OwnerAlone : Libc.OwnerAndGroup);
    }

    /// <summary>0711, and every directory above it that has to be made, too, whatever the umask.</summary>
    public static void MakePassable(string path)
    {
        if (!Directory.Exists(path))
        {
            if (Path.GetDirectoryName(path) is { } parent && !Directory.Exists(parent))
            {
                MakePassable(parent);
            }

            Directory.CreateDirectory(path);
        }

        Mode(path, Libc.Passable);
    }

    /// <summary>Lets others pass a directory that is not the root's alone; all else of its mode stays.</summary>
    public static void LetThrough(string path)
    {
        const UnixFileMode Pass = UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        var mode = File.GetUnixFileMode(path);
        if ((mode & Pass) != Pass)
        {
            File.SetUnixFileMode(path, mode | Pass);
        }
    }

    private static void Mode(string path, uint mode)
    {
        if (Libc.ChangeMode(path, mode) != 0)
        {
            throw new UnauthorizedAccessException($"{path}: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    private static void Own(string path, SystemUser user)
    {
        if (Libc.ChangeOwner(path, user.Uid, user.Gid) != 0)
        {
            throw new UnauthorizedAccessException($"{path}: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }
}
