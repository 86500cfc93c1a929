namespace EventDock.Tests.Cli;

using System.IO;
using System.Text.Json.Nodes;

/// <summary><c>why</c>, <c>blame</c> and <c>diff</c> over time: builds, a committed image, thin layers, and what has been removed.</summary>
public sealed class CauseTests(BusyboxInstallation eventdock) : IClassFixture<BusyboxInstallation>
{
    private string Build(string tag)
    {
        // Images of their own for each test; their layers are the same.
        eventdock.Write("cause/Dockerfile", $"FROM busybox\nRUN printf 'one\\ntwo\\n' > /etc/conf && rm /etc/group\nCOPY conf /etc/conf\nRUN echo own > /own\nCMD [\"sh\"]\nENV NAMED={tag}\n");
        eventdock.Write("cause/conf", "one\n2\nthree\n");
        eventdock.Run("build", "-q", "-t", tag, Path.Combine(eventdock.Work, "cause")).Good();
        return eventdock.Out("inspect", "-f", "{{.Id}}", tag)["sha256:".Length..];
    }

    private JsonNode Why(params string[] args) => JsonNode.Parse(eventdock.Out(["why", "--format", "json", .. args]))!;

    private long Head() => (long)JsonNode.Parse(eventdock.Lines("log", "-n", "1", "--format", "json")[0])!["Position"]!;

    private static string Line(JsonNode? e) => string.Join(' ', e!["Line"]!.AsArray().Select(word => (string)word!));

    /// <summary>Number, text, and the layer that brought the line, or the cause of the record.</summary>
    private string[] Lines(params string[] args) => eventdock.Lines(["blame", "--format", "json", .. args]).Select(line => JsonNode.Parse(line)!)
        .Select(line => $"{line["Line"]} {line["Text"]} {line["Brought"]!["Step"]?["Layer"]!["DiffId"] ?? ((bool?)line["Brought"]!["Changed"] == true ? "unrecorded" : line["Brought"]!["Thin"]?["Cause"])}").ToArray();

    /// <summary>What it prints, whatever it tells on stderr.</summary>
    private string[] Told(params string[] args) => eventdock.Run(args).Done().Lines;

