namespace EventDock.Tests.Adapters;

using System.Diagnostics;
using System.IO;
using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using static EventDock.Tests.Adapters.RuntimeHost;

/// <summary>What a process finds inside, and what it cannot do there.</summary>
public sealed class RuntimeSandboxTests : IDisposable
{
    private readonly RuntimeHost host = new();

    public void Dispose() => host.Dispose();

    [RuntimeFact]
    public async Task Its_capabilities_and_filters_are_dockers()
    {
        var result = await host.Run("/bin/busybox grep -E '^(Cap|NoNewPrivs|Seccomp:|Groups)' /proc/self/status");

        Assert.Equal(
            "Groups:\t0 10 \nCapInh:\t0000000000000000\nCapPrm:\t00000000a80425fb\nCapEff:\t00000000a80425fb\n"
            + "CapBnd:\t00000000a80425fb\nCapAmb:\t0000000000000000\nNoNewPrivs:\t0\nSeccomp:\t2\n",
            result.Text);
    }

    [RuntimeFact]
    public async Task A_user_without_root_has_no_capability_at_all()
    {
        var result = await host.Run(host.Spec(host.NewId(), Shell("/bin/busybox grep -E '^Cap(Prm|Eff|Bnd)' /proc/self/status; id; echo $HOME"), user: "bob"));

        Assert.Equal(
            "CapPrm:\t0000000000000000\nCapEff:\t0000000000000000\nCapBnd:\t00000000a80425fb\n"
            + "uid=1000(bob) gid=1001(bob) groups=1001(bob),1002(extra)\n/home/bob\n",
            result.Text);
    }

    [RuntimeFact]
    public async Task Mounting_is_refused() =>
        Assert.Contains("permission denied", (await host.Run("mount -t tmpfs none /tmp; exit 0")).ErrorText);

    [RuntimeFact]
    public async Task What_docker_masks_is_masked_and_what_it_protects_cannot_be_written()
    {
        var result = await host.Run(
            "cat /proc/keys; cat /proc/timer_list; ls /sys/firmware; (echo 1 > /proc/sys/kernel/sysrq) 2>/dev/null || echo kept; "
            + "(echo c > /proc/sysrq-trigger) 2>/dev/null || echo kept; cat /proc/self/cgroup > /dev/null; (: > /sys/fs/cgroup/x) 2>/dev/null; exit 0");

        Assert.Equal("kept\nkept\n", result.Text);
    }

    [RuntimeFact]
    public async Task A_private_network_and_none_have_loopback_up_and_nothing_else()
    {
        foreach (var network in Seq("private", "none"))
        {
            var result = await host.Run(host.Spec(
                host.NewId(), Shell("ls /sys/class/net; ifconfig | /bin/busybox grep -c UP; /bin/busybox ping -c 1 127.0.0.1 > /dev/null && echo alive; /bin/busybox cat /proc/net/route | /bin/busybox wc -l"), network: network));

            Assert.Equal("lo\n1\nalive\n1\n", result.Text);
        }
    }

    [RuntimeFact]
    public async Task The_hosts_network_is_the_hosts()
    {
        var result = await host.Run(host.Spec(host.NewId(), Shell("ls /sys/class/net; cat /etc/hosts /etc/resolv.conf"), network: "host"));

        var interfaces = Directory.GetDirectories("/sys/class/net").Select(Path.GetFileName).Order(StringComparer.Ordinal);
        Assert.Equal(
            string.Concat(interfaces.Select(i => i + "\n")) + File.ReadAllText("/etc/hosts") + File.ReadAllText("/etc/resolv.conf"),
            result.Text);
    }

    [RuntimeFact]
    public async Task The_environment_is_dockers_and_nothing_of_ours()
    {
        var id = host.NewId();
        var result = await host.Run(host.Spec(id, Seq1("/bin/env"), env: Seq("A=1", "PATH=/bin")));

        Assert.Equal($"PATH=/bin\nHOSTNAME={id.Short}\nA=1\nHOME=/root\n", result.Text);
    }

