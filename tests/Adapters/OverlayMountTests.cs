namespace EventDock.Tests.Adapters;

using System.Diagnostics;
using System.IO;
using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using static EventDock.Tests.Adapters.RuntimeHost;

/// <summary>Overlayfs up and down, on real layers.</summary>
public sealed class OverlayMountTests : IDisposable
{
    private readonly RuntimeHost host = new();

    public void Dispose() => host.Dispose();

    [RuntimeFact]
    public void A_hundred_and_twenty_seven_layers_are_one_root_and_the_last_one_wins()
    {
        var layers = Enumerable.Range(1, 127).Select(i => host.AddLayer(diff =>
        {
            File.WriteAllText($"{diff}/file{i}", $"{i}");
            File.WriteAllText($"{diff}/same", $"{i}");
        })).ToSeq().Strict();
        var mount = Mount(host.NewId(), layers);

        Good(host.Mounts.Mount(mount));

        Assert.Equal("127", File.ReadAllText($"{mount.Merged}/same"));
        Assert.All(Enumerable.Range(1, 127), i => Assert.Equal($"{i}", File.ReadAllText($"{mount.Merged}/file{i}")));
        Assert.True(Directory.Exists($"{mount.Merged}/proc"));
        Good(host.Mounts.Unmount(mount.Merged));
        Assert.Empty(Directory.GetFileSystemEntries(mount.Merged));
        Good(host.Mounts.Unmount(mount.Merged));
    }

    [RuntimeFact]
    public void Scratch_is_an_empty_root_that_can_be_written_to()
    {
        var mount = Mount(host.NewId(), Seq<string>()) with { MountPoints = false };

        Good(host.Mounts.Mount(mount));
        Assert.Empty(Directory.GetFileSystemEntries(mount.Merged));
        File.WriteAllText($"{mount.Merged}/first", "1");

        Assert.Equal("1", File.ReadAllText($"{mount.Upper}/first"));
        Good(host.Mounts.Mount(mount));
        Good(host.Mounts.Unmount(mount.Merged));
        Assert.Empty(Directory.GetFileSystemEntries(mount.Merged));
    }

    [RuntimeFact]
    public void The_places_that_every_root_gets_have_the_same_times_on_every_host()
    {
        var mount = Mount(host.NewId(), Seq1(host.Layer));

        Good(host.Mounts.Mount(mount));

        Assert.All(
            new[] { "/dev", "/dev/pts", "/proc", "/sys", "/.dockerenv", "/etc/hostname" },
            place => Assert.Equal(DateTime.UnixEpoch, File.GetLastWriteTimeUtc($"{host.Root}/l/mountpoints{place}")));
        Assert.Equal(DateTime.UnixEpoch, new FileInfo($"{host.Root}/l/mountpoints/etc/mtab").LastWriteTimeUtc);
        Assert.Equal(DateTime.UnixEpoch, Directory.GetLastWriteTimeUtc($"{host.Root}/l/mountpoints"));
        Good(host.Mounts.Unmount(mount.Merged));
    }

    [RuntimeFact]
    public void A_link_that_leads_to_another_layer_is_not_followed()
    {
        var other = host.AddLayer(_ => { });
        File.Delete($"{host.Root}/l/{host.Layer[..16]}");
        Directory.CreateSymbolicLink($"{host.Root}/l/{host.Layer[..16]}", $"../layers/{other}/diff");
        var mount = Mount(host.NewId(), Seq1(host.Layer));

        Assert.IsType<DomainError.FileFailed>(Bad(host.Mounts.Mount(mount)));
        Assert.Empty(Directory.GetFileSystemEntries(mount.Merged));
    }

    [RuntimeFact]
    public void A_layer_that_is_not_there_is_named()
    {
        var gone = new string('a', 64);

        Assert.Equal(new DomainError.LayerGone(gone), Bad(host.Mounts.Mount(Mount(host.NewId(), Seq1(gone)))));
        Assert.IsType<DomainError.Invalid>(Bad(host.Mounts.Mount(Mount(host.NewId(), Seq1("../../../etc")))));
    }

    [RuntimeFact]
    public void A_missing_directory_is_an_error_with_the_kernels_words()
    {
        var mount = Mount(host.NewId(), Seq1(host.Layer)) with { Upper = $"{host.Root}/nowhere" };

        var error = Assert.IsType<DomainError.FileFailed>(Bad(host.Mounts.Mount(mount)));
        Assert.Equal("mount: No such file or directory", error.Reason);
    }

    [RuntimeFact]
    public async Task A_root_in_which_somebody_stands_goes_when_they_have_left()
    {
        var mount = Mount(host.NewId(), Seq1(host.Layer));
        Good(host.Mounts.Mount(mount));
        var start = new ProcessStartInfo("/bin/busybox", ["sh", "-c", "read x"]) { WorkingDirectory = mount.Merged, RedirectStandardInput = true };
        using var stands = Process.Start(start)!;
        var unmounted = Task.Run(() => host.Mounts.Unmount(mount.Merged));

        Assert.NotSame(unmounted, await Task.WhenAny(unmounted, Task.Delay(300)));
        stands.StandardInput.Close();
        Good(await unmounted);

        Assert.DoesNotContain(mount.Merged, File.ReadAllText("/proc/self/mountinfo"));
        await stands.WaitForExitAsync();
    }

    [RuntimeFact]
    public void The_working_directory_of_the_process_stays_where_it_is()
    {
        var before = Directory.GetCurrentDirectory();
        var mount = Mount(host.NewId(), Seq1(host.Layer));

        Good(host.Mounts.Mount(mount));

        Assert.Equal(before, new DirectoryInfo("/proc/self/cwd").LinkTarget);
    }

    private OverlayMount Mount(ContainerId id, Seq<string> layers) =>
        new(layers, host.Paths.Upper(id), $"{host.Paths.Container(id)}/work", host.Paths.Merged(id), MountPoints: true);
}
