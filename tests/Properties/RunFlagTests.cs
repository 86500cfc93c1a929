namespace EventDock.Tests.Properties;

using System.Text;
using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;

/// <summary>Values of the flags of run and create, by docker's rules; the reasons are docker 20.10.24's.</summary>
public sealed class RunFlagTests
{
    private static string Reason<T>(Either<DomainError, T> read) => read.Match(
        Right: value => $"accepted {value}",
        Left: error => error switch
        {
            DomainError.BadFlag e => e.Reason,
            DomainError.Invalid e => e.Reason,
            DomainError.BadContent e => e.Reason,
            DomainError.NotSupported e => $"not supported: {e.What}",
            _ => error.ToString(),
        });

    private static ContainerMount Volume(string text) => Right(VolumeText.Parse(text, "/here", labels: false));

    [Theory]
    [InlineData("/a:/b", "/a /b rprivate False")]
    [InlineData("/a:/b:ro", "/a /b rprivate True")]
    [InlineData("/a:/b:ro,rslave,z", "/a /b rslave True")]
    [InlineData("/a/../c//d/:/b/./x/:rw,shared", "/c/d /b/x shared False")]
    [InlineData("./s:/b", "/here/s /b rprivate False")]
    [InlineData("..:/b", "/ /b rprivate False")]
    [InlineData("/a:/b:cached", "/a /b rprivate False")]
    public void A_directory_of_the_hosts_is_mounted_as_v_says(string text, string meant)
    {
        var mount = Volume(text);
        Assert.Equal(meant, $"{mount.Source} {mount.Target} {mount.Propagation} {mount.ReadOnly}");
    }

    [Theory]
    [InlineData("a:b:c:d", "it is HOST:CONTAINER[:MODE]")]
    [InlineData(":/b", "it is HOST:CONTAINER[:MODE]")]
    [InlineData("/b:ro", "it is HOST:CONTAINER[:MODE]")]
    [InlineData("/a:/b:ro,rw", "it is made of ro, rw, z, Z and a propagation")]
    [InlineData("/a:/b:private,slave", "it is made of ro, rw, z, Z and a propagation")]
    [InlineData("/a:/b:nosuch", "it is made of ro, rw, z, Z and a propagation")]
    [InlineData("/a:b", "it must be absolute")]
    [InlineData("/a:/x/..", "it cannot be /")]
    [InlineData("/a:/b:nocopy", "nocopy is for volumes")]
    [InlineData("b@d:/b", "a directory of the host's needs an absolute path")]
    [InlineData("data:/b", "not supported: the volume of -v data:/b")]
    [InlineData("/b", "not supported: the volume of -v /b")]
    public void What_is_no_bind_mount_is_refused(string text, string reason) =>
        Assert.Equal(reason, Reason(VolumeText.Parse(text, "/here", labels: false)));

    [Fact]
    public void Relabelling_has_no_effect_without_SELinux_and_is_refused_with_it()
    {
        Assert.True(VolumeText.Parse("/a:/b:Z", "/", labels: false).IsRight);
        Assert.Equal("not supported: relabelling for SELinux (z, Z)", Reason(VolumeText.Parse("/a:/b:Z", "/", labels: true)));
    }

    [Theory]
    [InlineData("type=bind,source=/a,target=/b", "bind /a /b  rprivate False False")]
    [InlineData("TYPE=BIND,src=/a,dst=/b,ro,bind-propagation=RSLAVE,bind-nonrecursive", "bind /a /b  rslave True True")]
    [InlineData("type=bind,src=/a,destination=/b,readonly=0,consistency=cached", "bind /a /b  rprivate False False")]
    [InlineData("type=tmpfs,target=/t", "tmpfs  /t   False False")]
    [InlineData("type=tmpfs,target=/t,tmpfs-size=1m,tmpfs-mode=1777,readonly", "tmpfs  /t ro,mode=1777,size=1048576  True False")]
    [InlineData("\"type=bind\",\"src=/a,b\",target=/b", "bind /a,b /b  rprivate False False")]
    public void Mount_takes_its_fields_in_any_order_and_docker_s_other_names(string text, string meant)
    {
        var m = Right(MountText.Parse(text));
        Assert.Equal(meant, $"{m.Type} {m.Source} {m.Target} {m.Options} {m.Propagation} {m.ReadOnly} {m.NonRecursive}");
    }

