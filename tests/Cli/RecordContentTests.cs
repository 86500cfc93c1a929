namespace EventDock.Tests.Cli;

using System.IO;

/// <summary>--record content: the files that a container has written outlive it, until somebody prunes them.</summary>
public sealed class RecordContentTests(BusyboxInstallation eventdock) : IClassFixture<BusyboxInstallation>
{
    private const string Written =
        "mkdir -p /w /etc/x; echo one > /w/one; ln /w/one /w/two; ln -s one /w/sym; chown 5:6 /w/one; rm /bin/true; truncate -s 4G /w/sparse; mknod /w/null c 1 3";

    private string[] Tree(string container) => Eventdock.Run(
            "/bin/sh", ["-c", $"'{Eventdock.Binary}' export {container} | tar tvf - --numeric-owner --exclude w/sparse"], null,
            eventdock.Environment, eventdock.Work)
        .Done().Lines;

    [Fact]
    public void A_removed_container_whose_directory_is_gone_comes_back_with_all_its_files()
    {
        eventdock.Run("run", "--name", "kept", "--record", "content", "--network", "none", "-e", "SECRET=x", "busybox", "sh", "-c", Written).Good();
        Assert.Equal("content", eventdock.Out("inspect", "-f", "{{.HostConfig.Record}}", "kept"));
        Assert.Contains("of content kept", eventdock.Out("log", "--container", "kept"), StringComparison.Ordinal);
        var (changed, files, recorded) = (eventdock.Lines("diff", "kept"), Tree("kept"), eventdock.Lines("log").Length);
        Assert.Equal(recorded, eventdock.Lines("log").Length);
        eventdock.Run("rm", "kept").Good();
        eventdock.AwaitReaper();
        Assert.Empty(eventdock.Entries("containers"));
        Assert.Equal(0, eventdock.Run("check", "--deep").Code);
        Assert.Contains("Kept Contents   1         0", eventdock.Out("system", "df"), StringComparison.Ordinal);

        var back = eventdock.Run("restore", "kept");
        Assert.Equal(0, back.Code);
        Assert.Equal("kept: its files are back, the values of -e are gone: SECRET\n", back.Error);
        Assert.Equal(changed, eventdock.Lines("diff", "kept"));
        Assert.Equal(files, Tree("kept"));
        Assert.DoesNotContain(eventdock.Lines("log", "--container", "kept"), l => l.Contains("(diff)", StringComparison.Ordinal));
        Assert.Equal(0, eventdock.Run("check", "--deep").Code);

        // While it is there nothing is pruned; when it has gone the plan says what goes, and then nothing brings it back.
        Assert.DoesNotContain("content", eventdock.Out("container", "prune", "--plan", "--filter", "until=1h"), StringComparison.Ordinal);
        eventdock.Run("rm", "kept").Good();
        Assert.Contains("content ", eventdock.Out("container", "prune", "--plan"), StringComparison.Ordinal);
        Assert.Contains("Deleted kept contents", eventdock.Out("container", "prune", "-f"), StringComparison.Ordinal);
        Assert.Contains("no removed container kept is kept", eventdock.Refused(1, "restore", "kept"), StringComparison.Ordinal);
        Assert.Empty(eventdock.Entries("records"));
        Assert.Equal(0, eventdock.Run("check", "--deep").Code);
    }

    [Fact]
    public void Beyond_the_quota_a_record_says_that_it_is_metadata_alone()
    {
        File.WriteAllText(eventdock.Config, "{\"record-quota\": 20000}\n");
        eventdock.Run(
            "run", "--name", "large", "--record", "content", "--network", "none", "busybox", "sh", "-c", "head -c 30000 /dev/zero > /z").Good();
        Assert.Contains(
            "content not kept: more than 20000 bytes (record-quota)", eventdock.Out("log", "--container", "large"), StringComparison.Ordinal);
        File.WriteAllText(eventdock.Config, "{}\n");
        eventdock.Run("rm", "large").Good();
        Assert.EndsWith(
            "were not kept: more than 20000 bytes (record-quota)", eventdock.Refused(1, "restore", "large"), StringComparison.Ordinal);
        eventdock.Run("container", "prune", "-f").Good();
    }

    [Fact]
    public void A_damaged_archive_is_found_by_check_and_brings_nothing_back()
    {
        eventdock.Run("run", "--name", "hurt", "--rm", "--record", "content", "--network", "none", "busybox", "sh", "-c", "echo 1 > /one").Good();
        var digest = System.Text.RegularExpressions.Regex.Match(
            eventdock.Out("log", "--format", "json", "--type", "LayerWritten"), "\"Content\":.*?sha256:([0-9a-f]{64})").Groups[1].Value;
        var blob = Path.Combine(eventdock.Root, "blobs/sha256", digest);
        var whole = File.ReadAllBytes(blob);
        File.WriteAllBytes(blob, [.. whole[..^1], (byte)(whole[^1] ^ 1)]);
        Assert.Contains(digest, eventdock.Run("check", "--deep").Out, StringComparison.Ordinal);
        Assert.Contains(digest, eventdock.Run("restore", "hurt").Error, StringComparison.Ordinal);
        Assert.Empty(eventdock.Entries("containers"));
        File.WriteAllBytes(blob, whole);
        eventdock.Run("restore", "hurt").Good();
        Assert.Equal("1\n", eventdock.Run("cp", "hurt:/one", "-").Out.Split('\0').First(part => part.StartsWith("1\n", StringComparison.Ordinal)));
        eventdock.Run("rm", "hurt").Good();
        eventdock.Run("container", "prune", "-f").Good();
    }

    /// <summary>A few of the points that a restore out of an archive, and a prune of one, come to.</summary>
    [Theory]
    [InlineData("restore cut")]
    [InlineData("container prune -f")]
    public void Killed_on_its_way_it_leaves_nothing_wrong_and_succeeds_the_next_time(string line)
    {
        var command = line.Split(' ');
        var trace = Path.Combine(eventdock.Place, "trace");
        File.Delete(trace);
        Removed();
        eventdock.RunWith([("EVENTDOCK_FAULT", $"trace:{trace}")], command).Done();
        var points = File.ReadAllLines(trace);
        Assert.True(points.Length > 8, string.Join(' ', points));
        var kills = 0;
        for (var n = 1; n < points.Length; n += 3)
        {
            Removed();
            var point = $"{points[n]}:{points[..(n + 1)].Count(p => p == points[n])}";
            kills += eventdock.RunWith([("EVENTDOCK_FAULT", point)], command).Code == 137 ? 1 : 0;
            eventdock.Run(command);
            var check = eventdock.Run("check", "--deep");
            Assert.True(check.Code == 0, $"after a kill at {point}: {check}");
            if (command[0] == "restore")
            {
                Assert.Equal(["A /one"], eventdock.Lines("diff", "cut").AsEnumerable());
            }
            else
            {
                Assert.Empty(eventdock.Entries("records"));
            }
        }

        Assert.True(kills > 2, $"{kills} kills");
        eventdock.RemoveContainers();
        eventdock.Run("container", "prune", "-f").Good();

        void Removed()
        {
            eventdock.RemoveContainers();
            eventdock.Run("container", "prune", "-f").Good();
            eventdock.Run("run", "--rm", "--name", "cut", "--record", "content", "--network", "none", "busybox", "sh", "-c", "echo 1 > /one").Good();
        }
    }
}
