namespace EventDock.Tests.Cli;

using System.IO;

/// <summary>Several images at once through pipes, and file systems as archives, between docker 20.10 and here.</summary>
public sealed class ArchiveExchangeTests(BesideDocker both) : IClassFixture<BesideDocker>
{
    [DockerFact]
    [InlineData("|")]
    [InlineData("| gzip |")]
    public void Several_images_go_through_one_pipe_both_ways(string pipe)
    {
        both.Write("a/Dockerfile", "FROM busybox\nRUN echo a > /a\nCMD [\"cat\", \"/a\"]\n");
        both.Write("b/Dockerfile", "FROM busybox\nLABEL b=1\n");
        both.Docker("build", "-q", "--network", "none", "-t", "pair/a:1", "a").Done();
        both.Docker("build", "-q", "--network", "none", "-t", "pair/b:1", "-t", "pair/b:2", "b").Done();
        string[] names = ["pair/a:1", "pair/b:1", "pair/b:2"];
        var ids = names.Select(n => both.Docker("images", "-q", "--no-trunc", n).Done().Out.TrimEnd()).ToArray();

        var there = Pipe($"\"$1\" -H \"$2\" save pair/a:1 pair/b:1 pair/b:2 {pipe} \"$0\" load");
        Assert.Equal(names.Select(n => $"Loaded image: {n}"), there.Good().Lines.Order(StringComparer.Ordinal));
        Assert.Equal(ids, names.Select(n => both.Out("images", "-q", "--no-trunc", n)));
        both.Docker(["rmi", "-f", .. names]).Done();
        var here = Pipe($"\"$0\" save pair/a:1 pair/b:1 pair/b:2 {pipe} \"$1\" -H \"$2\" load");
        Assert.Equal(names.Select(n => $"Loaded image: {n}"), here.Done().Lines.Order(StringComparer.Ordinal));
        Assert.Equal(ids, names.Select(n => both.Docker("images", "-q", "--no-trunc", n).Done().Out.TrimEnd()));
        both.Run(["rmi", .. names]).Good();
        both.Docker(["rmi", "-f", .. names]).Done();
    }

    [Fact]
    public void Two_roots_save_the_same_image_as_the_same_bytes()
    {
        both.Write("c/Dockerfile", "FROM busybox\nRUN echo c > /c\n");
        both.Run("build", "-q", "-t", "twice:1", "c").Good();
        both.Run("save", "-o", "first.tar", "twice:1", "busybox").Good();
        using var other = new Installation();
        other.Run("load", "-q", "-i", Place("first.tar")).Done();
        other.Run("save", "-o", Place("second.tar"), "busybox", "twice:1").Good();
        Assert.True(File.ReadAllBytes(Place("first.tar")).AsSpan().SequenceEqual(File.ReadAllBytes(Place("second.tar"))));
        both.Run("rmi", "twice:1").Good();
    }

    /// <summary>What a change makes of the configuration, asked of both.</summary>
    [DockerFact]
    [InlineData("Cmd", "CMD [\"sh\", \"-c\", \"x y\"]")]
    [InlineData("Cmd", "CMD echo $A")]
    [InlineData("Entrypoint", "ENTRYPOINT [\"sh\"]")]
    [InlineData("Entrypoint", "ENTRYPOINT sh -c")]
    [InlineData("Env", "ENV A=1 B=\"x y\"", "ENV C $A-${B}", "ENV A=2")]
    [InlineData("ExposedPorts", "EXPOSE 80 443/tcp 53/udp", "EXPOSE 8000-8002")]
    [InlineData("Labels", "LABEL k=v \"a b\"='c d'", "LABEL k=w")]
    [InlineData("OnBuild", "ONBUILD RUN echo x", "ONBUILD COPY . /")]
    [InlineData("StopSignal", "STOPSIGNAL SIGINT")]
    [InlineData("User", "USER nobody:65534")]
    [InlineData("Volumes", "VOLUME /a /b", "VOLUME [\"/c d\"]")]
    [InlineData("WorkingDir", "WORKDIR /a", "WORKDIR b/../c")]
    public void A_change_on_import_makes_what_docker_makes_of_it(string field, params string[] changes)
    {
        string[] flags = [.. changes.SelectMany(c => new[] { "-c", c })];
        var archive = Path.Combine(both.Place, "busybox.tar");
        both.Docker(["import", .. flags, archive, "changed:1"]).Done();
        both.Run(["import", .. flags, archive, "changed:1"]).Good();
        var asked = $"{{{{json .Config.{field}}}}}";
        Assert.Equal(both.Docker("inspect", "-f", asked, "changed:1").Done().Out, both.Run("inspect", "-f", asked, "changed:1").Good().Out);
        both.Docker("rmi", "-f", "changed:1").Done();
        both.Run("rmi", "-f", "changed:1").Good();
    }

