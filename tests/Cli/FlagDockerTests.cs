namespace EventDock.Tests.Cli;

using System.IO;

/// <summary>
/// The flags of run and create, good and bad, given to docker 20.10 and to EventDock: the same output and exit codes. @ stands for
/// the directory in which both run, R for <c>run --rm --network none</c>, C for <c>create --network none</c>.
/// </summary>
public sealed class FlagDockerTests(BesideDocker both) : IClassFixture<BesideDocker>
{
    [DockerFact]
    [InlineData("volumes", "R -v @/src:/x:ro busybox sh -c 'cat /x/file; touch /x/y; grep -c \" /x ext4 ro\" /proc/mounts'; R -v @/src:/x -v @/src/file:/y busybox sh -c 'cat /y; echo more > /x/more'; R -v @/src:/x busybox ls /x; R -v @/made/here:/x busybox sh -c 'ls -ld /x | cut -c1-10; touch /x/a'; R -v @/src:/etc/hosts/x busybox true; R -v @/src/file:/etc/hosts busybox cat /etc/hosts; R -v @/src:/dev/shm busybox ls /dev/shm; C -v a:b:c:d busybox true; C -v /a:/b:nosuch busybox true; C -v /a:/b:ro,rw busybox true; C -v /a:b busybox true; C -v /a:/ busybox true; C -v /a:/x -v /b:/x busybox true; C -v b@d:/x busybox true; R -v @/src:/x:z busybox ls /x; R -v @/src:/x:cached,rslave busybox true; R -v @/src:/x:shared busybox true")]
    [InlineData("mount", "R --mount type=bind,src=@/src,dst=/x,readonly busybox sh -c 'cat /x/file; touch /x/y'; R --mount type=bind,source=@/src,target=/x,bind-nonrecursive busybox ls /x; R --mount type=tmpfs,target=/t,tmpfs-size=1m,tmpfs-mode=700 busybox sh -c 'grep \" /t \" /proc/mounts'; R --mount type=tmpfs,target=/t,readonly busybox touch /t/x; C --mount type=bind,src=@/nosuch,dst=/x busybox true; R --mount type=bind,src=@/nosuch,dst=/x busybox true; C --mount type=bind,src=/x busybox true; C --mount foo busybox true; C --mount type=bind,colour=x busybox true; C --mount type=nosuch,dst=/x busybox true; C --mount type=bind,src=src,dst=/x busybox true; C --mount type=tmpfs,dst=/x,bind-propagation=slave busybox true; C --mount type=bind,src=/a,dst=/x,bind-propagation=nosuch busybox true")]
    [InlineData("tmpfs", "R --tmpfs /run busybox sh -c 'grep \" /run \" /proc/mounts'; R --tmpfs /run:size=2m,exec,mode=755 busybox sh -c 'grep \" /run \" /proc/mounts'; R --tmpfs /a/b:ro busybox touch /a/b/c; R --tmpfs /x:nosuch busybox true; C --tmpfs x busybox true")]
    [InlineData("environment", "R --env-file env -e B=2 busybox sh -c 'echo $A$B$C'; R --env-file env --env-file env2 busybox sh -c 'echo $A'; R --env-file nosuch busybox true; C --env-file nosuch busybox true; C --env-file bad busybox true; C --env-file bad2 busybox true; C -e =x busybox true; C --label-file bad busybox true")]
    [InlineData("labels", "C --name la -l a=1 -l b --label c=x=y --label-file env busybox true; inspect -f '{{json .Config.Labels}}' la; ps -a --format '{{.Names}} {{.Labels}}' --filter label=la; ps -a --filter label=a --format '{{.Names}}'; ps -a --filter label=a=2 -q; ps -a --filter label=a=1 --filter label=nosuch -q; rm la; C --label =x busybox true; C -l 'a b=c' busybox true; C --label-file nosuch busybox true; import -c 'LABEL i=1 a=0' ../busybox.tar labelled; C --name lb -l a=1 labelled true; inspect -f '{{json .Config.Labels}}' lb; rm lb; rmi labelled")]
    [InlineData("names of the host", "R -h hhh --domainname dd busybox sh -c 'hostname; cat /etc/hostname /etc/hosts /proc/sys/kernel/domainname; echo $HOSTNAME'; run --rm --network host busybox sh -c 'hostname; cat /etc/hostname; echo $HOSTNAME'; R --uts host busybox hostname; C -h a --uts host busybox true; C -h a --network container:x busybox true; C --uts nosuch busybox true")]
    [InlineData("namespaces", "R --pid host busybox sh -c 'test -d /proc/2/fd && echo host'; R --ipc host busybox sh -c 'grep -E \"shm|mqueue\" /proc/mounts'; R --ipc none busybox sh -c 'grep -E \"shm|mqueue\" /proc/mounts; ls /dev'; run -d --name donor --network none --ipc shareable --shm-size 2m -h donor busybox sleep 300; R --ipc container:donor busybox sh -c 'df /dev/shm | tail -1; touch /dev/shm/a'; exec donor ls /dev/shm; R --pid container:donor busybox ps -o comm; run --rm --network container:donor busybox sh -c 'hostname; cat /etc/hostname; ls /sys/class/net'; inspect -f '{{.HostConfig.IpcMode}} {{.HostConfig.ShmSize}}' donor; run -d --name other --network none busybox sleep 300; R --ipc container:other busybox true; stop -t 0 donor other; R --pid container:donor busybox true; run --rm --network container:donor busybox true; rm donor other; C --pid container:nosuch busybox true; C --ipc container:nosuch busybox true; C --pid nosuch busybox true; C --network container:nosuch busybox true; run --rm --network container:nosuch busybox true; C --pid container: busybox true")]
    [InlineData("rights", "R --cap-add SYS_ADMIN --cap-drop chown busybox grep Cap /proc/self/status; R --cap-drop ALL busybox grep Cap /proc/self/status; R --cap-drop all --cap-add cap_net_raw -u nobody busybox grep Cap /proc/self/status; R --cap-add SYS_ADMIN busybox sh -c 'mount -t tmpfs x /tmp && echo mounted'; R --cap-add SYS_TIME busybox grep Seccomp: /proc/self/status; C --cap-add nosuch busybox true; R --cap-drop nosuch busybox true; R --group-add 5 --group-add nobody -u 1000 busybox id -G; R --group-add nosuch busybox true; R --read-only busybox sh -c 'touch /x; touch /etc/hosts; touch /dev/shm/x && echo ok'; R --read-only --tmpfs /tmp busybox sh -c 'touch /tmp/x && echo ok'; R --security-opt no-new-privileges busybox grep NoNew /proc/self/status; R --security-opt no-new-privileges:true busybox grep NoNew /proc/self/status; R --security-opt no-new-privileges=false busybox grep NoNew /proc/self/status; R --security-opt no-new-privileges=x busybox true; R --security-opt seccomp=unconfined busybox grep Seccomp: /proc/self/status; R --security-opt seccomp=seccomp.json busybox mkdir /x; R --security-opt seccomp=nosuch busybox true; R --security-opt seccomp=bad busybox true; R --security-opt systempaths=unconfined busybox sh -c 'cut -d\" \" -f2 /proc/mounts | grep -c proc/'; C --security-opt nosuch busybox true; C --security-opt nosuch=1 busybox true")]
    [InlineData("resources", "R --shm-size 1m busybox sh -c 'df /dev/shm | tail -1'; C --shm-size x busybox true; R --ulimit nofile=100:200 --ulimit core=0 busybox sh -c 'ulimit -n; ulimit -Hn; ulimit -c'; R --ulimit nofile=2:1 busybox true; C --ulimit nosuch=1 busybox true; C --ulimit nofile busybox true; C --ulimit nofile=x busybox true; R --sysctl net.ipv4.ip_forward=1 --sysctl kernel.msgmax=1234 busybox sh -c 'cat /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/msgmax'; C --sysctl vm.swappiness=1 busybox true; run --rm --network host --sysctl net.ipv4.ip_forward=1 busybox true; R --device /dev/zero:/dev/z:r --device /dev/full busybox sh -c 'ls -l /dev/z | cut -c1-10; head -c 1 /dev/z | wc -c; echo x > /dev/z; ls -l /dev/full | cut -c1-10'; R --device /dev/fuse busybox sh -c 'ls /dev/fuse; grep -c . /sys/fs/cgroup/devices/devices.list'; C --device x busybox true; R --device /nosuch busybox true; C --device /a:/b:rwx busybox true; R --device /etc/passwd busybox true")]
    [InlineData("process", "R --init busybox sh -c 'cat /proc/1/comm; ls /sbin/docker-init'; R --init --pid host busybox echo x; R -a stderr busybox sh -c 'echo out; echo err >&2'; R -a stdout busybox sh -c 'echo out; exit 4'; run -d -a stdout busybox true; C -a nosuch busybox true; C --name st --stop-signal INT --stop-timeout 3 busybox true; inspect -f '{{.Config.StopSignal}} {{.Config.StopTimeout}}' st; rm st; C --stop-signal nosuch busybox true; C --stop-timeout x busybox true; R --pull never nosuch true; R --pull missing busybox true; C --platform x/y/z/w busybox true; R --platform linux/s390x --pull never busybox true; C --runtime nosuch busybox true; R --runtime runc busybox true; run --name lo --network none --log-driver none busybox echo x; logs lo; rm lo; C --log-driver nosuch busybox true; C --log-driver none --log-opt a=b busybox true; R --sig-proxy=false busybox echo x; R --detach-keys ctrl-x busybox echo x")]
    [InlineData("inspect", "C --name i -v @/src:/x:ro --mount type=bind,src=@/src,dst=/y,readonly,bind-propagation=rprivate --mount type=tmpfs,target=/t,tmpfs-size=1m,tmpfs-mode=700 --tmpfs /run:size=2m --cap-add sys_admin --cap-drop CHOWN --device /dev/zero:/dev/z:r --sysctl net.ipv4.ip_forward=1 --init --ulimit nofile=100:200 --group-add 5 --shm-size 1m --read-only --domainname d -h h busybox true; inspect -f '{{json .HostConfig.Binds}} {{json .HostConfig.Mounts}} {{json .HostConfig.Tmpfs}} {{json .HostConfig.CapAdd}} {{json .HostConfig.CapDrop}} {{json .HostConfig.Devices}} {{json .HostConfig.Sysctls}} {{.HostConfig.Init}} {{json .HostConfig.Ulimits}} {{json .HostConfig.GroupAdd}} {{.HostConfig.ShmSize}} {{.HostConfig.ReadonlyRootfs}} {{.HostConfig.Privileged}} {{.HostConfig.Runtime}} {{json .HostConfig.MaskedPaths}} {{json .HostConfig.ReadonlyPaths}} {{.Config.Hostname}} {{.Config.Domainname}}' i; inspect -f '{{range .Mounts}}{{.Type}} {{.Source}} {{.Destination}} {{.Mode}} {{.RW}} {{.Propagation}};{{end}}' i; ps -a --filter volume=/x --format '{{.Names}}'; ps -a --filter volume=/nosuch -q; rm i")]
    [InlineData("exec", "run -d --name e --network none --ulimit nofile=77 --cap-drop ALL --security-opt no-new-privileges --group-add 7 -u 1000 busybox sleep 300; exec e sh -c 'ulimit -n; id -G; grep -E \"Cap|NoNew|Seccomp:\" /proc/self/status'; exec --env-file env e sh -c 'echo $A'; exec --env-file nosuch e true; exec -u 0 e grep CapEff /proc/self/status; rm -f e")]
    public void Docker_and_eventdock_answer_alike(string _, string script)
    {
        both.Write("src/file", "content\n");
        both.Write("env", "A=file\n# no\nC=three\n");
        both.Write("env2", "A=second\n");
        both.Write("bad", "a line\n");
        both.Write("bad2", "=x\n");
        both.Write("seccomp.json", "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":[\"mkdir\",\"mkdirat\"],\"action\":\"SCMP_ACT_ERRNO\"}]}");
        var different = new List<string>();
        foreach (var line in script.Split("; ").Aggregate(new List<string>(), DockerTests.Joined))
        {
            var words = Whole(DockerTests.Words(line));
            var (docker, ours) = DockerTests.Answers(
                both, words, (there, here) => there.Code == here.Code && DockerTests.Normal(there.Out) == DockerTests.Normal(here.Out));
            if (docker.Code != ours.Code)
            {
                different.Add($"`{line}` ends with {docker.Code} there ({docker.Error.Trim()}) and {ours.Code} here ({ours.Error.Trim()})");
            }
            else if (DockerTests.Normal(docker.Out) != DockerTests.Normal(ours.Out))
            {
                different.Add($"`{line}` prints there\n{docker.Out}\nand here\n{ours.Out}");
            }
        }

        Clear();
        Assert.True(different.Count == 0, string.Join("\n", different));
    }

    /// <summary>Both write the same file: one after the other.</summary>
    [DockerFact]
    [InlineData("run")]
    [InlineData("create")]
    public void The_id_is_written_to_a_new_file_and_the_file_goes_where_nothing_came_of_the_container(string verb)
    {
        var file = Path.Combine(both.Work, "cid");
        foreach (var engine in new Func<string[], Said>[] { both.Docker, both.Run })
        {
            engine([verb, "--network", "none", "--cidfile", file, "busybox", "true"]).Done();
            Assert.Equal(64, File.ReadAllText(file).Length);
            Assert.Equal(verb == "run" ? 125 : 1, engine([verb, "--cidfile", file, "--network", "none", "busybox", "true"]).Code);
            engine(["rm", File.ReadAllText(file)]).Done();
            File.Delete(file);
            Assert.Equal(verb == "run" ? 125 : 1, engine([verb, "--cidfile", file, "--network", "none", "--pull", "never", "nosuch", "true"]).Code);
            Assert.False(File.Exists(file));
        }
    }

    /// <summary>What docker has and we have not is refused by name; what docker takes for granted and this host has not, too.</summary>
    [DockerFact]
    [InlineData("-v data:/x", "the volume of -v data:/x is not supported yet")]
    [InlineData("-v /x", "the volume of -v /x is not supported yet")]
    [InlineData("--mount src=data,dst=/x", "the volume of --mount src=data,dst=/x is not supported yet")]
    [InlineData("-p 80:80", "--publish of \"eventdock run\" is not supported yet")]
    [InlineData("--memory 1g", "--memory of \"eventdock run\" is not supported yet")]
    [InlineData("--restart always", "--restart of \"eventdock run\" is not supported yet")]
    [InlineData("--health-cmd x", "--health-cmd of \"eventdock run\" is not supported yet")]
    [InlineData("--network bridge", "--network bridge is not supported yet")]
    [InlineData("--log-opt max-size=1m", "--log-opt max-size=1m (logs are not rotated: leave it out, or keep none with --log-driver none) is not supported yet")]
    [InlineData("--log-driver syslog", "--log-driver syslog is not supported yet")]
    [InlineData("--security-opt label=type:x", "--security-opt label=type:x is not supported yet")]
    [InlineData("--pull sometimes", "invalid argument \"sometimes\" for \"--pull\" flag: must be one of \"always\", \"missing\" or \"never\"")]
    public void What_cannot_be_had_is_refused_with_125_and_nothing_is_made(string flags, string message)
    {
        Assert.Equal($"eventdock: {message}", both.Refused(125, ["run", .. flags.Split(' '), "busybox", "true"]));
        Assert.Empty(both.Lines("ps", "-aq"));
    }

    private string[] Whole(string[] words)
    {
        var whole = words.Select(w => w.Replace("@", both.Work, StringComparison.Ordinal)).ToArray();
        return whole[0] switch
        {
            "R" => ["run", "--rm", "--network", "none", .. whole[1..]],
            "C" => ["create", .. whole.Contains("--network") ? System.Array.Empty<string>() : ["--network", "none"], .. whole[1..]],
            _ => whole,
        };
    }

    private void Clear()
    {
        both.RemoveContainers();
        foreach (var id in both.Docker("ps", "-aq").Lines)
        {
            both.Docker("rm", "-f", id);
        }
    }
}
