namespace EventDock.Tests.Properties;

using System.Text;
using System.Text.Json;
using EventDock.Domain.Containers;
using FsCheck;
using FsCheck.Fluent;

/// <summary>config.json, the environment, and log lines: values in, bytes out.</summary>
public sealed class RuntimeSpecTests
{
    private static readonly ProcessSpec Process = new(
        Seq("cat", "ü\"\\\n"), Seq1("A=1"), "/work", new ResolvedUser(1, 2, Seq(2u, 3u), "/"), true, new TerminalSize(24, 80), null);

    private static readonly RuntimeSpec Spec = new(
        Process, "/root/merged", "host", Sandbox.Docker, Seq1(new BindMount("/etc/x", "/etc/hosts")), "/eventdock/12345678/abc",
        false, RuntimeSpecDefaults.Sysctls, Encoding.UTF8.GetBytes("""{"defaultAction":"SCMP_ACT_ERRNO"}"""));

    [Fact]
    public void The_process_is_written_as_given()
    {
        var process = Config(Spec).GetProperty("process");

        Assert.Equal(["cat", "ü\"\\\n"], Strings(process.GetProperty("args")));
        Assert.Equal("/work", process.GetProperty("cwd").GetString());
        Assert.Equal((1, 2), (process.GetProperty("user").GetProperty("uid").GetInt32(), process.GetProperty("user").GetProperty("gid").GetInt32()));
        Assert.Equal((24, 80), (process.GetProperty("consoleSize").GetProperty("height").GetInt32(), process.GetProperty("consoleSize").GetProperty("width").GetInt32()));
        Assert.False(process.GetProperty("noNewPrivileges").GetBoolean());
        Assert.False(process.TryGetProperty("rlimits", out _));
    }

    [Fact]
    public void A_container_gets_fourteen_capabilities_and_inherits_none()
    {
        var sets = Config(Spec).GetProperty("process").GetProperty("capabilities");

        foreach (var set in new[] { "bounding", "effective", "permitted" })
        {
            Assert.Equal(14, sets.GetProperty(set).GetArrayLength());
        }

        Assert.False(sets.TryGetProperty("inheritable", out _));
        Assert.False(sets.TryGetProperty("ambient", out _));
    }

    [Fact]
    public void The_hosts_network_means_no_namespace_and_no_sysctl()
    {
        var (own, hosts) = (Config(Spec), Config(Spec with { Sandbox = Sandbox.DockerOnHost }));

        Assert.Equal(["mount", "uts", "pid", "ipc", "network"], Namespaces(own));
        Assert.Equal(["mount", "uts", "pid", "ipc"], Namespaces(hosts));
        Assert.True(own.GetProperty("linux").TryGetProperty("sysctl", out _));
        Assert.False(hosts.GetProperty("linux").TryGetProperty("sysctl", out _));
        Assert.Contains("cgroup", Namespaces(Config(Spec with { PrivateCgroup = true })));
    }

    [Fact]
    public void Seccomp_paths_and_binds_are_there()
    {
        var config = Config(Spec);

        Assert.Equal("SCMP_ACT_ERRNO", config.GetProperty("linux").GetProperty("seccomp").GetProperty("defaultAction").GetString());
        Assert.Equal(10, config.GetProperty("linux").GetProperty("maskedPaths").GetArrayLength());
        Assert.Equal(5, config.GetProperty("linux").GetProperty("readonlyPaths").GetArrayLength());
        Assert.Equal("/etc/hosts", config.GetProperty("mounts").EnumerateArray().Last().GetProperty("destination").GetString());
        Assert.Equal("/root/merged", config.GetProperty("root").GetProperty("path").GetString());
        Assert.Equal("/eventdock/12345678/abc", config.GetProperty("linux").GetProperty("cgroupsPath").GetString());
    }

