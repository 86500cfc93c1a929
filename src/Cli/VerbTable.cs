namespace EventDock.Cli;

using EventDock.Cli.Commands;
using EventDock.Cli.Grammar;
using EventDock.Domain.Kernel;

/// <summary>What a verb does; its answer is the exit code.</summary>
internal delegate EitherAsync<DomainError, int> Verb(ParsedArgs parsed, Session session, CancellationToken cancel);

/// <summary>Which command carries out which verb, and what the verbs need before.</summary>
internal static class VerbTable
{
    /// <summary>Verbs that need neither root nor ledger.</summary>
    private static readonly string[] Free = ["version", "completion", "ledger check-proof"];

    /// <summary>Verbs, or the first words of such, that ask nothing of a ledger that is up: a connection is not begun for them.</summary>
    private static readonly string[] Apart = [.. Free, "db", "login", "logout"];

    public static bool IsFree(string verb) => Free.Contains(verb);

    /// <summary>Of a command line as it was typed, before it has been read.</summary>
    public static bool AsksTheLedger(string[] args) =>
        args is [[not '-', ..], ..] && !Apart.Contains(args[0]) && !Apart.Contains(string.Join(' ', args.Take(2)));

    public static readonly Dictionary<string, Verb> Verbs = new()
    {
        ["adopt"] = AdoptCommand.Run,
        ["attach"] = AttachCommand.Run,
        ["audit report"] = AuditReportCommand.Run,
        ["blame"] = BlameCommand.Run,
        ["bookmark"] = BookmarkCommand.Run,
        ["build"] = BuildCommand.Run,
        ["check"] = CheckCommand.Run,
        ["commit"] = CommitCommand.Run,
        ["completion"] = CompletionCommand.Run,
        ["container inspect"] = InspectCommand.Containers,
        ["container prune"] = PruneCommand.Containers,
        ["cp"] = CpCommand.Run,
        ["create"] = CreateCommand.Run,
        ["db backup"] = DbCopyCommand.Backup,
        ["db restore"] = DbCopyCommand.Restore,
        ["db status"] = DbCommand.Status,
        ["db stop"] = DbCommand.Stop,
        ["db upgrade"] = DbCommand.Upgrade,
        ["db url"] = DbCommand.Url,
        ["diff"] = DiffCommand.Run,
        ["events"] = EventsCommand.Run,
        ["exec"] = Commands.ExecCommand.Run,
        ["export"] = ExportCommand.Run,
        ["history"] = HistoryCommand.Run,
        ["image diff"] = ImageDiffCommand.Run,
        ["image inspect"] = InspectCommand.Images,
        ["image prune"] = PruneCommand.Images,
        ["images"] = ImagesCommand.Run,
        ["import"] = ImportCommand.Run,
        ["info"] = InfoCommand.Run,
        ["inspect"] = InspectCommand.Run,
        ["kill"] = KillCommand.Run,
        ["layer ls"] = LayerLsCommand.Run,
        ["layer show"] = LayerShowCommand.Run,
        ["ledger anchor"] = LedgerAnchorCommand.Run,
        ["ledger check-proof"] = LedgerCheckProofCommand.Run,
        ["ledger checkpoint"] = LedgerCheckpointCommand.Run,
        ["ledger consistency"] = LedgerConsistencyCommand.Run,
        ["ledger export"] = LedgerExportCommand.Run,
        ["ledger import"] = LedgerImportCommand.Run,
        ["ledger key"] = LedgerKeyCommand.Run,
        ["ledger prove"] = LedgerProveCommand.Run,
        ["ledger redact"] = LedgerRedactCommand.Run,
        ["ledger seal"] = LedgerSealCommand.Run,
        ["ledger verify"] = LedgerVerifyCommand.Run,
        ["ledger views"] = LedgerViewsCommand.Run,
        ["load"] = LoadCommand.Run,
        ["log"] = LogCommand.Run,
        ["login"] = LoginCommand.Run,
        ["logout"] = LogoutCommand.Run,
        ["logs"] = LogsCommand.Run,
        ["pause"] = LifeCommands.Pause,
        ["ps"] = PsCommand.Run,
        ["pull"] = PullCommand.Run,
        ["push"] = PushCommand.Run,
        ["rebuild"] = RebuildCommand.Run,
        ["reflog"] = ReflogCommand.Run,
        ["rename"] = LifeCommands.Rename,
        ["repair"] = RepairCommand.Run,
        ["replay"] = ReplayCommand.Run,
        ["restart"] = LifeCommands.Restart,
        ["restore"] = RestoreCommand.Run,
        ["rm"] = RmCommand.Run,
        ["rmi"] = RmiCommand.Run,
        ["run"] = RunCommand.Run,
        ["save"] = SaveCommand.Run,
        ["show"] = ShowCommand.Run,
        ["start"] = StartCommand.Run,
        ["stop"] = StopCommand.Run,
        ["system df"] = SystemDfCommand.Run,
        ["system prune"] = PruneCommand.All,
        ["tag"] = TagCommand.Run,
        ["top"] = TopCommand.Run,
        ["undo"] = UndoCommand.Run,
        ["unpause"] = LifeCommands.Unpause,
        ["version"] = VersionCommand.Run,
        ["wait"] = WaitCommand.Run,
        ["why"] = WhyCommand.Run,
    };
}
