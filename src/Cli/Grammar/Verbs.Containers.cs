namespace EventDock.Cli.Grammar;

public static partial class Verbs
{
    public static VerbGrammar Run => Container("run", "Make a container of an image and run a command in it",
    [
        Switch("detach", 'd', "Leave it running in the background and print its id"),
        DetachKeys,
        Switch("sig-proxy", "Pass the signals we receive on to the container (on unless =false)") with { On = true },
    ], []);

    public static VerbGrammar Create => Container("create", "Make a container of an image without starting it", [], []);

    public static VerbGrammar Exec => new("exec", "Run a further command in a running container",
        "CONTAINER COMMAND [ARG...]", AtLeast(2), Interspersed: false,
        [
            Switch("detach", 'd', "Do not wait for it"),
            DetachKeys,
            Env,
            EnvFile,
            Switch("interactive", 'i', "Keep its standard input open"),
            Switch("privileged", "All capabilities"),
            Switch("tty", 't', "Give it a terminal"),
            Text("user", 'u', "name|uid[:group|gid]", "Run it as this user"),
            Text("workdir", 'w', "dir", "Run it in this directory"),
        ]);

    public static VerbGrammar Ps => Verb("ps", "List containers", "", Exactly(0),
    [
        Switch("all", 'a', "Those that are not running, too"),
        .. AsOf,
        List("filter", 'f', "filter", "Only those of which that is so: ancestor=x, before=x, exited=n, id=x, label=x, name=x, network=x, since=x, status=x, volume=x"),
        RowFormat,
        Number("last", 'n', "number", "The last created ones, so many, whatever their state"),
        Switch("latest", 'l', "The last created one, whatever its state"),
        NoTrunc,
        Switch("quiet", 'q', "Print ids only"),
        Switch("removed", "Those that have been removed, too"),
        Switch("size", 's', "What each has written, and with its image"),
    ]);

    public static VerbGrammar Start => Verb("start", "Start containers that are not running", "CONTAINER [CONTAINER...]", AtLeast(1),
    [
        Switch("attach", 'a', "Show its output and wait for its end"),
        DetachKeys,
        Switch("interactive", 'i', "Connect its standard input, too"),
    ], Later("checkpoint", "checkpoint-dir"));

    public static VerbGrammar Kill => Verb("kill", "Send running containers a signal", "CONTAINER [CONTAINER...]", AtLeast(1),
        [Text("signal", 's', "signal", "By name or number (KILL where not said)")]);

    public static VerbGrammar Logs => Verb("logs", "Show what a container has written", "CONTAINER", Exactly(1),
    [
        Switch("details", "Say of each line what the log says besides"),
        Switch("follow", 'f', "Go on as more is written"),
        Text("since", "time", "Only what was written since (RFC 3339, or relative as 42m)"),
        Text("tail", 'n', "lines", "Only so many lines from the end (or all)"),
        Switch("timestamps", 't', "Show when each line was written"),
        Text("until", "time", "Only what was written before"),
    ]);

    public static VerbGrammar Rm => Verb("rm", "Remove containers", "CONTAINER [CONTAINER...]", AtLeast(1),
    [
        Switch("force", 'f', "Kill it first where it is running"),

        // There are no volumes yet, so that none is left behind with or without it.
        Switch("volumes", 'v', "Its anonymous volumes, too (there are none yet)"),
    ], LaterSwitches("l=link"));

    private static Flag Env =>
        List("env", 'e', "NAME=value", "Set a variable; NAME alone takes ours. Values are recorded nowhere") with { Secret = true };

    private static Flag NoTrunc => Switch("no-trunc", "Cut nothing off");

    private static Flag RowFormat => Text("format", "template", "json, a Go template, or table and a template");

    private static Flag[] AsOf =>
    [
        Text("as-of", "moment", "As it was then: a time, a position of the log, 2h ago, a bookmark"),
        Switch("occurred", "That time is one of what happened, not of what was recorded"),
    ];
}