    [Theory]
    [InlineData("type=bind,source", "invalid field 'source' must be a key=value pair")]
    [InlineData("type=bind,colour=red,target=/b", "unexpected key 'colour' in 'colour=red'")]
    [InlineData("type=bind,source=/a", "target is required")]
    [InlineData("type=,target=/b", "type is required")]
    [InlineData("type=bind,source=/a,target=/b,readonly=maybe", "invalid value for readonly: maybe")]
    [InlineData("type=bind,source=/a,target=/b,tmpfs-size=1m", "cannot mix 'tmpfs-*' options with mount type 'bind'")]
    [InlineData("type=tmpfs,target=/b,bind-propagation=slave", "cannot mix 'bind-*' options with mount type 'tmpfs'")]
    [InlineData("type=tmpfs,target=/b,tmpfs-mode=9", "invalid value for tmpfs-mode: 9")]
    [InlineData("type=tmpfs,target=/b,tmpfs-size=x", "invalid value for tmpfs-size: x")]
    [InlineData("type=tmpfs,source=/a,target=/b", "a tmpfs has no source")]
    [InlineData("type=bind,target=/b", "a bind mount needs a source")]
    [InlineData("type=bind,source=a,target=/b", "the source of a bind mount must be an absolute path")]
    [InlineData("type=bind,source=/a,target=/b,bind-propagation=x", "invalid propagation mode: x")]
    [InlineData("type=cluster,source=/a,target=/b", "mount type unknown: cluster")]
    [InlineData("source=data,target=/b", "not supported: the volume of --mount source=data,target=/b")]
    [InlineData("type=bind,src=\"/a,target=/b", "bare \" in a field that is not quoted")]
    public void A_mount_that_is_wrong_is_refused_with_its_reason(string text, string reason) =>
        Assert.Equal(reason, Reason(MountText.Parse(text)));

    [Theory]
    [InlineData("", "noexec,nosuid,nodev,rprivate")]
    [InlineData("exec,size=64m", "nosuid,nodev,rprivate,exec,size=64m")]
    [InlineData("ro,rw,defaults,size=1,size=2", "noexec,nosuid,nodev,rprivate,rw,size=2")]
    [InlineData("dev,rshared,mode=1777", "noexec,nosuid,dev,rshared,mode=1777")]
    public void Options_of_a_tmpfs_come_over_docker_s(string options, string all) =>
        Assert.Equal(all, string.Join(',', Right(TmpfsText.Merged(options))));

    [Theory]
    [InlineData("nosuch")]
    [InlineData("size")]
    [InlineData("colour=red")]
    public void An_option_that_a_tmpfs_has_not_is_refused(string options) => Assert.True(TmpfsText.Merged(options).IsLeft);

    [Theory]
    [InlineData("nofile=1024", "nofile 1024 1024")]
    [InlineData("nofile=10:20", "nofile 10 20")]
    [InlineData("core=-1:-1", "core -1 -1")]
    [InlineData("nproc=5:-1", "nproc 5 -1")]
    public void A_limit_is_soft_and_hard(string text, string meant) =>
        Assert.Equal(meant, Right(UlimitText.Parse(text)) is var l ? $"{l.Name} {l.Soft} {l.Hard}" : "");

    [Theory]
    [InlineData("nofile", "invalid ulimit argument: nofile")]
    [InlineData("nosuch=1", "invalid ulimit type: nosuch")]
    [InlineData("nofile=1:2:3", "too many limit value arguments - 1:2:3, can only have up to two, `soft[:hard]`")]
    [InlineData("nofile=x", "strconv.ParseInt: parsing \"x\": invalid syntax")]
    [InlineData("nofile=1:", "strconv.ParseInt: parsing \"\": invalid syntax")]
    [InlineData("nofile=2:1", "ulimit soft limit must be less than or equal to hard limit: 2 > 1")]
    [InlineData("nofile=-1:1", "ulimit soft limit must be less than or equal to hard limit: soft: -1 (unlimited), hard: 1")]
    public void A_limit_that_is_none_is_refused_in_docker_s_words(string text, string reason) =>
        Assert.Equal(reason, Reason(UlimitText.Parse(text)));

    [Fact]
    public void Of_two_limits_of_one_name_the_later_counts() =>
        Assert.Equal(
            ["core 0", "nofile 2"], Right(UlimitText.All(Seq("nofile=1", "core=0", "nofile=2"))).Map(l => $"{l.Name} {l.Soft}").ToArray());

