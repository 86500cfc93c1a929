namespace EventDock.Tests.Cli;

using System.IO;

/// <summary>repair: what a check has found is made anew where that can be, and what is lost is called so.</summary>
public sealed class RepairTests : IDisposable
{
    private readonly BusyboxInstallation eventdock = new() { Damaged = true };

    public void Dispose() => eventdock.Dispose();

    private string Layer => eventdock.Out("inspect", "-f", "{{index .RootFS.Layers 0}}", "busybox")["sha256:".Length..];

    private string In(string path) => Path.Combine(eventdock.Root, path);

    [Fact]
    public void Nothing_is_damaged_and_nothing_is_done()
    {
        var said = eventdock.Run("repair");
        Assert.Equal((0, "", "nothing is damaged\n"), (said.Code, said.Out, said.Error));
    }

    [Fact]
    public void A_layer_whose_files_are_damaged_is_unpacked_again_from_its_blob()
    {
        File.Delete(In($"layers/{Layer}/diff/bin/busybox"));
        Assert.Equal($"layer {Layer}: would be unpacked again from its blob", eventdock.Out("repair", "--plan"));
        Assert.Equal(24, eventdock.Run("check").Code);
        Assert.Equal($"layer {Layer}: unpacked again from its blob", eventdock.Out("repair"));
        Assert.EndsWith(": no findings", eventdock.Run("check", "--deep").Done().Lines[^1], StringComparison.Ordinal);
        Assert.Equal("still here", eventdock.Out("run", "--rm", "busybox", "echo", "still here"));
        Assert.Contains("LayerRepaired", eventdock.Out("log", "--type", "LayerRepaired"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_layer_that_is_gone_is_made_anew()
    {
        var layer = Layer;
        Directory.Delete(In($"layers/{layer}"), recursive: true);
        Assert.Equal($"layer {layer}: unpacked again from its blob", eventdock.Lines("repair")[0]);
        Assert.Equal(0, eventdock.Run("check", "--deep").Code);
    }

    [Fact]
    public void A_blob_that_no_registry_has_is_lost_for_good()
    {
        var blob = Directory.GetFiles(In("blobs/sha256")).MaxBy(path => new FileInfo(path).Length)!;
        File.Delete(blob);
        var said = eventdock.Run("repair");
        Assert.Equal((3, $"layer {Layer}: lost for good: nothing is left that it could be made of\n"), (said.Code, said.Out));
    }

    [Fact]
    public void A_short_name_and_a_view_are_made_anew()
    {
        var link = In($"l/{Layer[..16]}");
        File.Delete(link);
        Eventdock.Run("/usr/bin/psql", [
            eventdock.Out("db", "url"), "-qc", "update eventdock.view_tags set row = jsonb_set(row, '{Since}', '\"2001-01-01T00:00:00Z\"')",
        ]).Good();
        Assert.Equal([$"l/{Layer[..16]}: made anew", "views: folded again from the events"], eventdock.Lines("repair"));
        Assert.Equal(0, eventdock.Run("check").Code);
    }

    [Fact]
    public void A_layer_under_a_running_container_and_what_nobody_knows_are_left_to_a_person()
    {
        eventdock.Run("run", "-d", "--name", "runs", "busybox", "sleep", "300").Good();
        File.Delete(In($"layers/{Layer}/diff/bin/sh"));
        Directory.CreateDirectory(In($"layers/{new string('a', 64)}/diff"));
        var said = eventdock.Run("repair");
        Assert.Equal(2, said.Code);
        Assert.Equal(
            [$"layer {Layer}: not repaired: runs runs on it, stop it first", $"layers/{new string('a', 64)}: left as it is: not in the ledger"],
            said.Lines);
        eventdock.Run("rm", "-f", "runs").Good();
        Assert.Equal($"layer {Layer}: unpacked again from its blob", eventdock.Run("repair").Lines[0]);
        Assert.True(Directory.Exists(In($"layers/{new string('a', 64)}/diff")));
    }

    [Fact]
    public void The_directory_of_a_container_that_the_ledger_knows_as_removed_is_taken_away()
    {
        var id = eventdock.Out("create", "--name", "gone", "busybox", "true");
        eventdock.Run("rm", "gone").Good();
        Directory.CreateDirectory(In($"containers/{id}/upper/left"));
        Assert.StartsWith(
            $"unknown containers/{id}: of a container that has been removed", eventdock.Run("check").Lines[0], StringComparison.Ordinal);
        Assert.Equal($"containers/{id}: would be taken away: its container has been removed", Assert.Single(eventdock.Lines("repair", "--plan")));
        Assert.True(Directory.Exists(In($"containers/{id}")));
        Assert.Equal($"containers/{id}: taken away: its container has been removed", Assert.Single(eventdock.Lines("repair")));
        Assert.False(Directory.Exists(In($"containers/{id}")));
        Assert.Equal(0, eventdock.Run("check").Code);
    }

    [Fact]
    public void A_blob_and_a_configuration_are_fetched_again_from_the_registry_they_came_from()
    {
        using var mirrored = new MirroredInstallation { Damaged = true };
        mirrored.Run("pull", "-q", "node:6.9.2").Good();
        string At(string path) => Path.Combine(mirrored.Root, path);
        var image = mirrored.Out("inspect", "-f", "{{.Id}}", "node:6.9.2")["sha256:".Length..];
        var layer = mirrored.Out("inspect", "-f", "{{index .RootFS.Layers 0}}", "node:6.9.2")["sha256:".Length..];
        File.WriteAllText(At($"blobs/sha256/{image}"), "{}");
        var blob = BlobOf(File.ReadAllText(At($"layers/{layer}/layer.json")));
        using (var file = File.OpenWrite(At($"blobs/sha256/{blob}")))
        {
            file.SetLength(100);
        }

        Assert.Equal(
            [$"layer {layer}: fetched again from docker.io", $"image {image}: configuration fetched again from docker.io"],
            mirrored.Lines("repair"));
        Assert.Equal(0, mirrored.Run("check", "--deep").Code);
        Assert.Equal("layer", mirrored.Out("run", "--rm", "node:6.9.2", "cat", "/second"));
    }

    private static string BlobOf(string record) => record[(record.IndexOf("\"digest\":\"sha256:", StringComparison.Ordinal) + 17)..][..64];
}
