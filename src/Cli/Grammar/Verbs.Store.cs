namespace EventDock.Cli.Grammar;

/// <summary>The verbs that look after what is on disk.</summary>
public static partial class Verbs
{
    public static VerbGrammar Check => Verb(
        "check", "Compare ledger, views and disk, and tell what is not as it should be", "", Exactly(0),
        [Switch("deep", "Read every blob, too, and unpack each layer again beside the one that is there")]);

    public static VerbGrammar Repair => Verb("repair", "Make anew what check finds damaged, from blobs and registries", "", Exactly(0),
    [
        Switch("deep", "Look as check --deep does"),
        Switch("plan", "Show what would be done, and do nothing"),
    ]);

    public static VerbGrammar SystemDf => Verb("system df", "Show what images, containers and build steps take", "", Exactly(0),
        [.. AsOf, RowFormat, Switch("verbose", 'v', "Each image and container by itself")]);

    public static VerbGrammar ImagePrune => Verb("image prune", "Remove images that have no name", "", Exactly(0),
        [Switch("all", 'a', "Every image that no container is made of"), .. Pruning]);

    public static VerbGrammar ContainerPrune => Verb("container prune", "Remove containers that do not run", "", Exactly(0), Pruning);

    public static VerbGrammar SystemPrune => Verb(
        "system prune", "Remove what is not used: containers, images, results of build steps", "", Exactly(0),
        [Switch("all", 'a', "Every image that no container is made of"), .. Pruning], LaterSwitches("volumes"));

    private static Flag[] Pruning =>
    [
        Text("apply", "plan", "Remove exactly what the plan of this id has"),
        List("filter", "key=value", "Only what was created before (until=), or has a label (label=, label!=)"),
        Switch("force", 'f', "Do not ask"),
        Switch("plan", "Show what would be removed, and remove nothing"),
    ];
}
