namespace EventDock.Tests.Cli;

using System.IO;
using System.Runtime.InteropServices;

/// <summary>What a process inside sees and may do, with docker 20.10 and with EventDock: the same.</summary>
public sealed class SandboxDockerTests(BesideDocker both) : IClassFixture<BesideDocker>
{
    private const string Perl = "/usr/bin/perl";

    /// <summary>
    /// Each call in a process of its own, with arguments that do nothing where it is let through: what the kernel answers tells a
    /// filter (EPERM) from a missing capability and from bad arguments.
    /// </summary>
    private const string Try = """
        $| = 1;
        for (split /;/, shift) {
            my ($name, $number, @given) = split /,/;
            my $child = fork;
            if (!$child) { $! = 0; my $answer = syscall($number, map { $_ + 0 } @given); print "$name ", $answer == -1 ? $! + 0 : "done", "\n"; exit }
            waitpid $child, 0;
            print "$name ended by ", $? & 127, "\n" if $? & 127;
        }
        """;

    /// <summary>Names, numbers on amd64 (asm/unistd_64.h), arguments.</summary>
    private const string Calls =
        "mount,165,0,0,0,0,0;umount2,166,0,0;pivot_root,155,0,0;chroot,161,0;swapon,167,0,0;swapoff,168,0;reboot,169,0,0,0,0;"
        + "sethostname,170,0,0;setdomainname,171,0,0;iopl,172,0;ioperm,173,0,1,1;init_module,175,0,0,0;delete_module,176,0,0;"
        + "quotactl,179,0,0,0,0;settimeofday,164,0,0;acct,163,0;syslog,103,10,0,0;ptrace,101,0,0,0,0;personality,135,4294967295;"
        + "personality_odd,135,134217728;unshare_user,272,268435456;unshare_ns,272,131072;setns,308,-1,0;keyctl,250,0,0,0,0,0;add_key,248,0,0,0,0,0;"
        + "request_key,249,0,0,0,0;bpf,321,0,0,0;perf_event_open,298,0,0,-1,-1,0;userfaultfd,323,0;kexec_load,246,0,0,0,0;"
        + "kexec_file_load,320,-1,-1,0,0,0;finit_module,313,-1,0,0;open_by_handle_at,304,-1,0,0;name_to_handle_at,303,-1,0,0,0,0;"
        + "kcmp,312,0,0,0,0,0;process_vm_readv,310,0,0,0,0,0,0;process_vm_writev,311,0,0,0,0,0,0;get_mempolicy,239,0,0,0,0,0;"
        + "set_mempolicy,238,0,0,0;mbind,237,0,0,0,0,0,0;move_pages,279,0,0,0,0,0,0;clock_settime,227,0,0;clock_adjtime,305,0,0;adjtimex,159,0;"
        + "lookup_dcookie,212,0,0,0;vhangup,153;fanotify_init,300,0,0;io_uring_setup,425,0,0;clone3,435,0,0;fsopen,430,0,0;fsmount,432,-1,0,0;"
        + "move_mount,429,-1,0,-1,0,0;open_tree,428,-1,0,0;mount_setattr,442,-1,0,0,0,0;pidfd_open,434,0,0;pidfd_getfd,438,-1,0,0;"
        + "socket_alg,41,38,5,0;socket_vsock,41,40,1,0;socket_packet,41,17,3,0;socket_netlink,41,16,3,0;mknod,133,0,0,0;setuid,105,0;nice_up,141,0,0,-5;"
        + "sched_rt,144,0,1,0;mlock,149,0,0;ustat,136,0,0;sysfs,139,3;uselib,134,0;create_module,174,0,0;nfsservctl,180,0,0,0;_sysctl,156,0;"
        + "seccomp,317,0,0,0;landlock_create_ruleset,444,0,0,1;memfd_secret,447,0;futex_waitv,449,0,0,0,0,0;close_range,436,100,101,0;openat2,437,-1,0,0,0";

