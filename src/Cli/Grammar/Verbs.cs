namespace EventDock.Cli.Grammar;

/// <summary>
/// The verbs: docker's own (every flag that docker 20.10 has is listed, those to come as not supported) and EventDock's. Each
/// table is made when it is asked for, so that a command pays for its own verb only.
/// </summary>
public static partial class Verbs
{
    /// <summary>In the order in which help lists them.</summary>
    public static readonly string[] Names =
    [
        "images", "ps", "build", "run", "create", "start", "stop", "restart", "kill", "pause", "unpause", "wait", "attach", "exec", "logs", "top",
        "rename", "rm", "rmi", "history", "inspect",
        "diff", "cp", "commit", "restore", "undo", "tag", "import", "pull", "push", "load", "save", "export", "login", "logout",
        "image diff", "image inspect", "image prune", "layer ls", "layer show", "container inspect", "container prune", "system df", "system prune",
        "info", "version", "events", "log", "replay", "show", "why", "blame", "reflog", "bookmark", "audit report", "check", "repair", "rebuild", "adopt",
        "ledger verify", "ledger export", "ledger import", "ledger views", "ledger checkpoint", "ledger key", "ledger anchor", "ledger prove", "ledger consistency",
        "ledger check-proof", "ledger redact", "ledger seal",
        "db status", "db stop", "db url",
        "db backup", "db restore", "db upgrade", "completion",
    ];

    /// <summary>Verbs that change something: their refusal is recorded, and they take a reason.</summary>
    private static readonly string[] Changing =
    [
        "run", "create", "start", "stop", "restart", "kill", "pause", "unpause", "rename", "exec", "rm", "rmi", "tag", "import", "load", "pull", "push", "build",
        "ledger redact", "ledger seal", "container prune", "image prune", "system prune", "repair",
        "diff", "cp", "commit", "restore", "undo", "bookmark",
    ];

    public static bool IsChanging(string name) => Changing.Contains(name);

    /// <summary>The verb of that name, or null.</summary>
    public static VerbGrammar? Find(string name)
    {
        var verb = Own(name);
        return verb is null ? null
            : IsChanging(name) && verb.Long("reason") is null
                ? verb with { Flags = [.. verb.Flags, Text("reason", "text", "Why; it is recorded with what the command does")] }
            : HasProofLine(verb) ? verb with { Flags = [.. verb.Flags, ProofLine] }
            : verb;
    }

    private static VerbGrammar? Own(string name) => name switch
    {
        "images" => Images,
        "ps" => Ps,
        "build" => Build,
        "run" => Run,
        "create" => Create,
        "start" => Start,
        "stop" => Stop,
        "kill" => Kill,
        "exec" => Exec,
        "logs" => Logs,
        "rm" => Rm,
        "rmi" => Rmi,
        "diff" => Diff,
        "cp" => Cp,
        "commit" => Commit,
        "restore" => Restore,
        "undo" => Undo,
        "history" => History,
        "inspect" => Inspect,
        "tag" => Tag,
        "import" => Import,
        "pull" => Pull,
        "push" => Push,
        "load" => Load,
        "save" => Save,
        "export" => Export,
        "login" => Login,
        "logout" => Logout,
        "version" => Version,
        "log" => Log,
        "replay" => ToldAgain,
        "bookmark" => Bookmark,
        "audit report" => AuditReport,
        "completion" => Completion,
        "show" => Show,
        "reflog" => Reflog,
        "why" => Why,
        "blame" => Blame,
        "check" => Check,
        "repair" => Repair,
        "container prune" => ContainerPrune,
        "image diff" => ImageDiff,
        "image inspect" => ImageInspect,
        "layer ls" => LayerLs,
        "layer show" => LayerShow,
        "image prune" => ImagePrune,
        "system df" => SystemDf,
        "system prune" => SystemPrune,
        "rebuild" => Rebuild,
        "ledger views" => LedgerViews,
        "adopt" => Adopt,
        "db status" => DbStatus,
        "db stop" => DbStop,
        "db url" => DbUrl,
        "db backup" => DbBackup,
        "db restore" => DbRestore,
        "db upgrade" => DbUpgrade,
        "ledger verify" => LedgerVerify,
        "ledger export" => LedgerExport,
        "ledger import" => LedgerImport,
        "ledger redact" => LedgerRedact,
        "ledger seal" => LedgerSeal,
        "ledger checkpoint" => LedgerCheckpoint,
        "ledger key" => LedgerKey,
        "ledger anchor" => LedgerAnchor,
        "ledger prove" => LedgerProve,
        "ledger consistency" => LedgerConsistency,
        "ledger check-proof" => LedgerCheckProof,
        _ => OfLife(name),
    };

    /// <summary>A verb of docker that EventDock does not have yet.</summary>
    public static bool IsToCome(string word) => word is
        "port" or "search" or "stats" or "update"
        or "network" or "volume" or "system" or "builder" or "plugin" or "swarm" or "stack" or "service" or "secret" or "config"
        or "node" or "manifest" or "context" or "trust" or "compose" or "buildx";

    /// <summary>Flags of docker itself, before the verb; none of them means anything without a daemon.</summary>
    public static bool IsGlobalToCome(string word) => word.Split('=')[0] is
        "--config" or "-c" or "--context" or "-D" or "--debug" or "-H" or "--host" or "-l" or "--log-level" or "--tls"
        or "--tlscacert" or "--tlscert" or "--tlskey" or "--tlsverify";

    private static Arity Exactly(int n) => new(n, n);

    private static Arity AtLeast(int n) => new(n, null);

    private static VerbGrammar Verb(string name, string help, string arguments, Arity arity, params Flag[][] flags) =>
        new(name, help, arguments, arity, Interspersed: true, flags.SelectMany(f => f).ToArray());

    private static Flag Switch(string name, string help) => new(name, null, FlagKind.Switch, "", help);

    private static Flag Switch(string name, char letter, string help) => new(name, letter, FlagKind.Switch, "", help);

    private static Flag Text(string name, string value, string help) => new(name, null, FlagKind.Text, value, help);

    private static Flag Text(string name, char letter, string value, string help) => new(name, letter, FlagKind.Text, value, help);

    private static Flag Number(string name, char letter, string value, string help) =>
        new(name, letter, FlagKind.Number, value, help);

    private static Flag List(string name, string value, string help) => new(name, null, FlagKind.List, value, help);

    private static Flag List(string name, char letter, string value, string help) => new(name, letter, FlagKind.List, value, help);

    /// <summary>docker's flags to come: words with values; <c>v=volume</c> says a shorthand.</summary>
    private static Flag[] Later(params string[] names) => names.Select(n => ToCome(n, FlagKind.List)).ToArray();

    private static Flag[] LaterSwitches(params string[] names) => names.Select(n => ToCome(n, FlagKind.Switch)).ToArray();

    private static Flag ToCome(string name, FlagKind kind) =>
        name.Length > 2 && name[1] == '='
            ? new Flag(name[2..], name[0], kind, "", "", Supported: false)
            : new Flag(name, null, kind, "", "", Supported: false);
}
