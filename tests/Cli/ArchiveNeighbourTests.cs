namespace EventDock.Tests.Cli;

using System.IO;

/// <summary>Skips, and says so, where podman or skopeo is not installed.</summary>
public sealed class RivalsFactAttribute : FactAttribute
{
    public RivalsFactAttribute() =>
        Skip = File.Exists("/usr/bin/podman") && File.Exists("/usr/bin/skopeo") ? null : "podman or skopeo is not installed: nothing to exchange with";
}

/// <summary>Archives of images to and from docker 20.10, podman and skopeo: ids, history and layers stay what they are.</summary>
public sealed class ArchiveNeighbourTests(BesideDocker both) : IClassFixture<BesideDocker>
{
    private const string Format = "{{.CreatedBy}} {{.Comment}}";
    private const string Layers = "{{json .RootFS.Layers}}";

    /// <summary>Triggers, a health check and a shell are in it: an image that lost them would have another id.</summary>
    private const string Dockerfile =
        "FROM busybox\nLABEL k=v\nENV A=1\nRUN echo a > /a\nRUN rm /a && echo b > /b\nSHELL [\"/bin/sh\", \"-e\", \"-c\"]\n"
        + "HEALTHCHECK --interval=5s --retries=2 CMD true\nONBUILD RUN true\nVOLUME /data\nEXPOSE 80\nSTOPSIGNAL SIGINT\nCMD [\"cat\", \"/b\"]\n";

    [DockerFact]
    [InlineData("plain")]
    [InlineData("gzip")]
    public void An_image_of_dockers_is_the_same_here_and_again_there(string form)
    {
        var name = $"from-docker:{form}";
        var id = Made(name);
        both.Docker("save", "-o", "there.tar", name).Done();
        if (form == "gzip")
        {
            Eventdock.Run("/bin/gzip", ["-f", "there.tar"], null, null, both.Work).Good();
            File.Move(Place("there.tar.gz"), Place("there.tar"));
        }

        Assert.Equal($"Loaded image: {name}\n", both.Run(File.ReadAllBytes(Place("there.tar")), "load").Good().Out);
        Assert.Equal(id, both.Out("images", "-q", "--no-trunc", name));
        Assert.Equal(both.Docker("history", "--no-trunc", "--format", Format, name).Done().Lines, both.Lines("history", "--no-trunc", "--format", Format, name));
        Assert.Equal(both.Docker("inspect", "-f", Layers, name).Done().Out, both.Run("inspect", "-f", Layers, name).Good().Out);
        Assert.Equal("b", both.Out("run", "--rm", "--network", "none", name));

        both.Run("save", "-o", "here.tar", name).Good();
        both.Docker("rmi", "-f", name).Done();
        Assert.Equal($"Loaded image: {name}\n", both.Docker("load", "-i", "here.tar").Done().Out);
        Assert.Equal(id, both.Docker("images", "-q", "--no-trunc", name).Done().Out.TrimEnd());
    }

    [DockerFact]
    [InlineData("docker")]
    public void What_docker_refuses_to_save_or_load_is_refused_here_with_the_same_code(string _)
    {
        foreach (var words in new[] { "save", "save -o x.tar nosuch", "load extra", "load -i /no/such", "export", "export a b", "import", "save -o /no/such/x busybox", "import -c FROB busybox.tar" })
        {
            var args = words.Split(' ');
            Assert.Equal((words, both.Docker(args).Code), (words, both.Run(args).Code));
        }
    }

    private const string Full = "docker.io/library/to-podman:1";

