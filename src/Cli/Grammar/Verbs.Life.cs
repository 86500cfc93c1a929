namespace EventDock.Cli.Grammar;

/// <summary>Verbs of a container's life between its start and its end.</summary>
public static partial class Verbs
{
    private const string Several = "CONTAINER [CONTAINER...]";

    public static VerbGrammar Attach => Verb("attach", "Connect to the streams of a running container", "CONTAINER", Exactly(1),
    [
        DetachKeys,
        Switch("no-stdin", "Do not connect standard input"),
        Switch("sig-proxy", "Pass the signals we receive on to the container (on unless =false)") with { On = true },
    ]);

    public static VerbGrammar ContainerInspect => Verb("container inspect", "Show all that is known of containers", Several, AtLeast(1),
    [
        .. AsOf,
        Text("format", 'f', "template", "Only what a Go template names"),
        Switch("removed", "Containers that have been removed, too"),
        Switch("size", 's', "What they have written, and with their images"),
    ]);

    public static VerbGrammar Pause => Verb("pause", "Freeze all processes of containers", Several, AtLeast(1));

    public static VerbGrammar Unpause => Verb("unpause", "Let the processes of paused containers go on", Several, AtLeast(1));

    public static VerbGrammar Rename => Verb("rename", "Give a container another name", "CONTAINER NEW_NAME", Exactly(2));

    public static VerbGrammar Restart => Verb("restart", "Stop containers where they run, and start them", Several, AtLeast(1), StopFlags);

    public static VerbGrammar Stop => Verb("stop", "Stop running containers", Several, AtLeast(1), StopFlags);

    public static VerbGrammar Wait => Verb("wait", "Wait until containers do not run, and print their exit codes", Several, AtLeast(1));

    public static VerbGrammar Top => new(
        "top", "Show the processes of a running container", "CONTAINER [ps OPTIONS]", AtLeast(1), Interspersed: false, []);

    public static VerbGrammar Events => Verb("events", "Show what happens, and what has happened since the beginning", "", Exactly(0),
    [
        .. AsOf,
        List("filter", 'f', "filter", "Only those of which that is so: container=x, event=x, image=x, label=x, type=container|image"),
        RowFormat with { Help = "json, or a Go template" },
        Text("since", "time", "From then on (RFC 3339, or relative as 42m); where not said, from now on"),
        Text("until", "time", "Up to then, and end; where not said, go on"),
    ]);

    public static VerbGrammar Info => Verb("info", "Show what there is on this host", "", Exactly(0),
        [.. AsOf, Text("format", 'f', "template", "A Go template")]);

    private static Flag[] StopFlags =>
    [
        Text("signal", 's', "signal", "Ask with this one (else the container's stop signal)"),
        Number("time", 't', "seconds", "Wait so long before killing it (10 where not said)"),
    ];

    private static Flag DetachKeys => Text("detach-keys", "keys", "Leave its terminal by these (ctrl-p,ctrl-q where not said)");

    /// <summary>The verb of that name, where it is one of these; else null.</summary>
    private static VerbGrammar? OfLife(string name) => name switch
    {
        "attach" => Attach,
        "container inspect" => ContainerInspect,
        "events" => Events,
        "info" => Info,
        "pause" => Pause,
        "rename" => Rename,
        "restart" => Restart,
        "top" => Top,
        "unpause" => Unpause,
        "wait" => Wait,
        _ => null,
    };
}