    [DockerFact]
    [InlineData("RUN x")]
    [InlineData("COPY a b")]
    [InlineData("ENV")]
    [InlineData("EXPOSE x")]
    [InlineData("WORKDIR")]
    [InlineData("STOPSIGNAL NOSUCH")]
    [InlineData("LABEL")]
    [InlineData("USER")]
    [InlineData("FROB x")]
    [InlineData("CMD [\"a\"")]
    public void A_change_that_docker_refuses_is_refused_here(string change)
    {
        var archive = Path.Combine(both.Place, "busybox.tar");
        Assert.Equal(both.Docker("import", "-c", change, archive).Code, both.Run("import", "-c", change, archive).Code);
    }

    [DockerFact]
    [InlineData("")]
    public void An_exported_file_system_is_the_same_layer_in_both(string _)
    {
        const string work = "echo 1 > /one; mkdir /d; ln /one /d/two; ln -s two /d/three; chmod 4711 /d/two; rm /etc/group";
        both.Run("create", "--name", "ours", "--network", "none", "busybox", "sh", "-c", work).Good();
        both.Run("start", "-a", "ours").Good();
        Assert.Equal(Layers(both.Docker("import", Exported("\"$0\" export ours", "ours.tar"), "flat:1").Done()), LayersHere("ours.tar"));

        both.Docker("run", "--name", "theirs", "--network", "none", "busybox", "sh", "-c", work).Done();
        Assert.Equal(Layers(both.Docker("import", Exported("\"$1\" -H \"$2\" export theirs", "theirs.tar"), "flat:2").Done()), LayersHere("theirs.tar"));
        Assert.Equal("1", both.Out("run", "--rm", "--network", "none", "theirs.tar:1", "cat", "/d/three"));
        both.RemoveContainers();
        both.Docker("rm", "theirs").Done();

        string Layers(Said imported) => both.Docker("inspect", "-f", "{{json .RootFS.Layers}}", imported.Out.TrimEnd()).Done().Out;
        string LayersHere(string file)
        {
            both.Run(File.ReadAllBytes(Place(file)), "import", "-", $"{file}:1").Good();
            return both.Run("inspect", "-f", "{{json .RootFS.Layers}}", $"{file}:1").Good().Out;
        }
    }

    /// <summary>The code, and of what is not asked of a daemon the words after "Error: " or the program's name.</summary>
    [DockerFact]
    [InlineData("load -i /no/such.tar")]
    [InlineData("load -i .")]
    [InlineData("load extra")]
    [InlineData("import /no/such.tar")]
    [InlineData("import .")]
    [InlineData("import text.txt")]
    [InlineData("import text.txt UPPER")]
    [InlineData("load -i text.txt")]
    [InlineData("save nosuch")]
    [InlineData("save -o . busybox")]
    [InlineData("save -o /no/such/dir/x busybox")]
    [InlineData("export nosuch")]
    [InlineData("export -o . nosuch")]
    public void The_usual_mistakes_end_as_dockers_do(string line)
    {
        both.Write("text.txt", new string('t', 3000));
        var there = both.Docker(line.Split(' '));
        var here = both.Run(line.Split(' '));
        Assert.True(there.Code == here.Code, $"{there}\n{here}");
        here.Refused(there.Code);
    }

    private string Exported(string command, string file)
    {
        Pipe($"{command} > {file}").Done();
        return Place(file);
    }

    private Said Pipe(string line) => Eventdock.Run(
        "/bin/bash", ["-o", "pipefail", "-c", line, Eventdock.Binary, "/usr/bin/docker", both.Socket], null, both.Environment, both.Work);

    private string Place(string name) => Path.Combine(both.Work, name);
}
