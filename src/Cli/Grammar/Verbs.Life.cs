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

    public static VerbGrammar Pause => Verb("pause", "Freeze all processes of containers", Several, AtLeast(1));

    public static VerbGrammar Unpause => Verb("unpause", "Let the processes of paused containers go on", Several, AtLeast(1));

    public static VerbGrammar Rename => Verb("rename", "Give a container another name", "CONTAINER NEW_NAME", Exactly(2));

    public static VerbGrammar Restart => Verb("restart", "Stop containers where they run, and start them", Several, AtLeast(1), StopFlags);

    public static VerbGrammar Stop => Verb("stop", "Stop running containers", Several, AtLeast(1), StopFlags);

    public static VerbGrammar Wait => Verb("wait", "Wait until containers do not run, and print their exit codes", Several, AtLeast(1));

    public static VerbGrammar Top => new(
        "top", "Show the processes of a running container", "CONTAINER [ps OPTIONS]", AtLeast(1), Interspersed: false, []);

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
        "pause" => Pause,
        "rename" => Rename,
        "restart" => Restart,
        "top" => Top,
        "unpause" => Unpause,
        "wait" => Wait,
        _ => null,
    };
}
