namespace EventDock.Cli.Grammar;

/// <summary>What is done with a container's own layer.</summary>
public static partial class Verbs
{
    public static VerbGrammar Cp => Verb("cp", "Copy files into a container or out of one",
        "CONTAINER:SRC_PATH DEST_PATH|- | SRC_PATH|- CONTAINER:DEST_PATH", Exactly(2),
    [
        Switch("archive", 'a', "Keep the owners (into a container they are kept anyhow)"),
        Switch("follow-link", 'L', "Copy what SRC_PATH links to, not the link"),
        Switch("quiet", 'q', "Show no progress (none is shown yet)"),
    ]);

    public static VerbGrammar Commit => Verb("commit", "Make an image of a container as it is now", "CONTAINER [REPOSITORY[:TAG]]",
        new Arity(1, 2),
    [
        Text("author", 'a', "name", "The image's author"),
        List("change", 'c', "instruction", "Apply a Dockerfile instruction to the image's configuration"),
        Text("message", 'm', "text", "What the image's history says of it"),
        Switch("pause", 'p', "Freeze the container meanwhile (on unless =false)") with { On = true },
    ]);

    public static VerbGrammar Restore => Verb(
        "restore", "Bring back containers and images that have been removed, as long as they are kept, and what a tag named before",
        "CONTAINER|TAG|IMAGE [CONTAINER|TAG|IMAGE...]", AtLeast(1),
        [Text("as-of", "moment", "Of a tag what it named then; of a container its files as recorded then (--record content)")]);
}
