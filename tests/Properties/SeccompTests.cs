namespace EventDock.Tests.Properties;

using System.Text;
using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;

/// <summary>docker's seccomp profile in OCI form.</summary>
public sealed class SeccompTests
{
    private const string Profile = """
        {
          "defaultAction": "SCMP_ACT_ERRNO",
          "archMap": [
            { "architecture": "SCMP_ARCH_X86_64", "subArchitectures": ["SCMP_ARCH_X86", "SCMP_ARCH_X32"] },
            { "architecture": "SCMP_ARCH_AARCH64", "subArchitectures": ["SCMP_ARCH_ARM"] }
          ],
          "syscalls": [
            { "names": ["read", "write"], "action": "SCMP_ACT_ALLOW", "args": [], "comment": "c", "includes": {}, "excludes": {} },
            { "names": ["ptrace"], "action": "SCMP_ACT_ALLOW", "args": null, "includes": { "minKernel": "4.8" }, "excludes": {} },
            { "names": ["personality"], "action": "SCMP_ACT_ALLOW",
              "args": [{ "index": 0, "value": 4294967295, "op": "SCMP_CMP_EQ" }], "includes": {}, "excludes": {} },
            { "names": ["arch_prctl"], "action": "SCMP_ACT_ALLOW", "args": [], "includes": { "arches": ["amd64", "x32"] } },
            { "names": ["arm_fadvise64_64"], "action": "SCMP_ACT_ALLOW", "args": [], "includes": { "arches": ["arm", "arm64"] } },
            { "names": ["chroot"], "action": "SCMP_ACT_ALLOW", "args": [], "includes": { "caps": ["CAP_SYS_CHROOT"] } },
            { "names": ["mount"], "action": "SCMP_ACT_ALLOW", "args": [], "includes": { "caps": ["CAP_SYS_ADMIN"] } },
            { "names": ["clone3"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38, "args": [], "excludes": { "caps": ["CAP_SYS_ADMIN"] } },
            { "names": ["old"], "action": "SCMP_ACT_ALLOW", "args": [], "excludes": { "minKernel": "3.0" } }
          ]
        }
        """;

    private static readonly SeccompTarget Amd64 = new("amd64", 6, 1, RuntimeSpecDefaults.Capabilities);

    [Fact]
    public void Rules_are_kept_by_capability_architecture_and_kernel() => Assert.Equal(
        """{"defaultAction":"SCMP_ACT_ERRNO","architectures":["SCMP_ARCH_X86_64","SCMP_ARCH_X86","SCMP_ARCH_X32"],"syscalls":["""
        + """{"names":["read","write"],"action":"SCMP_ACT_ALLOW"},{"names":["ptrace"],"action":"SCMP_ACT_ALLOW"},"""
        + """{"names":["personality"],"action":"SCMP_ACT_ALLOW","args":[{"index":0,"value":4294967295,"op":"SCMP_CMP_EQ"}]},"""
        + """{"names":["arch_prctl"],"action":"SCMP_ACT_ALLOW"},{"names":["chroot"],"action":"SCMP_ACT_ALLOW"},"""
        + """{"names":["clone3"],"action":"SCMP_ACT_ERRNO","errnoRet":38}]}""",
        Text(Profile, Amd64, _ => 0));

    [Fact]
    public void Another_architecture_has_its_own_rules()
    {
        var text = Text(Profile, Amd64 with { Architecture = "arm64" }, _ => 0);

        Assert.Contains("""["SCMP_ARCH_AARCH64","SCMP_ARCH_ARM"]""", text);
        Assert.Contains("arm_fadvise64_64", text);
        Assert.DoesNotContain("arch_prctl", text);
    }

    [Fact]
    public void An_old_kernel_does_not_get_what_is_safe_on_newer_ones_only()
    {
        var (before, since) = (Text(Profile, Amd64 with { KernelMajor = 4, KernelMinor = 7 }, _ => 0), Text(Profile, Amd64 with { KernelMajor = 4, KernelMinor = 8 }, _ => 0));

        Assert.DoesNotContain("ptrace", before);
        Assert.Contains("ptrace", since);
    }

    [Fact]
    public void A_capability_brings_its_calls_and_takes_the_rule_that_excludes_it()
    {
        var text = Text(Profile, Amd64 with { Capabilities = Seq1("CAP_SYS_ADMIN") }, _ => 0);

        Assert.Contains("mount", text);
        Assert.DoesNotContain("clone3", text);
        Assert.DoesNotContain("chroot", text);
    }

    [Fact]
    public void The_rank_orders_names_and_loses_none() =>
        Assert.Contains("""["write","read"]""", Text(Profile, Amd64, name => name == "write" ? 1 : 0));

    [Fact]
    public void What_is_no_profile_is_refused()
    {
        foreach (var text in new[] { "", "[]", "{}", "{\"defaultAction\":1}", """{"defaultAction":"X","syscalls":[{"names":["a"]}]}""" })
        {
            Assert.True(Seccomp.Translate(Encoding.UTF8.GetBytes(text), Amd64, _ => 0).IsLeft, text);
        }
    }

    private static string Text(string profile, SeccompTarget target, Func<string, int> rank) =>
        Seccomp.Translate(Encoding.UTF8.GetBytes(profile), target, rank)
            .Match(json => Encoding.UTF8.GetString(json), e => throw new Xunit.Sdk.XunitException(e.ToString()));
}