    [Theory]
    [InlineData("/dev/x", "/dev/x /dev/x rwm")]
    [InlineData("/dev/x:rw", "/dev/x /dev/x rw")]
    [InlineData("/dev/x:/dev/y", "/dev/x /dev/y rwm")]
    [InlineData("/dev/x:/dev/y:m", "/dev/x /dev/y m")]
    public void A_device_has_a_name_outside_one_inside_and_permissions(string text, string meant) =>
        Assert.Equal(meant, Right(DeviceText.Parse(text)) is var d ? $"{d.PathOnHost} {d.PathInContainer} {d.Permissions}" : "");

    [Theory]
    [InlineData("", "bad format for path: ")]
    [InlineData("/a:/b:rw:x", "bad format for path: /a:/b:rw:x")]
    [InlineData("/a:/b:rwx", "bad mode specified: rwx")]
    [InlineData("/a:/b:rr", "bad mode specified: rr")]
    [InlineData("/a:b", "b is not an absolute path")]
    [InlineData("a", "a is not an absolute path")]
    public void A_device_that_is_none_is_refused(string text, string reason) => Assert.Equal(reason, Reason(DeviceText.Parse(text)));

    [Theory]
    [InlineData("64m", 67108864)]
    [InlineData("1.5K", 1536)]
    [InlineData("2 GiB", 2147483648)]
    [InlineData("100", 100)]
    [InlineData("7b", 7)]
    public void Sizes_are_docker_s(string text, long bytes) => Assert.Equal(bytes, Sizes.Read(text).IfNone(-1));

    [Theory]
    [InlineData("")]
    [InlineData("m")]
    [InlineData("1x")]
    [InlineData("-1")]
    [InlineData("1.")]
    [InlineData("1 mm")]
    [InlineData("99999999999999p")]
    public void What_is_no_size_is_refused(string text) => Assert.True(Sizes.Read(text).IsNone);

    [Theory]
    [InlineData("net.core.somaxconn=1", true)]
    [InlineData("kernel.msgmax=1", true)]
    [InlineData("fs.mqueue.msg_max=", true)]
    [InlineData("kernel.hostname=x", false)]
    [InlineData("vm.swappiness=1", false)]
    [InlineData("net.core.somaxconn", false)]
    public void Only_what_belongs_to_a_namespace_can_be_set(string text, bool allowed) => Assert.Equal(allowed, SysctlText.Parse(text).IsRight);

    [Fact]
    public void A_parameter_of_a_namespace_that_is_shared_is_refused()
    {
        Assert.True(SysctlText.Fit(Seq1("net.core.somaxconn=1"), "none", null).IsRight);
        Assert.True(SysctlText.Fit(Seq1("net.core.somaxconn=1"), "host", null).IsLeft);
        Assert.True(SysctlText.Fit(Seq1("kernel.msgmax=1"), "none", "container:x").IsLeft);
    }

    [Fact]
    public void Capabilities_are_docker_s_changed_as_asked()
    {
        var all = Capabilities.Named(0x1ffffffffff);
        Assert.Equal(41, all.Count);
        Assert.Equal(RuntimeSpecDefaults.Capabilities, Capabilities.Of(Seq<string>(), Seq<string>(), false, all));
        Assert.Equal(all, Capabilities.Of(Seq<string>(), Seq<string>(), true, all));
        Assert.Equal(["CAP_NET_ADMIN"], Capabilities.Of(Seq1("net_admin"), Seq1("ALL"), false, all).ToArray());
        Assert.Equal(40, Capabilities.Of(Seq1("all"), Seq1("cap_chown"), false, all).Count);
        Assert.DoesNotContain("CAP_CHOWN", Capabilities.Of(Seq1("SYS_TIME"), Seq1("CHOWN"), false, all));
        Assert.Contains("CAP_SYS_TIME", Capabilities.Of(Seq1("SYS_TIME"), Seq1("CHOWN"), false, all));
        Assert.Equal("unknown capability: \"CAP_NOSUCH\"", Reason(Capabilities.Check("--cap-add", Seq("CHOWN", "nosuch"))));
    }