    [RuntimeFact]
    public async Task Its_names_and_hosts_are_dockers()
    {
        var id = host.NewId();
        var result = await host.Run(host.Spec(id, Shell("cat /etc/hostname; /bin/busybox hostname; cat /etc/hosts")));

        Assert.Equal(
            $"{id.Short}\n{id.Short}\n127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\nfe00::0\tip6-localnet\n"
            + "ff00::0\tip6-mcastprefix\nff02::1\tip6-allnodes\nff02::2\tip6-allrouters\n",
            result.Text);
    }

    [RuntimeFact]
    public async Task A_missing_working_directory_is_made_and_a_link_cannot_lead_it_out()
    {
        var trap = host.AddLayer(diff => Directory.CreateSymbolicLink($"{diff}/out", $"{host.Root}/outside"));
        Directory.CreateDirectory($"{host.Root}/outside");
        var id = host.NewId();
        var plain = await host.Run(host.Spec(host.NewId(), Shell("pwd; /bin/busybox stat -c '%a %u' /a /a/b"), workingDir: "/a/b"));

        Assert.Equal("/a/b\n755 0\n755 0\n", plain.Text);
        var spec = host.Spec(id, Shell("pwd"), workingDir: "/out/made") with { Layers = Seq(host.Layer, trap) };
        await host.Runtime.Create(spec, default).ToEither();
        Assert.Empty(Directory.GetFileSystemEntries($"{host.Root}/outside"));
        Assert.IsType<DomainError.Invalid>(
            Bad(await host.Runtime.Create(host.Spec(host.NewId(), Seq1("true"), workingDir: "etc"), default).ToEither()));
        Assert.IsType<DomainError.Invalid>(
            Bad(await host.Runtime.Create(host.Spec(host.NewId(), Seq1("true"), workingDir: "/etc/passwd"), default).ToEither()));
    }

    [RuntimeFact]
    public async Task An_unknown_user_is_refused_by_name_and_an_unknown_number_is_not()
    {
        Assert.Equal(
            new DomainError.NoSuchUser("nobody"),
            Bad(await host.Runtime.Create(host.Spec(host.NewId(), Seq1("true"), user: "nobody"), default).ToEither()));
        Assert.Equal(
            new DomainError.NoSuchUser("broken"),
            Bad(await host.Runtime.Create(host.Spec(host.NewId(), Seq1("true"), user: "broken"), default).ToEither()));
        Assert.Equal("5000\n0\n", (await host.Run(host.Spec(host.NewId(), Shell("id -u; id -g"), user: "5000"))).Text);
    }

    [RuntimeFact]
    public async Task A_passwd_file_that_is_a_fifo_a_device_or_a_link_out_blocks_nobody()
    {
        var fifo = host.AddLayer(diff =>
        {
            Directory.CreateDirectory($"{diff}/etc");
            Process.Start("mkfifo", $"{diff}/etc/passwd").WaitForExit();
        });
        var link = host.AddLayer(diff =>
        {
            Directory.CreateDirectory($"{diff}/etc");
            File.CreateSymbolicLink($"{diff}/etc/passwd", $"{host.Root}/secret");
        });
        File.WriteAllText($"{host.Root}/secret", "root2:x:0:0:::\n");

        Assert.IsType<DomainError.FileFailed>(Bad(await host.Runtime.Create(
            host.Spec(host.NewId(), Seq1("true"), user: "bob") with { Layers = Seq(host.Layer, fifo) }, default).ToEither()));
        Assert.Equal(new DomainError.NoSuchUser("root2"), Bad(await host.Runtime.Create(
            host.Spec(host.NewId(), Seq1("true"), user: "root2") with { Layers = Seq(host.Layer, link) }, default).ToEither()));
    }

    [RuntimeFact]
    public async Task Two_containers_do_not_see_each_others_processes_or_files()
    {
        var first = host.NewId();
        await host.StartDetached(host.Spec(first, Shell("echo mine > /mine; sleep 60")));

        var result = await host.Run("ls /mine 2>/dev/null; /bin/busybox ps | /bin/busybox grep -c '[s]leep'");

        Assert.Equal("0\n", result.Text);
    }
}
