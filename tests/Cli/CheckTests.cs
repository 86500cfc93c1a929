namespace EventDock.Tests.Cli;

using System.IO;

/// <summary>check: a sound store has no findings, and each kind of damage is found by its name and exit code.</summary>
public sealed class CheckTests : IDisposable
{
    private readonly BusyboxInstallation eventdock = new() { Damaged = true };

    public void Dispose() => eventdock.Dispose();

    private string Layer => eventdock.Out("inspect", "-f", "{{index .RootFS.Layers 0}}", "busybox")["sha256:".Length..];

    private string LayerBlob => Directory.GetFiles(In("blobs/sha256")).MaxBy(path => new FileInfo(path).Length)!;

    [Fact]
    public void A_sound_store_has_no_findings_while_containers_run_and_when_they_have_ended()
    {
        eventdock.Run("run", "-d", "--name", "runs", "busybox", "sleep", "300").Good();
        eventdock.Run("run", "--name", "wrote", "busybox", "sh", "-c", "echo x > /x").Good();
        eventdock.Run("FROM busybox\nRUN rm /bin/ls && ln /bin/busybox /bin/hard && mkfifo /fifo\n", ["build", "-q", "-t", "own", "-"]).Good();
        Assert.EndsWith(": no findings", eventdock.Out("check"), StringComparison.Ordinal);
        Assert.EndsWith(": no findings", Found(0, "--deep")[^1], StringComparison.Ordinal);
        eventdock.RemoveContainers();
        Assert.EndsWith(": no findings", eventdock.Out("check"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_truncated_blob_is_found_by_its_size()
    {
        using (var blob = File.OpenWrite(LayerBlob))
        {
            blob.SetLength(blob.Length - 1);
        }

        Assert.Matches("^blob [0-9a-f]{64}: [0-9]+ bytes expected, [0-9]+ found$", Assert.Single(Found(25)[..^1]));
    }

    [Fact]
    public void A_byte_flipped_in_a_blob_is_found_by_reading_it()
    {
        Flip(LayerBlob, 5000);
        Found(0);
        Assert.Matches("^blob [0-9a-f]{64}: its bytes are sha256:[0-9a-f]{64}$", Assert.Single(Found(25, "--deep")[..^1]));
    }

    [Fact]
    public void A_damaged_configuration_is_found_without_deep()
    {
        Flip(In($"blobs/sha256/{eventdock.ImageId}"), 10);
        Assert.StartsWith($"blob {eventdock.ImageId}: its bytes are ", Assert.Single(Found(25)[..^1]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_blob_that_is_gone_and_a_layer_that_is_gone_are_told()
    {
        var blob = LayerBlob;
        File.Delete(blob);
        Assert.Equal([$"blob {Path.GetFileName(blob)}: not on disk"], Found(25)[..^1]);
        Directory.Move(In($"layers/{Layer}"), Path.Combine(eventdock.Place, "taken"));
        Assert.Contains($"layer {Layer}: not on disk", Found(25));
    }

    [Theory]
    [InlineData("rm bin/busybox", "layer")]
    [InlineData("rm bin/busybox && mknod bin/busybox c 1 3", "layer")]
    [InlineData("chmod 4755 bin/busybox", "layer")]
    [InlineData("chown 7:7 bin/busybox", "layer")]
    [InlineData("ln -sfn elsewhere bin/sh", "layer")]
    [InlineData("touch bin/added", "layer")]
    [InlineData("mkdir added", "layer")]
    public void A_change_by_hand_to_a_layers_files_is_found_without_reading_blobs(string change, string kind)
    {
        Shell(In($"layers/{Layer}/diff"), change);
        var found = Found(24);
        Assert.StartsWith($"{kind} {Layer}: its files are not those that were unpacked", found[0], StringComparison.Ordinal);
        Assert.Contains(Found(24, "--deep"), line => line.StartsWith($"layer {Layer}: /", StringComparison.Ordinal));
    }

    [Fact]
    public void A_byte_flipped_in_a_layers_file_whose_time_is_put_back_is_found_by_deep()
    {
        var file = In($"layers/{Layer}/diff/bin/busybox");
        var time = Shell("/", $"stat -c %y {file}");
        Flip(file, 1000);
        Shell("/", $"touch -d '{time.Trim()}' {file}");
        Found(0);
        Assert.Equal($"layer {Layer}: /bin/busybox has other content", Assert.Single(Found(24, "--deep")[..^1]));
    }

    [Fact]
    public void A_capability_taken_off_a_layers_file_is_found_by_deep()
    {
        var file = In($"layers/{Layer}/diff/bin/busybox");
        Xattr.Set(file, "user.added", "1");
        Assert.Equal($"layer {Layer}: /bin/busybox has other attributes", Assert.Single(Found(24, "--deep")[..^1]));
    }

    [Fact]
    public void What_the_ledger_does_not_know_is_told_and_stays()
    {
        var (layer, container) = (new string('a', 64), new string('b', 64));
        Directory.CreateDirectory(In($"layers/{layer}/diff"));
        Directory.CreateDirectory(In($"containers/{container}"));
        File.WriteAllText(In($"blobs/sha256/{new string('c', 64)}"), "stranger");
        Assert.Equal(
            [
                $"unknown blobs/sha256/{new string('c', 64)}: not in the ledger", $"unknown containers/{container}: not in the ledger",
                $"unknown layers/{layer}: not in the ledger",
            ],
            Found(20)[..^1]);
        eventdock.Run("tag", "busybox", "other").Good();
        Assert.Equal(4, Found(20).Length);
    }

    [Fact]
    public void A_short_name_that_is_missing_or_leads_elsewhere_is_told()
    {
        var link = In($"l/{Layer[..16]}");
        File.Delete(link);
        Assert.Equal($"link l/{Layer[..16]}: the short name of layer {Layer} is missing", Found(21)[0]);
        File.CreateSymbolicLink(link, "../layers/elsewhere/diff");
        Assert.Equal($"link l/{Layer[..16]}: does not lead to layer {Layer}", Found(21)[0]);
    }

    [Fact]
    public void A_mount_that_nobody_needs_and_one_that_a_running_container_lacks_are_told()
    {
        var id = eventdock.Out("create", "busybox", "true");
        Shell("/", $"mount -t tmpfs none {In($"containers/{id}/merged")}");
        Assert.Equal($"mount containers/{id}/merged: something is mounted here that no running container needs", Found(22)[0]);
        Shell("/", $"umount {In($"containers/{id}/merged")}");
        var running = eventdock.Out("run", "-d", "--name", "runs", "busybox", "sleep", "300");
        Shell("/", $"umount -l {In($"containers/{running}/merged")}");
        Assert.Equal($"mount containers/{running}/merged: runs runs, and its root is not mounted", Found(22)[0]);
    }

    [Fact]
    public void A_view_row_changed_by_sql_is_told()
    {
        var url = eventdock.Out("db", "url");
        Eventdock.Run(
            "/usr/bin/psql", [url, "-qc", "update eventdock.view_tags set row = jsonb_set(row, '{Since}', '\"2001-01-01T00:00:00Z\"')"]).Good();
        Assert.StartsWith("view tags: docker.io/library/busybox:latest from position ", Found(13)[0], StringComparison.Ordinal);
        eventdock.Run("rebuild").Done();
        Found(0);
    }

    [Fact]
    public void A_container_whose_thin_layer_is_damaged_is_told()
    {
        var id = eventdock.Out("create", "busybox", "true");
        Directory.Delete(In($"containers/{id}/upper"), recursive: true);
        Assert.Equal($"container {id}: a part of its directory is missing", Found(26)[0]);
    }

    [Fact]
    public void What_killed_commands_left_is_a_note_and_no_finding()
    {
        Directory.CreateDirectory(In("staging/layer-left"));
        var found = Found(0);
        Assert.Equal("note staging/layer-left: a command was killed here; the next one clears it", found[0]);
        Assert.EndsWith(": no findings", found[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_check_beside_commands_that_make_and_remove_finds_nothing()
    {
        using var ended = new CancellationTokenSource();
        var changes = Task.Run(() =>
        {
            for (var n = 0; !ended.IsCancellationRequested; n++)
            {
                eventdock.Run($"FROM busybox\nRUN echo {n} > /n\n", ["build", "-q", "-t", "changing", "-"]).Good();
                eventdock.Run("run", "--rm", "changing", "true").Good();
                eventdock.Run("rmi", "changing").Good();
            }
        });
        for (var n = 0; n < 10; n++)
        {
            Assert.DoesNotContain(eventdock.Run("check").Done().Lines, line => !line.StartsWith("note ", StringComparison.Ordinal) && !line.EndsWith(": no findings", StringComparison.Ordinal));
        }

        await ended.CancelAsync();
        await changes;
    }

    /// <summary>The lines of a check that ends with that code and says nothing else.</summary>
    private string[] Found(int code, params string[] flags)
    {
        var said = eventdock.Run(["check", .. flags]);
        Assert.True(said.Code == code, said.ToString());
        return said.Lines;
    }

    private string In(string path) => Path.Combine(eventdock.Root, path);

    private static void Flip(string path, int offset)
    {
        using var file = File.Open(path, FileMode.Open, FileAccess.ReadWrite);
        file.Seek(offset, SeekOrigin.Begin);
        var value = file.ReadByte();
        file.Seek(offset, SeekOrigin.Begin);
        file.WriteByte((byte)(value ^ 1));
    }

    private static string Shell(string directory, string command) =>
        Eventdock.Run("/bin/sh", ["-c", command], directory: directory).Good().Out;
}