    [RivalsFact]
    public void Podman_loads_what_is_saved_here_and_what_it_saves_is_the_same_here()
    {
        both.Write("Dockerfile", "FROM busybox\nRUN echo p > /p\nCMD [\"cat\", \"/p\"]\n");
        var id = both.Out("build", "-q", "-t", "to-podman:1", ".");
        both.Run("save", "-o", "here.tar", "to-podman:1").Good();
        Podman("load", "-q", "-i", "here.tar");
        Assert.Equal(id, Podman("images", "-q", "--no-trunc", Full).Out.TrimEnd());

        Podman("save", "-q", "--format", "docker-archive", "-o", "docker.tar", Full);
        Podman("save", "-q", "--format", "oci-archive", "-o", "oci.tar", Full);
        both.Run("rmi", "to-podman:1").Good();
        Assert.Equal("Loaded image: to-podman:1\n", both.Run("load", "-i", "docker.tar").Good().Out);
        Assert.Equal(id, both.Out("images", "-q", "--no-trunc", "to-podman"));

        // podman writes an OCI configuration of its own: other bytes, another id, the same layers.
        Assert.Contains("Loaded image: to-podman:1\n", both.Run("load", "-i", "oci.tar").Good().Out, StringComparison.Ordinal);
        Assert.Equal(both.Out("inspect", "-f", Layers, id), both.Out("inspect", "-f", Layers, "to-podman:1"));
        Assert.Equal("p", both.Out("run", "--rm", "--network", "none", "to-podman:1"));
    }

    [RivalsFact]
    public void Skopeo_copies_out_of_both_halves_of_an_archive_and_into_both_kinds()
    {
        var id = both.Out("images", "-q", "--no-trunc", "busybox");
        both.Run("save", "-o", "one.tar", "busybox").Good();
        foreach (var from in new[] { "docker-archive", "oci-archive" })
        {
            foreach (var to in new[] { "docker-archive", "oci-archive" })
            {
                File.Delete(Place("copied.tar"));
                Rival("/usr/bin/skopeo", "--insecure-policy", "copy", "-q", $"{from}:one.tar", $"{to}:copied.tar:copied/{from}:{to}");
                Assert.Equal($"Loaded image: copied/{from}:{to}\n", both.Run("load", "-i", "copied.tar").Good().Out);
                Assert.Equal(both.Out("inspect", "-f", Layers, id), both.Out("inspect", "-f", Layers, $"copied/{from}:{to}"));
                if (from == to)
                {
                    // From one kind to the other skopeo writes the configuration anew.
                    Assert.Equal(id, both.Out("images", "-q", "--no-trunc", $"copied/{from}:{to}"));
                }
            }
        }
    }

    [RivalsFact]
    public void A_directory_of_skopeos_is_a_way_between_them_that_keeps_ids()
    {
        var id = both.Out("images", "-q", "--no-trunc", "busybox");
        both.Run("save", "-o", "out.tar", "busybox").Good();
        Rival("/usr/bin/skopeo", "--insecure-policy", "copy", "-q", "docker-archive:out.tar", "dir:as-files");
        File.Delete(Place("back.tar"));
        Rival("/usr/bin/skopeo", "--insecure-policy", "copy", "-q", "dir:as-files", "docker-archive:back.tar:by/skopeo:1");
        Assert.Equal("Loaded image: by/skopeo:1\n", both.Run("load", "-i", "back.tar").Good().Out);
        Assert.Equal(id, both.Out("images", "-q", "--no-trunc", "by/skopeo"));
    }

    private string Made(string name)
    {
        both.Write("there/Dockerfile", Dockerfile);
        both.Docker("build", "-q", "--network", "none", "-t", name, "there").Done();
        return both.Docker("images", "-q", "--no-trunc", name).Done().Out.TrimEnd();
    }

    private Said Podman(params string[] args) => Rival(
        "/usr/bin/podman", ["--root", Path.Combine(both.Place, "podman"), "--runroot", Path.Combine(both.Place, "podrun"), "--storage-driver", "vfs", .. args]);

    private Said Rival(string program, params string[] args) => Eventdock.Run(program, args, null, null, both.Work).Done();

    private string Place(string name) => Path.Combine(both.Work, name);
}
