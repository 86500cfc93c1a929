namespace EventDock.Adapters.Postgres;

using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Runtime.InteropServices;
using EventDock.Adapters.Posix;
using EventDock.Domain.Kernel;
using Microsoft.Win32.SafeHandles;

/// <summary>
/// A server whose data directory was removed under it. It notices within a minute, and then removes the socket of its path as
/// it ends: by then that of the cluster made anew there. So it is ended first.
/// </summary>
internal static class ClusterOrphans
{
    private const int Quit = 3;

    /// <summary>One process, which its number alone would not name.</summary>
    private sealed record Seen(int Pid, long Ticks, int Parent);

    /// <summary>
    /// Ends what is provably left of an earlier cluster of this very place. Error: SocketHeld, where a server that still has its
    /// data listens on our socket.
    /// </summary>
    public static async Task<Either<DomainError, Unit>> EndAsync(
        ClusterPlace place, SystemUser user, TimeSpan patience, CancellationToken cancel)
    {
        var left = Find(place, user);
        // Backends end with their postmaster, which is the one with a parent of another kind.
        foreach (var postmaster in left.Where(p => left.TrueForAll(other => other.Pid != p.Parent)))
        {
            var ended = End(postmaster, place, user);
            if (ended.IsLeft)
            {
                return ended;
            }
        }

        var since = Stopwatch.StartNew();
        while (Find(place, user) is { Count: > 0 } still)
        {
            if (since.Elapsed > patience)
            {
                return new DomainError.ClusterFailed(place.Data, $"process {still[0].Pid} of an earlier cluster does not end");
            }

            await Task.Delay(5, cancel);
        }

        return Holder(place, user) is { } held ? held : unit;
    }

    /// <summary>Through a descriptor of the process, looked at again once it is held: nothing else can have its number.</summary>
    private static Either<DomainError, Unit> End(Seen seen, ClusterPlace place, SystemUser user)
    {
        var opened = ProcessCalls.OpenProcess(seen.Pid);
        if (opened == -ProcessCalls.NoSuchProcess)
        {
            return unit;
        }

        if (opened < 0)
        {
            return CannotSignal(place, seen.Pid, -opened);
        }

        using var process = new SafeFileHandle(opened, ownsHandle: true);
        if (Look(seen.Pid, Gone(place), user) is not { } now || now.Ticks != seen.Ticks)
        {
            return unit;
        }

        // Its data is gone: there is nothing that an orderly end could write.
        var sent = ProcessCalls.Signal(process, Quit);
        return sent == 0 || sent == -ProcessCalls.NoSuchProcess ? unit : CannotSignal(place, seen.Pid, -sent);
    }

    private static DomainError CannotSignal(ClusterPlace place, int pid, int error) => new DomainError.ClusterFailed(
        place.Data, $"process {pid} of an earlier cluster cannot be signalled: {Marshal.GetPInvokeErrorMessage(error)}");

    private static List<Seen> Find(ClusterPlace place, SystemUser user) =>
        Directory.EnumerateDirectories("/proc")
            .Select(d => int.TryParse(Path.GetFileName(d), CultureInfo.InvariantCulture, out var pid)
                ? Look(pid, Gone(place), user)
                : null)
            .OfType<Seen>()
            .ToList();

    /// <summary>As the kernel names a working directory that was this path and is there no more.</summary>
    private static string Gone(ClusterPlace place) => Data(place) + " (deleted)";

    /// <summary>Ours, which may not be there yet.</summary>
    private static string Data(ClusterPlace place) =>
        Path.Combine(ClusterProcess.Real(place.Root), Path.GetFileName(place.Data));

    /// <summary>The process, if it is a Postgres of the cluster's user, in our mount namespace, and works in what is gone.</summary>
    private static Seen? Look(int pid, string gone, SystemUser user)
    {
        try
        {
            return !Directory.Exists(gone) && Link(pid, "cwd") == gone && Link(pid, "ns/mnt") == Link(null, "ns/mnt")
                ? Postgres(pid, user)
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It has ended meanwhile.
            return null;
        }
    }

    private static string? Link(int? pid, string name) =>
        new FileInfo($"/proc/{pid?.ToString(CultureInfo.InvariantCulture) ?? "self"}/{name}").LinkTarget;

    private static Seen? Postgres(int pid, SystemUser user)
    {
        var status = File.ReadLines($"/proc/{pid}/status").Select(l => l.Split('\t')).ToList();
        if (Field("Name:") != "postgres" || Field("Uid:") != user.Uid.ToString(CultureInfo.InvariantCulture))
        {
            return null;
        }

        // proc(5): the name, field 2, stands in brackets and may hold anything; the start is field 22.
        var stat = File.ReadAllText($"/proc/{pid}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return new Seen(
            pid, long.Parse(fields[19], CultureInfo.InvariantCulture), int.Parse(fields[1], CultureInfo.InvariantCulture));

        string? Field(string name) => status.FirstOrDefault(f => f[0] == name)?[1];
    }

    /// <summary>
    /// The server that the socket's lock file names, if it is that one still: of the cluster's user, and started when the file
    /// says. Anything else has taken over a dead one's number.
    /// </summary>
    private static DomainError.SocketHeld? Holder(ClusterPlace place, SystemUser user)
    {
        try
        {
            var lines = File.ReadAllLines(place.Socket + ".lock");
            return lines.Length >= 3 && int.TryParse(lines[0], CultureInfo.InvariantCulture, out var pid)
                && long.TryParse(lines[2], CultureInfo.InvariantCulture, out var started)
                && Postgres(pid, user) is { } server && Math.Abs(Started(server) - started) <= 2
                && Link(pid, "cwd") is { } works && works != Data(place)
                ? new DomainError.SocketHeld(place.Socket, pid, works)
                : null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>In seconds since 1970, as Postgres writes it; the kernel counts hundredths of a second since boot.</summary>
    private static long Started(Seen process)
    {
        var boot = File.ReadLines("/proc/stat").First(l => l.StartsWith("btime ", StringComparison.Ordinal))[6..];
        return long.Parse(boot, CultureInfo.InvariantCulture) + (process.Ticks / 100);
    }
}
