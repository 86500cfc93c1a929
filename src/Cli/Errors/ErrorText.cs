namespace EventDock.Cli.Errors;

using EventDock.Cli.Output;
using EventDock.Domain.Kernel;

/// <summary>The one place where an error becomes text and an exit code. One line: lower case, no full stop, the thing named.</summary>
public static partial class ErrorText
{
    public static string Line(DomainError error) => $"eventdock: {TerminalText.Escape(Of(error))}";

    /// <summary>As docker: a failed <c>run</c>, <c>create</c> or <c>exec</c> is 125, 126 or 127, anything else 1.</summary>
    public static int ExitCode(DomainError error, string verb) =>
        error switch
        {
            // Of a container that is there already docker says no more than that.
            DomainError.StartFailed when verb is "start" or "restart" => 1,
            // An exec that cannot be is 126 with docker, whatever the reason; but 127 where there is no such program.
            DomainError.StartFailed { ExitCode: 125 } or DomainError.NoSuchUser or DomainError.NoSuchGroup when verb == "exec" => 126,
            DomainError.StartFailed e => e.ExitCode,
            // docker takes any file that is not there for the program.
            DomainError.NoDevice when verb == "run" => 127,
            DomainError.BuildRunFailed e => e.ExitCode,
            DomainError.Interrupted => 130,
            DomainError.FilterForm => 125,
            DomainError.BadTemplate => 64,
            DomainError.NoTerminal => 1,

            // docker reads exec's files later than its other flags.
            DomainError.BadFlag { Flag: "--env-file" } when verb == "exec" => 1,
            DomainError.BadFlag => 125,
            DomainError.AttachBesideDetach => 1,
            DomainError.BadProof => 3,
            DomainError.ProofFails => 4,
            DomainError.BadSignature => 5,
            DomainError.LedgerRewritten => 6,
            DomainError.LedgerCutOff => 7,
            _ when verb == "run" => 125,
            _ => 1,
        };

    /// <summary>The case's name: what <c>CommandRefused</c> records.</summary>
    public static string Reason(DomainError error) => error.GetType().Name;

