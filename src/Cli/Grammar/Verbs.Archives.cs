namespace EventDock.Cli.Grammar;

/// <summary>What goes in and out as an archive.</summary>
public static partial class Verbs
{
    public static VerbGrammar Load => Verb("load", "Load images from an archive or standard input", "", Exactly(0),
    [
        Text("input", 'i', "file", "Read the archive from a file, not from standard input"),
        Switch("quiet", 'q', "Show no progress"),
    ]);

    public static VerbGrammar Save => Verb("save", "Write images as an archive, to standard output unless told otherwise",
        "IMAGE [IMAGE...]", AtLeast(1), [.. AsOf, Output]);

    public static VerbGrammar Export => Verb("export",
        "Write a container's files as an archive, to standard output unless told otherwise", "CONTAINER", Exactly(1), [Output]);

    public static VerbGrammar Import => Verb("import", "Make an image of an archive of a file system",
        "FILE|URL|- [REPOSITORY[:TAG]]", new Arity(1, 2),
    [
        List("change", 'c', "instruction", "Apply a Dockerfile instruction to the image's configuration"),
        Text("message", 'm', "text", "What the image's history says of it"),
        Text("platform", "os[/arch[/variant]]", "The platform the image is for (this host's where not said)"),
    ]);

    private static Flag Output => Text("output", 'o', "file", "Write to a file, not to standard output");
}
