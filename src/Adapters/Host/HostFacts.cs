namespace EventDock.Adapters.Host;

using System.Globalization;
using System.IO;
using System.Runtime.InteropServices;
using EventDock.Domain.Kernel;

/// <summary>What this host and this process say of themselves; read from /proc and /etc.</summary>
public static partial class HostFacts
{
    /// <summary>/etc/machine-id (machine-id(5)); on a host without one, its name.</summary>
    public static string HostId() => FirstLine("/etc/machine-id") is { Length: > 0 } id ? id : Environment.MachineName;

    /// <summary>Drawn anew by the kernel at every boot (random(4)).</summary>
    public static string BootId() => FirstLine("/proc/sys/kernel/random/boot_id") ?? "unknown";

    public static bool IsRoot() => GetEffectiveUser() == 0;

    /// <summary>Who called us (root can forge every one of these).</summary>
    public static Actor Actor()
    {
        var (uid, login, sudo) = (GetEffectiveUser(), LoginUid(), Environment.GetEnvironmentVariable("SUDO_UID"));
        return new Actor(
            (int)uid,
            login,
            sudo,
            Target($"/proc/{GetParent()}/exe"),
            Target("/proc/self/fd/0") is { } terminal && (terminal.StartsWith("/dev/pts/", StringComparison.Ordinal) || terminal.StartsWith("/dev/tty", StringComparison.Ordinal))
                ? terminal
                : null,
            Environment.GetEnvironmentVariable("SSH_CONNECTION")?.Split(' ')[0])
        {
            Name = Known(login != Domain.Kernel.Actor.Unset ? login : sudo) is { } person ? UserNames.Of(person)
                : login == Domain.Kernel.Actor.Unset && sudo is null ? UserNames.Of(uid)
                : null,
        };
    }

    private static uint? Known(string? uid) => uint.TryParse(uid, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>The kernel's login uid; 4294967295 stands for "never set", which is not root.</summary>
    private static string LoginUid() =>
        FirstLine("/proc/self/loginuid") is { } uid && uid != "4294967295" ? uid : Domain.Kernel.Actor.Unset;

    private static string? FirstLine(string path)
    {
        try
        {
            using var reader = new StreamReader(path);
            return reader.ReadLine()?.Trim();
        }
        catch (IOException)
        {
            // No such file on this host: a fact, too.
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string? Target(string link)
    {
        try
        {
            return new FileInfo(link).LinkTarget;
        }
        catch (IOException)
        {
            // The parent has ended meanwhile.
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint GetEffectiveUser();

    [LibraryImport("libc", EntryPoint = "getppid")]
    private static partial int GetParent();
}