    [Fact]
    public void A_containers_chain_leads_over_what_its_name_meant_to_the_steps_and_the_import_below()
    {
        var first = Build("chain");
        eventdock.Run("create", "--name", "caused", "--network", "none", "--reason", "to see", "chain", "sh", "-c", "exit 3").Good();
        eventdock.Run("tag", "busybox", "chain").Good();

        var container = Why("caused")["Container"]!;
        Assert.Equal("eventdock create --name caused --network none --reason 'to see' chain sh -c 'exit 3'", Line(container["Made"]).Replace("to see", "'to see'").Replace("exit 3", "'exit 3'"));
        Assert.Equal("to see", (string)container["Made"]!["Reason"]!);
        Assert.Equal("ImageTagged", (string)container["Tag"]!["Then"]!["Type"]!);
        Assert.Equal("eventdock tag busybox chain", Line(Assert.Single(container["Tag"]!["Since"]!.AsArray())));
        var image = container["From"]!;
        Assert.Equal((first, "ImageBuilt"), ((string)image["Id"]!, (string)image["Arrived"]![0]!["Type"]!));
        Assert.Equal([true, true, true, false, false], image["Steps"]!.AsArray().Select(step => step!["Layer"] is not null));
        Assert.All(image["Steps"]!.AsArray().Take(3), step => Assert.StartsWith("eventdock build -q -t ", Line(step!["Came"]), StringComparison.Ordinal));
        Assert.Equal((eventdock.ImageId, "ImageImported"), ((string)image["Base"]!["Id"]!, (string)image["Base"]!["Arrived"]![0]!["Type"]!));

        var text = eventdock.Out("why", "caused");
        Assert.Matches("(?s)^container [0-9a-f]{12} caused\n  made .*\n  named     chain:latest meant " + first[..12] + ".*\n  since     moved once.*\n  of image .*\n    built .*\n    step      RUN printf .*\n      layer   .*\n    step      COPY file:.*\n    on image .*\n      imported  from ", text);

        // By the name it had last, and by the beginning of its id, it is found when it has gone; and so is its image.
        eventdock.Run("rename", "caused", "was").Good();
        eventdock.Run("rm", "was").Good();
        var gone = Why("was")["Container"]!;
        Assert.Equal(((string)container["Id"]!, "eventdock rm was"), ((string)gone["Id"]!, Line(gone["Removed"])));
        Assert.Equal(gone.ToJsonString(), Why(((string)gone["Id"]!)[..12])["Container"]!.ToJsonString());
        Assert.Equal("eventdock: no such container, image or layer: caused", eventdock.Refused(1, "why", "caused"));
        eventdock.Run("rmi", first).Done();
        Assert.Equal($"eventdock rmi {first}", Line(Why(first[..12])["Image"]!["Removed"]));
        Assert.Contains("--type", eventdock.Refused(1, "why", "--type", "tag", "x"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_path_is_told_by_the_layers_that_have_it_and_each_line_by_the_one_that_brought_it()
    {
        var id = Build("lines");
        var layers = eventdock.Out("inspect", "-f", "{{range .RootFS.Layers}}{{.}} {{end}}", "lines").Trim().Split(' ');
        var conf = Why("lines", "/etc/conf")["Path"]!;
        Assert.Equal(["COPY", "RUN"], conf["Versions"]!.AsArray().Select(v => ((string)v!["Brought"]!["Step"]!["CreatedBy"]!).Contains("COPY", StringComparison.Ordinal) ? "COPY" : "RUN"));
        Assert.Equal([id, id], conf["Versions"]!.AsArray().Select(v => (string)v!["Brought"]!["Image"]!));
        var group = Why("lines", "/etc/group")["Path"]!["Versions"]!.AsArray();
        Assert.Equal(["removed", "file"], group.Select(v => (string)v!["Type"]!));
        Assert.Equal(layers[1], (string)group[0]!["Brought"]!["Step"]!["Layer"]!["DiffId"]!);
        var link = Why("lines", "/bin/sh")["Path"]!;
        Assert.Equal(("/bin/busybox", "busybox"), ((string)link["Path"]!, (string)link["Links"]![0]!["Target"]!));

        Assert.Equal([$"1 one {layers[1]}", $"2 2 {layers[2]}", $"3 three {layers[2]}"], Lines("lines", "/etc/conf"));

        eventdock.Run("run", "-d", "--name", "liner", "--network", "none", "lines", "sleep", "300").Good();
        eventdock.Run("exec", "liner", "sh", "-c", "sed -i s/three/drei/ /etc/conf; echo four >> /etc/conf").Good();
        Assert.Equal([$"1 one {layers[1]}", $"2 2 {layers[2]}", "3 drei exec", "4 four exec"], Lines("liner", "/etc/conf"));
        Assert.Equal([$"2 2 {layers[2]}", "3 drei exec"], Lines("-L", "2,+2", "liner", "etc/../etc/conf"));
        Assert.Matches("^[0-9a-f]{12} \\(20[-0-9T:]+Z #[0-9]+ +.* RUN printf .* 1\\) one$", eventdock.Lines("blame", "liner", "/etc/conf")[0]);
        Assert.EndsWith("/bin/busybox as a whole: binary, " + Size("/bin/busybox"), eventdock.Out("blame", "lines", "/bin/sh"), StringComparison.Ordinal);
        Assert.Equal("eventdock: /etc is a directory: blame tells of files (why tells who brought it)", eventdock.Refused(1, "blame", "lines", "/etc"));
        Assert.EndsWith("has no /nosuch in its layers, and never had", eventdock.Refused(1, "blame", "lines", "/nosuch"), StringComparison.Ordinal);
        Assert.EndsWith("has only 4 lines", eventdock.Refused(1, "blame", "-L", "9", "liner", "/etc/conf"), StringComparison.Ordinal);
        Assert.Contains("--lines", eventdock.Refused(1, "blame", "-L", "3,2", "liner", "/etc/conf"), StringComparison.Ordinal);

        // A shell that was there before writes without a record.
        Assert.Equal(0, Eventdock.Run("/bin/sh", ["-c", $"echo unseen >> {eventdock.Root}/containers/{eventdock.Out("inspect", "-f", "{{.Id}}", "liner")}/upper/etc/conf"]).Code);
        Assert.Equal("5 unseen unrecorded", Lines("liner", "/etc/conf")[^1]);
        Assert.Contains("not recorded yet", eventdock.Lines("blame", "liner", "/etc/conf")[^1], StringComparison.Ordinal);
        Assert.True((bool)Why("liner", "/etc/conf")["Path"]!["Versions"]![0]!["Brought"]!["Changed"]!);

        eventdock.Run("commit", "liner", "of-liner").Good();
        var committed = Why("of-liner", "/etc/conf");
        Assert.Equal("commit", (string)committed["Path"]!["Versions"]![0]!["Brought"]!["Thin"]!["Cause"]!);
        Assert.Equal("liner", (string)committed["Image"]!["Of"]!["Name"]!);
        Assert.Equal(id, (string)committed["Image"]!["Of"]!["From"]!["Id"]!);
        eventdock.Run("rm", "-f", "liner").Good();
        Assert.Contains("is not kept: it was not recorded (--record content)", eventdock.Refused(1, "blame", "liner", "/etc/conf"), StringComparison.Ordinal);
        Assert.Equal($"1 own {layers[3]}", Assert.Single(Lines("liner", "/own")));
        var recorded = Why("liner", "/etc/conf")["Path"]!;
        Assert.Equal((true, "commit"), ((bool)recorded["ThinGone"]!, (string)recorded["Versions"]![0]!["Brought"]!["Thin"]!["Cause"]!));

        var layer = Why((string)group[0]!["Brought"]!["Layer"]!)["Layer"]!;
        Assert.StartsWith("eventdock build", Line(layer["Came"]![0]!["Event"]), StringComparison.Ordinal);
        Assert.Equal("BuildStepCompleted", (string)layer["Came"]![0]!["With"]![0]!["Type"]!);
        Assert.Contains("docker.io/library/lines:latest", layer["Images"]!.AsArray().SelectMany(i => i!["References"]!.AsArray()).Select(r => (string)r!));
    }

    [Fact]
    public void Why_and_blame_as_of_a_moment_tell_what_was_recorded_by_then_and_of_a_removed_container_what_was_recorded_last()
    {
        var id = Build("then");
        var layers = eventdock.Out("inspect", "-f", "{{range .RootFS.Layers}}{{.}} {{end}}", "then").Trim().Split(' ');
        eventdock.Run("run", "-d", "--name", "told", "--record", "content", "--network", "none", "then", "sleep", "300").Good();
        var made = Number(Head());
        eventdock.Run("exec", "told", "sed", "-i", "s/three/drei/", "/etc/conf").Good();
        var first = Number(Head());
        eventdock.Run("exec", "told", "sh", "-c", "echo four >> /etc/conf; rm /own; mkdir /d; echo d > /d/d").Good();
        var second = Number(Head());
        eventdock.Run("exec", "told", "sh", "-c", "echo five >> /etc/conf; rm -r /d; rm /bin/sh; echo script > /bin/sh").Good();
        eventdock.Run("FROM then\nRUN ln -s etc /link\n", ["build", "-q", "-t", "then:linked", "-"]).Good();
        eventdock.Run("run", "--name", "through", "--record", "content", "--network", "none", "then:linked", "sh", "-c", "echo four >> /etc/conf").Good();
        string[] through = [$"1 one {layers[1]}", $"2 2 {layers[2]}", $"3 three {layers[2]}", "4 four exit"];
        Assert.Equal(through, Lines("through", "/link/conf"));
        Assert.Equal(through, Lines("--as-of", "now", "through", "/link/conf"));
        eventdock.Run("rm", "through").Good();
        Assert.Equal(through, Lines("through", "/link/conf"));
        eventdock.Run("rename", "told", "retold").Good();
        eventdock.Run("tag", "busybox", "then").Good();

        string[] image = [$"1 one {layers[1]}", $"2 2 {layers[2]}", $"3 three {layers[2]}"], whole = [.. image[..2], "3 drei exec", "4 four exec", "5 five exec"];
        Assert.Equal(whole, Lines("retold", "/etc/conf"));
        Assert.Equal(image, Lines("--as-of", made, "told", "/etc/conf"));
        Assert.Equal(whole[..3], Lines("--as-of", first, "told", "/etc/conf"));
        Assert.Equal(whole[..4], Lines("--as-of", second, "told", "etc/../etc/conf"));
        Assert.Equal(image, Lines("--as-of", second, "then", "/etc/conf"));
        Assert.Equal("eventdock: no such container, image or layer: told", eventdock.Refused(1, "blame", "told", "/etc/conf"));
        Assert.Equal("eventdock: no such container, image or layer: retold", eventdock.Refused(1, "blame", "--as-of", second, "retold", "/etc/conf"));

        Assert.Equal([$"1 own {layers[3]}"], Lines("--as-of", first, "told", "/own"));
        Assert.EndsWith("has no /own any more (why tells who took it away)", eventdock.Refused(1, "blame", "--as-of", second, "told", "/own"), StringComparison.Ordinal);
        Assert.EndsWith("has no /own any more (why tells who took it away)", eventdock.Refused(1, "blame", "retold", "/own"), StringComparison.Ordinal);
        Assert.Equal(["1 d exec"], Lines("--as-of", second, "told", "/d/d"));
        Assert.EndsWith("and never had", eventdock.Refused(1, "blame", "--as-of", first, "told", "/d/d"), StringComparison.Ordinal);

        // A file in the place of a link has nothing of what that led to.
        Assert.Equal(["1 script exec"], Lines("retold", "/bin/sh"));

        var own = Why("--as-of", first, "told", "/own")["Path"]!;
        Assert.Equal((true, false, "file"), ((bool)own["AsRecorded"]!, (bool)own["ThinGone"]!, (string)own["Versions"]![0]!["Type"]!));
        Assert.Equal("removed", (string)Why("--as-of", second, "told", "/own")["Path"]!["Versions"]![0]!["Type"]!);
        Assert.Contains("by then, and what its image has", eventdock.Out("why", "--as-of", first, "told", "/own"), StringComparison.Ordinal);
        Assert.Equal("told", (string)Why("--as-of", second, "told")["Container"]!["Name"]!);
        Assert.Equal("retold", (string)Why("retold")["Container"]!["Name"]!);
        Assert.Equal(id, (string)Why("--as-of", second, "then")["Image"]!["Id"]!);
        Assert.Equal(id, (string)Why("--as-of", "@{1}", "then")["Image"]!["Id"]!);
        var layer = (string)Why("--as-of", second, "then", "/etc/conf")["Path"]!["Versions"]![0]!["Brought"]!["Layer"]!;
        Assert.Contains("docker.io/library/then:latest", Names(Why("--as-of", second, layer)));
        Assert.DoesNotContain("docker.io/library/then:latest", Names(Why(layer)));

        eventdock.Run("rm", "-f", "retold").Good();
        Assert.Equal(whole, Lines("retold", "/etc/conf"));
        Assert.Equal(["1 script exec"], Lines("retold", "/bin/sh"));
        Assert.Equal(whole[..3], Lines("--as-of", first, "told", "/etc/conf"));

        static IEnumerable<string> Names(JsonNode why) => why["Layer"]!["Images"]!.AsArray().SelectMany(i => i!["References"]!.AsArray()).Select(r => (string)r!);

        static string Number(long position) => position.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    [Fact]
    public void What_a_layer_gained_and_lost_between_two_moments_is_told_without_a_record_and_after_its_end()
    {
        eventdock.Run("run", "--name", "over-time", "--record", "content", "--network", "none", "busybox", "sh", "-c",
            "if [ -e /a ]; then rm /a; echo 2 >> /b; mkdir /d; echo z > /d/z; else echo a > /a; echo 1 > /b; rm /etc/group; fi").Good();
        var middle = Head();
        eventdock.Run("start", "-a", "over-time").Good();
        var last = Head();
        string[] whole = ["A /b", "A /d", "A /d/z", "C /etc", "D /etc/group"];
        Assert.Equal(["D /a", "C /b", "A /d", "A /d/z"], Told("diff", "over-time", $"{middle}.."));
        Assert.Equal(whole, Told("diff", "over-time", ".."));
        Assert.Equal(whole, Told("diff", "--as-of", $"{last}", "over-time"));
        Assert.Equal(["A /a", "A /b", "C /etc", "D /etc/group"], Told("diff", "--as-of", $"#{middle}", "over-time"));
        Assert.Equal(["/a", "/b", "/d", "/d/z"], Told("diff", "--name-only", "over-time", $"{middle}..{last}"));
        Assert.Equal("added          2        2B", Told("diff", "--stat", "over-time", $"{middle}..")[0]);
        var patch = eventdock.Run("diff", "-p", "over-time", $"{middle}..").Done();
        Assert.Contains("--- a/a\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n", patch.Out, StringComparison.Ordinal);
        Assert.Contains("--- a/b\n+++ b/b\n@@ -1 +1,2 @@\n 1\n+2\n", patch.Out, StringComparison.Ordinal);
        Assert.Matches("^from #[0-9]+ \\(exit, .*\\) to #[0-9]+ \\(exit, .*\\): end states, as they were recorded\n$", patch.Error);
        Assert.Contains("-root:x:0:", eventdock.Run("diff", "-p", "over-time", "..").Done().Out, StringComparison.Ordinal);
        Assert.Contains("nothing was recorded between the two", eventdock.Run("diff", "over-time", $"{last}..").Done().Error, StringComparison.Ordinal);
        Assert.Equal(last, Head());

        // It asks for no reason and records no refusal; a live one does both.
        File.WriteAllText(eventdock.Config, "{\"require-reason\": true}\n");
        Assert.Equal(whole, Told("diff", "--as-of", "now", "over-time"));
        Assert.EndsWith("ends before it begins", eventdock.Refused(1, "diff", "over-time", $"{last}..{middle}"), StringComparison.Ordinal);
        Assert.Contains("had not been made at position 1", eventdock.Refused(1, "diff", "over-time", "..1"), StringComparison.Ordinal);
        Assert.Contains("--reason", eventdock.Refused(1, "diff", "over-time"), StringComparison.Ordinal);
        File.WriteAllText(eventdock.Config, "{}\n");
        Assert.DoesNotContain(eventdock.Lines("log", $"{last}.."), line => line.Contains("had not been made", StringComparison.Ordinal));

        eventdock.Run("rm", "over-time").Good();
        Assert.Equal(whole, Told("diff", "--as-of", "now", "over-time"));
        Assert.Equal(["D /a", "C /b", "A /d", "A /d/z"], Told("diff", "over-time", $"{middle}..{last}"));
        Assert.Equal(patch.Out, eventdock.Run("diff", "-p", "over-time", $"{middle}..{last}").Done().Out);

        Build("differs");
        Assert.Equal(eventdock.Lines("image", "diff", "busybox", "differs"), eventdock.Lines("diff", "busybox", "differs"));
        Assert.Equal(["/etc/conf", "/etc/group", "/own"], eventdock.Lines("diff", "--name-only", "busybox", "differs"));
        Assert.Contains("means nothing without", eventdock.Refused(1, "diff", "--stat", "over-time"), StringComparison.Ordinal);
        Assert.Contains("cannot be given together", eventdock.Refused(1, "diff", "--as-of", "1", "over-time", ".."), StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_removed_and_restored_is_there_and_a_name_is_whose_it_was_then()
    {
        File.WriteAllText(eventdock.Config, "{\"retain-removed\": \"1h\"}\n");
        var id = Build("again");
        foreach (var _ in new int[2])
        {
            eventdock.Run("rmi", "again").Good();
            eventdock.Run("restore", "again").Good();
            var image = Why("again")["Image"]!;
            Assert.Equal((id, null, "ImageBuilt"), ((string)image["Id"]!, image["Removed"], (string)image["Arrived"]![0]!["Type"]!));
        }

        Assert.Contains("echo own", (string)Why("again", "/own")["Path"]!["Versions"]![0]!["Brought"]!["Step"]!["CreatedBy"]!, StringComparison.Ordinal);
        File.WriteAllText(eventdock.Config, "{}\n");

        // Made and taken away in the container's own layer, which has no sign of it.
        eventdock.Run("run", "-d", "--name", "first-name", "--network", "none", "busybox", "sleep", "300").Good();
        eventdock.Run("exec", "first-name", "sh", "-c", "mkdir /dd; echo x > /dd/x").Good();
        eventdock.Run("exec", "first-name", "rm", "-r", "/dd").Good();
        var gone = Why("first-name", "/dd/x")["Path"]!["Versions"]![0]!;
        Assert.Equal(("removed", "exec"), ((string)gone["Type"]!, (string)gone["Brought"]!["Thin"]!["Cause"]!));
        Assert.EndsWith("and never had", eventdock.Refused(1, "why", "first-name", "/dd/y"), StringComparison.Ordinal);

        eventdock.Run("exec", "first-name", "touch", "/of-the-first").Good();
        var then = Head();
        eventdock.Run("rename", "first-name", "second-name").Good();
        eventdock.Run("create", "--name", "first-name", "--network", "none", "busybox", "true").Good();
        Assert.Equal(["A /of-the-first"], Told("diff", "--as-of", $"{then}", "first-name"));
        eventdock.Run("rm", "-f", "first-name", "second-name").Good();
        Assert.Equal("removed", (string)Why("second-name", "/dd/x")["Path"]!["Versions"]![0]!["Type"]!);
        Assert.EndsWith("and never had", eventdock.Refused(1, "why", "second-name", "/dd/y"), StringComparison.Ordinal);
    }

    private static string Size(string path)
    {
        var megabytes = new FileInfo(path).Length / 1e6;
        return megabytes.ToString("0.00", System.Globalization.CultureInfo.InvariantCulture) + "MB";
    }
}
