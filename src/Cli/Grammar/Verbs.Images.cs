namespace EventDock.Cli.Grammar;

public static partial class Verbs
{
    public static VerbGrammar Images => Verb("images", "List images", "[REPOSITORY[:TAG]]", new Arity(0, 1),
    [
        Switch("all", 'a', "Those between the steps of a build, too"),
        .. AsOf,
        Switch("digests", "The digests by which registries know them, too"),
        List("filter", 'f', "name=value", "Only some: dangling, label, reference, before, since"),
        RowFormat,
        NoTrunc,
        Switch("quiet", 'q', "Print ids only"),
        Switch("tree", "Over the layers that they are made of, and who uses them"),
    ]);

    public static VerbGrammar ImageInspect => Verb("image inspect", "Show all that is known of images", "IMAGE [IMAGE...]", AtLeast(1),
        [.. AsOf, Text("format", 'f', "template", "Only what a Go template names")]);

    public static VerbGrammar Build => Verb("build", "Build an image from a Dockerfile", "PATH | -", Exactly(1),
    [
        Text("file", 'f', "path", "The Dockerfile (PATH/Dockerfile where not said)"),
        Text("network", "none|host", "What RUN sees: nothing, or our network"),
        Switch("no-cache", "Carry out every step, also one done before"),
        Switch("quiet", 'q', "Print nothing but the image's id"),
        List("tag", 't', "name[:tag]", "Name the image so; several times for several names"),
        new Flag("build-arg", null, FlagKind.List, "", "", Supported: false, Secret: true),
    ], Later(
        "add-host", "cache-from", "cgroup-parent", "cpu-period", "cpu-quota", "c=cpu-shares", "cpuset-cpus", "cpuset-mems",
        "iidfile", "isolation", "label", "m=memory", "memory-swap", "o=output", "platform", "progress", "secret", "security-opt",
        "shm-size", "ssh", "target", "ulimit"),
    LaterSwitches("compress", "disable-content-trust", "force-rm", "pull", "rm", "squash", "stream"));

    public static VerbGrammar Pull => Verb("pull", "Fetch an image from a registry", "NAME[:TAG|@DIGEST]", Exactly(1),
        [
            Switch("all-tags", 'a', "All tags of the repository"),
            Text("platform", "os[/arch[/variant]]", "The image for that platform, where there are several"),
            Switch("quiet", 'q', "Show no progress"),
        ], [], LaterSwitches("disable-content-trust"));

    public static VerbGrammar Push => Verb("push", "Send an image, or all of a repository, to a registry", "NAME[:TAG]", Exactly(1),
        [
            Switch("all-tags", 'a', "All tags of the repository that are here"),
            Switch("quiet", 'q', "Show no progress"),
        ], [], LaterSwitches("disable-content-trust"));

    public static VerbGrammar Login => Verb("login", "Log in to a registry, Docker Hub where none is named", "[SERVER]", new Arity(0, 1),
    [
        Text("password", 'p', "password", "The password: everybody on this host can see it in the list of processes") with { Password = true },
        Switch("password-stdin", "Read the password from standard input"),
        Text("username", 'u', "name", "The name"),
    ]);

    public static VerbGrammar Logout => Verb("logout", "Log out from a registry, Docker Hub where none is named", "[SERVER]", new Arity(0, 1), []);

    public static VerbGrammar Tag => Verb("tag", "Give an image one more name",
        "SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]", Exactly(2), []);

    public static VerbGrammar Rmi => Verb("rmi", "Remove images", "IMAGE [IMAGE...]", AtLeast(1),
        [Switch("force", 'f', "Take away all names of an image at once")], LaterSwitches("no-prune"));

    public static VerbGrammar History => Verb("history", "Show how an image was made", "IMAGE", Exactly(1),
    [
        .. AsOf,
        RowFormat,
        Switch("human", 'H', "Sizes and dates for people (on unless =false)") with { On = true },
        NoTrunc,
        Switch("quiet", 'q', "Print ids only"),
    ]);

    public static VerbGrammar Inspect => Verb("inspect", "Show all that is known of containers and images",
        "NAME|ID [NAME|ID...]", AtLeast(1),
        [
            .. AsOf,
            Text("format", 'f', "template", "Only what a Go template names"),
            Switch("removed", "Containers that have been removed, too"),
            Switch("size", 's', "Of containers what they have written, and with their images"),
            Text("type", "container|image", "Look for these only"),
        ]);
}
