namespace EventDock.Tests.Cli;

using System.IO;

/// <summary>What another user of the host finds of containers, images and the ledger: nothing.</summary>
public sealed class OtherUserTests(Installation eventdock) : IClassFixture<Installation>
{
    private static readonly string[] AsNobody = ["--reuid", "65534", "--regid", "65534", "--clear-groups"];

    /// <summary>They say that there is a root, and how far it is.</summary>
    private static readonly string[] Open = ["pg.gate", "pg.lock", "pg.making", "position", "root.json"];

    [Fact]
    public void Nothing_of_a_root_can_be_read_by_others_but_that_it_is_there()
    {
        eventdock.Import();
        var profile = eventdock.Write("seccomp.json", "{\"defaultAction\":\"SCMP_ACT_ALLOW\"}");
        eventdock.Run(
            "run", "-d", "--name", "kept", "--network", "none", "-e", "SECRET=x", "--security-opt", $"seccomp={profile}", "--ipc", "shareable",
            "busybox", "sh", "-c", "echo said; echo written > /file; exec sleep 300").Good();
        eventdock.Run("exec", "kept", "sh", "-c", "until [ -e /file ]; do sleep 0.1; done").Good();
        var all = new[] { eventdock.Root, eventdock.RunDirectory }
            .SelectMany(top => Directory.EnumerateFileSystemEntries(
                top, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint }))
            .Where(path => !path.Contains('\n') && !path.Contains("/merged/", StringComparison.Ordinal))
            .ToArray();
        Assert.Contains(all, path => path.EndsWith("/upper/file", StringComparison.Ordinal));
        Assert.Contains(all, path => path.EndsWith("/seccomp.json", StringComparison.Ordinal));
        Assert.Contains(all, path => path.EndsWith("/config.json", StringComparison.Ordinal));

        var read = Eventdock.Run(
            "setpriv", [.. AsNobody, "sh", "-c", "while IFS= read -r f; do [ -r \"$f\" ] && echo \"$f\"; done; true"],
            System.Text.Encoding.UTF8.GetBytes(string.Join('\n', all) + "\n")).Done();
        eventdock.Run("rm", "-f", "kept").Good();

        Assert.DoesNotContain(read.Lines, path => !Open.Contains(Path.GetRelativePath(eventdock.Root, path)));
    }

    [Fact]
    public void The_ledger_s_socket_lets_nobody_in_that_it_does_not_know()
    {
        var url = eventdock.Out("db", "url");
        var said = Eventdock.Run("setpriv", [.. AsNobody, "psql", "-XAtc", "select 1", url]);
        Assert.NotEqual(0, said.Code);
        Assert.Equal("", said.Out);
        Assert.Equal("1", Eventdock.Run("psql", ["-XAtc", "select 1", url]).Done().Out.Trim());
    }
}