    [DockerFact]
    [InlineData("")]
    [InlineData("-u nobody")]
    [InlineData("-u 1000:1000")]
    [InlineData("--read-only")]
    [InlineData("--init")]
    [InlineData("--cap-drop ALL --security-opt no-new-privileges")]
    [InlineData("--cap-add NET_ADMIN --cap-add SYS_PTRACE")]
    [InlineData("--pid host --ipc host --uts host")]
    [InlineData("--tmpfs /run --mount type=tmpfs,target=/t -v /etc:/e:ro")]
    [InlineData("-t")]
    public void A_process_has_the_same_rights_mounts_devices_and_limits(string flags)
    {
        string[] looks =
        [
            "grep -E '^(Uid|Gid|Groups|Cap...|NoNewPrivs|Seccomp|Seccomp_filters):' /proc/self/status",
            "grep -v ' / overlay ' /proc/self/mounts | cut -d' ' -f2- | sort; grep ' / overlay ' /proc/self/mounts | cut -d' ' -f4 | cut -d, -f1-2",
            "cd /dev; find . | sort | while read f; do echo $f $(stat -c '%A %u %g %t %T' $f) $(readlink $f); done | grep -v -e pts/[0-9] -e shm/",
            "cut -c1-66 /proc/self/limits",
            "cat /proc/self/oom_score_adj /proc/sys/net/ipv4/ip_unprivileged_port_start /proc/sys/net/ipv4/ping_group_range",
            "ls -l /proc/self/ns | sed 's/.*[0-9] //; s/:.*//'; umask; ls /sys/class/net; sort /sys/fs/cgroup/devices/devices.list",
            "for f in /proc/kcore /proc/keys /proc/timer_list /proc/sched_debug /sys/firmware /proc/scsi /proc/acpi; do ls -ld $f | cut -c1-10; head -c 1 $f | wc -c; done 2>&1",
            "for f in /proc/sys/kernel/msgmax /proc/sysrq-trigger /proc/irq/x /proc/bus/x /proc/fs/x /sys/x /sys/fs/cgroup/x /sys/fs/cgroup/pids/x; do (echo > $f) 2>&1; done",
        ];
        var script = string.Concat(looks.Select(look => $"echo == {look.Length}; {look}\n"));
        string[] words =
        [
            "run", "--rm", "--network", "none", .. flags.Split(' ', StringSplitOptions.RemoveEmptyEntries), "busybox", "sh", "-c", script,
        ];
        var (docker, ours) = (both.Docker(words), both.Run(words));
        Assert.Equal(docker.Code, ours.Code);
        Assert.Equal(docker.Out, ours.Out);
        Assert.Equal(looks.Length, ours.Lines.Count(l => l.StartsWith("== ", StringComparison.Ordinal)));
    }

    /// <summary>With the host's perl and its libraries, mounted read-only.</summary>
    [DockerFact]
    [InlineData("")]
    [InlineData("-u 1000")]
    [InlineData("--cap-add SYS_ADMIN")]
    [InlineData("--cap-add SYS_PTRACE --cap-add SYS_TIME --cap-add SYSLOG")]
    [InlineData("--cap-drop ALL")]
    [InlineData("--security-opt seccomp=unconfined")]
    public void Each_system_call_is_answered_alike(string flags)
    {
        if (RuntimeInformation.ProcessArchitecture != Architecture.X64 || !File.Exists(Perl))
        {
            return;
        }

        string[] words =
        [
            "run", "--rm", "--network", "none", "-v", "/usr:/usr:ro", "-v", "/lib:/lib:ro", "-v", "/lib64:/lib64:ro",
            .. flags.Split(' ', StringSplitOptions.RemoveEmptyEntries), "busybox", Perl, "-e", Try, Calls,
        ];
        var (docker, ours) = (both.Docker(words).Done(), both.Run(words).Done());
        Assert.Equal(docker.Out, ours.Out);
        Assert.Equal(Calls.Count(c => c == ';') + 1, ours.Lines.Select(l => l.Split(' ')[0]).Distinct().Count());
        if (flags.Length == 0)
        {
            Assert.Contains("mount 1\n", ours.Out, StringComparison.Ordinal);
            Assert.Contains("keyctl 1\n", ours.Out, StringComparison.Ordinal);
        }
    }
}