    public static string Of(DomainError error) =>
        error switch
        {
            DomainError.Conflict e => $"another command is changing {e.Stream} at the same moment, try again",
            DomainError.LedgerUnreachable e => $"the ledger at {e.Where} cannot be reached: {e.Detail}",
            DomainError.LedgerUnreadable e => $"the ledger cannot be read at position {e.Position}: {e.Reason}",
            DomainError.ViewStopped e =>
                $"the view {e.View} {(e.Position == 0 ? "cannot take the event" : $"ends before position {e.Position}")}"
                + $" ({e.EventType}): {e.Reason} (eventdock rebuild folds it again)",
            DomainError.ViewUnfoldable e =>
                $"the view {e.View} cannot be folded beyond position {e.Position} ({e.EventType}): {e.Reason} (the views are as they were)",
            DomainError.RebuildRunning => "another command is rebuilding views",
            DomainError.RebuildBlocked e => $"the views cannot be exchanged, something else stands on them: {e.Detail}",
            DomainError.ViewsOutdated e =>
                $"an earlier version has filled the views ({e.Found}, wanted {e.Wanted}): eventdock rebuild folds the {e.Events} events anew",
            DomainError.ViewsNewer e =>
                $"a later version has filled the views ({e.Found}, wanted {e.Wanted}): use that, or eventdock rebuild folds them for this one",
            DomainError.ClusterFailed e => $"the private Postgres in {e.Directory} does not start: {e.Detail}",
            DomainError.RootMismatch e => $"{e.Reason} (eventdock adopt goes on with them as they are)",
            DomainError.FileFailed e => $"{e.Path}: {e.Reason}",
            DomainError.DiskFull e => $"{e.Path}: no space left on device",
            DomainError.ProgramMissing e => $"{e.Program} is not installed (apt-get install {e.Package})",
            DomainError.PagerFailed e => $"the pager {e.Program} does not start: {e.Reason}",
            DomainError.NotSupported e => $"{e.What} is not supported yet",
            DomainError.Invalid e => $"invalid {e.What} {Quoted(e.Value)}: {e.Reason}",
            DomainError.NotRoot => "only root can use the engine (try sudo)",
            DomainError.Interrupted => "interrupted",
            DomainError.NoSuchContainer e => $"no such container: {e.Reference}",
            DomainError.Ambiguous e => $"{e.Kind} {e.Prefix} is ambiguous, it could be {string.Join(", ", e.Candidates)}",
            DomainError.NameTaken e => $"the name {e.Name} is taken by container {Short(e.ContainerId)}",
            DomainError.WrongState e => Wrong(e),
            DomainError.StartFailed e => e.Message,
            DomainError.RuntimeFailed e => $"{e.Program}: {e.Message}",
            DomainError.NoSuchUser e => $"unable to find user {e.User}: no matching entries in passwd file",
            DomainError.NoSuchGroup e => $"unable to find group {e.Group}: no matching entries in group file",
            DomainError.NoTerminal => "the input device is not a TTY",
            DomainError.NoSuchObject e => $"no such object: {e.Reference}",
            DomainError.NoSuchImage e => $"no such image: {e.Reference}",
            DomainError.ImageInUse e =>
                $"image {e.Image} is in use by {(e.Running ? "running" : "stopped")} container {Short(e.ContainerId)} ({e.ContainerName})",
            DomainError.ImageHasManyTags e =>
                $"image {Short(e.ImageId)} has several names ({string.Join(", ", e.Tags)}), remove them one by one or use -f",
            DomainError.InvalidReference e => $"invalid reference {Quoted(e.Text)}: {e.Reason}",
            DomainError.LayerGone e => $"layer {Short(e.LayerId)} has been removed by another command",
            DomainError.RegistryUnreachable e => $"registry {e.Host} cannot be reached: {e.Reason}",
            DomainError.RegistryRefused e => $"registry {e.Host} answered {e.Status} for {e.What}{Behind(e.Message)}",
            DomainError.RegistryDenied e =>
                $"access to {e.Repository} denied: it does not exist or needs credentials{Behind(e.Message)}",
            DomainError.ManifestUnknown e => $"manifest for {e.Reference} not found",
            DomainError.NoPlatform e => $"{e.Reference} has no image for {e.Platform}",
            DomainError.Corrupt e => $"{e.What} is not what it should be: expected {e.Expected}, got {e.Actual}",
            DomainError.BadContent e => $"{e.What}: {e.Reason}",
            DomainError.LeavesRoot e => $"{e.What}: entry {Quoted(e.Entry)} would leave its root",
            DomainError.BadDockerfile e => $"{e.File}:{e.Line}: {e.Reason}",
            DomainError.BuildStepFailed e => $"{e.File}:{e.Line}: {e.Reason}",
            DomainError.BuildRunFailed e => $"the command {Quoted(e.Command)} returned a non-zero code: {e.ExitCode}",
            _ => OfCluster(error) ?? OfCopies(error) ?? OfProof(error) ?? OfJournal(error) ?? OfArchives(error) ?? OfRegistry(error) ?? OfStore(error) ?? OfLooking(error)
                ?? OfLife(error) ?? OfFlags(error) ?? OfThin(error) ?? OfUndo(error) ?? OfCause(error)
                ?? throw new System.Diagnostics.UnreachableException($"no text for {error.GetType().Name}"),
        };

    private static string Wrong(DomainError.WrongState e) =>
        e.Attempt == "remove"
            ? $"cannot remove container {Short(e.ContainerId)}, it is {e.State}: stop it first or use -f"
            : $"cannot {e.Attempt} container {Short(e.ContainerId)}: it is {(e.State is "exited" or "created" ? "not running" : e.State)}";

    private static string Short(string id) => id.Length > 12 ? id[..12] : id;

    private static string Quoted(string text) => $"\"{(text.Length > 200 ? text[..200] + "…" : text)}\"";

    private static string Behind(string message) => message.Length == 0 ? "" : $": {message}";
}