    [Fact]
    public void Security_options_add_up_and_the_old_colon_is_read()
    {
        var all = Right(SecurityOptions.Parse(Seq("no-new-privileges", "seccomp=/p.json", "apparmor:unconfined", "systempaths=unconfined", "label=disable")));
        Assert.Equal(new SecurityOptions(true, "/p.json", "unconfined", true), all);
        Assert.False(Right(SecurityOptions.Parse(Seq("no-new-privileges", "no-new-privileges=false"))).NoNewPrivileges);
        foreach (var wrong in Seq("nosuch=1", "nosuch", "no-new-privileges=maybe", "seccomp=", "systempaths=x", "label=type:x"))
        {
            Assert.True(SecurityOptions.Parse(Seq1(wrong)).IsLeft, wrong);
        }
    }

    [Theory]
    [InlineData("--pid", "host", "host")]
    [InlineData("--pid", "container:x", "container:x")]
    [InlineData("--pid", "", "own")]
    [InlineData("--pid", "private", "invalid PID mode")]
    [InlineData("--pid", "container:", "invalid PID mode")]
    [InlineData("--uts", "nosuch", "invalid UTS mode")]
    public void Namespaces_are_the_hosts_another_containers_or_its_own(string flag, string text, string meant) =>
        Assert.Equal(meant, NamespaceMode.Parse(flag, text).Match(
            Right: mode => mode.IfNone("own"), Left: e => ((DomainError.BadFlag)e).Reason));

    [Fact]
    public void Lines_of_a_file_are_read_as_docker_reads_them()
    {
        var content = Encoding.UTF8.GetBytes("\ufeff# a comment\nA=1\n  B= two \n\nC=a=b\r\nOWN\nGONE\n");
        Assert.Equal(
            ["A=1", "B= two ", "C=a=b", "OWN=mine"],
            Right(KeyValueText.Lines("f", content, name => name == "OWN" ? Some("mine") : None)).ToArray());
        Assert.Equal("variable 'A B' contains whitespaces", Reason(KeyValueText.Lines("f", "A B=1"u8.ToArray(), _ => None)));
        Assert.Equal("no variable name on line '=1'", Reason(KeyValueText.Lines("f", "=1"u8.ToArray(), _ => None)));
        Assert.Equal("contains invalid utf8 bytes", Reason(KeyValueText.Lines("f", [0x41, 0xff], _ => None)));
    }

    [Fact]
    public void Labels_of_the_command_line_come_over_those_of_the_image()
    {
        Assert.Equal(
            [new Label("a", "2"), new Label("b", ""), new Label("z", "9")],
            KeyValueText.Over(Seq(new Label("z", "9"), new Label("a", "1")), Seq("a=1=2", "b", "a=2")).ToArray());
        Assert.Equal("invalid label '=x': empty name", Reason(KeyValueText.Label("=x")));
        Assert.Equal("label 'a b' contains whitespaces", Reason(KeyValueText.Label("a b=c")));
    }

    [Fact]
    public void A_log_has_one_form_and_no_option()
    {
        Assert.Equal("none", Right(LogDrivers.Parse("none", Seq<string>())).IfNone(""));
        Assert.True(Right(LogDrivers.Parse(null, Seq<string>())).IsNone);
        Assert.Equal("not supported: --log-driver syslog", Reason(LogDrivers.Parse("syslog", Seq<string>())));
        Assert.Equal(
            "not supported: --log-opt max-size=1m (logs are not rotated: leave it out, or keep none with --log-driver none)",
            Reason(LogDrivers.Parse("json-file", Seq1("max-size=1m"))));
        Assert.Equal("invalid logging opts for driver none", Reason(LogDrivers.Parse("none", Seq1("a=b"))));
    }

    [Fact]
    public void An_event_without_options_reads_as_it_always_did_and_is_written_without_them()
    {
        var settings = new ContainerSettings(
            Seq<string>(), Seq1("sh"), "/", "", "h", "none", false, false, false, Seq<SecretName>(), null);
        var created = new ContainerCreated(Right(ContainerId.Parse(new string('c', 64))), "n", "i", "x", settings);
        Assert.DoesNotContain("Options", EventCodec.Write(created), StringComparison.Ordinal);
        Assert.True(settings.More.SaysNothing);
        Assert.False((settings.More with { StopTimeout = 0 }).SaysNothing);
    }

    private static T Right<T>(Either<DomainError, T> result) =>
        result.Match(Right: value => value, Left: error => throw new Xunit.Sdk.XunitException(error.ToString()));
}