    [Fact]
    public void The_environment_begins_with_dockers_and_the_later_one_wins()
    {
        Assert.Equal(
            [RuntimeSpecEnvironment.DefaultPath, "HOSTNAME=h", "TERM=xterm", "A=2"],
            RuntimeSpecEnvironment.Complete(Seq("A=1", "A=2"), "h", true).ToArray());
        Assert.Equal(["PATH=/x", "HOSTNAME=h", "B="], RuntimeSpecEnvironment.Complete(Seq("B=", "PATH=/x"), "h", false).ToArray());
        Assert.Equal(["HOSTNAME=h"], RuntimeSpecEnvironment.Complete(Seq("PATH", "GONE"), "h", false).ToArray());
    }

    [Fact]
    public void Completing_an_environment_twice_is_completing_it_once() => Prop.ForAll(
        Arb.From(Gen.ArrayOf(Gen.Elements("A=1", "A=2", "PATH=/x", "HOSTNAME=z", "TERM=vt", "B=", "C=a=b"))),
        Arb.From(Gen.Elements(true, false)),
        (env, terminal) =>
        {
            var once = RuntimeSpecEnvironment.Complete(env.ToSeq(), "h", terminal).ToArray();
            return once.SequenceEqual(RuntimeSpecEnvironment.Complete(once.ToSeq(), "h", terminal))
                && once.Select(e => e.Split('=')[0]).Distinct().Count() == once.Length;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_log_line_gives_back_the_time_stream_and_text_it_was_made_of() => Prop.ForAll(
        Arb.From(from second in Gen.Choose(0, int.MaxValue)
                 from nanosecond in Gen.Choose(0, 999_999_999)
                 from minutes in Gen.Choose(-14 * 60, 14 * 60)
                 from error in Gen.Elements(true, false)
                 from full in Gen.Elements(true, false)
                 from text in Gen.Elements("", "x", "a b", "stdout F y", "é")
                 select (second, nanosecond, minutes, error, full, text)),
        x =>
        {
            var local = DateTimeOffset.FromUnixTimeSeconds(x.second).ToOffset(TimeSpan.FromMinutes(x.minutes));
            var sign = x.minutes < 0 ? '-' : '+';
            var record = Encoding.UTF8.GetBytes(
                $"{local:yyyy-MM-ddTHH:mm:ss}.{x.nanosecond:d9}{sign}{Math.Abs(x.minutes) / 60:d2}:{Math.Abs(x.minutes) % 60:d2} {(x.error ? "stderr" : "stdout")} {(x.full ? 'F' : 'P')} {x.text}\n");
            return LogLine.Parse(record).Match(
                line => line.Seconds == x.second && line.Nanoseconds == x.nanosecond && line.IsError == x.error && line.EndsLine == x.full
                    && Encoding.UTF8.GetString(record.AsSpan(line.TextStart)) == x.text + "\n",
                () => false);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void What_is_no_log_line_is_none_and_throws_nothing()
    {
        foreach (var text in new[] { "", "x", "2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z stdout", "2026-01-02T03:04:05Z stdout X y", "2026-01-02T03:04:05Z stdout F", "2026-13-02T03:04:05Z stdout F y", "2026-01-02T03:04:05 stdout F y", "2026-01-02T03:04:05.x+00:00 stdout F y" })
        {
            Assert.True(LogLine.Parse(Encoding.UTF8.GetBytes(text)).IsNone, text);
        }

        Assert.True(LogLine.Parse("2026-01-02T03:04:05Z stdout F y"u8).IsSome);
    }

    [Fact]
    public void Timestamps_are_in_utc_with_nine_digits() => Assert.Equal(
        "2026-01-02T02:04:05.600000000Z",
        LogLine.Parse("2026-01-02T03:04:05.6+01:00 stdout F y"u8).Match(line => line.Timestamp, () => ""));

    private static JsonElement Config(RuntimeSpec spec) => JsonDocument.Parse(RuntimeSpecJson.Config(spec)).RootElement;

    private static string[] Strings(JsonElement array) => array.EnumerateArray().Select(e => e.GetString()!).ToArray();

    private static string[] Namespaces(JsonElement config) =>
        config.GetProperty("linux").GetProperty("namespaces").EnumerateArray().Select(e => e.GetProperty("type").GetString()!).ToArray();
}
