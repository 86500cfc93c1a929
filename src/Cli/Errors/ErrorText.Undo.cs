namespace EventDock.Cli.Errors;

using EventDock.Domain.Kernel;

public static partial class ErrorText
{
    /// <summary>Null for what is not about bringing things back.</summary>
    private static string? OfUndo(DomainError error) =>
        error switch
        {
            DomainError.CannotUndo e => $"{Quoted(string.Join(' ', e.Line))} cannot be undone: {Why(e.Event)} (#{e.Position} {e.Event})",
            DomainError.NothingToUndo e => $"{Quoted(string.Join(' ', e.Line))} has changed nothing that could be undone",
            DomainError.NoCommandToUndo => "there is no command to be undone",
            DomainError.AlreadyUndone e => $"command {e.Command:D} has been undone already (#{e.By}; eventdock undo '#{e.By}' does it again)",
            DomainError.AsBefore e => $"all is as it was before {Quoted(string.Join(' ', e.Line))}",
            DomainError.Overtaken e => $"{e.Kind} {e.Name} has been changed since, by #{e.Position} ({string.Join(' ', e.Line)})",
            DomainError.ContentNotRecorded e =>
                $"no files of container {Short(e.ContainerId)} are kept: it was not made with --record content, or they have been pruned",
            DomainError.NotMadeYet e => $"container {e.Id.Short} had not been made by then",
            DomainError.TooFewRecords e => $"{(e.Found == 1 ? "one record" : $"{e.Found} records")} of the files of container {e.Id.Short} {(e.Found == 1 ? "is" : "are")} kept, so none is @{{{e.Asked}}}",
            DomainError.LogNotKept e => $"the log of container {e.Reference} is not kept: it has been removed"
                + " (retain-removed in the configuration says how long it would be)",
            _ => null,
        };

    private static string Why(string what) => what switch
    {
        "ContainerCreated" => "it has made a container (eventdock rm removes that)",
        "ContainerStartRequested" or "ContainerStarted" or "ContainerStartFailed" => "a process has run, and what it did is done",
        "ContainerExited" or "ContainerSignalled" => "a process that has ended does not come back (eventdock start starts another)",
        "ContainerPaused" or "ContainerUnpaused" => "eventdock pause and unpause say the contrary of each other",
        "LayerWritten" or "LayerQuotaReached" => "what has been written is recorded, and stays written",
        "LayerRemoved" => "layers that nothing stood on do not come back (a build makes them again)",
        "LayerContentRemoved" => "files that had been kept are gone",
        "ExecRequested" or "ExecStarted" or "ExecFailed" or "ExecExited" => "a process has run, and what it did is done",
        "ContainerCopiedOut" or "ContainerExported" or "ContainerAttached" => "who has seen something has seen it",
        "ContainerCopiedIn" => "what was overwritten is not kept",
        "ImagePulled" or "ImageBuilt" or "ImageImported" or "ImageCommitted" or "ImageLoaded" => "an image has come (eventdock rmi removes it)",
        "ImagePushed" => "a registry has it",
        "BookmarkSet" or "BookmarkRemoved" => "eventdock bookmark sets a bookmark again",
        _ => "it is no change of names, and no removal",
    };
}
