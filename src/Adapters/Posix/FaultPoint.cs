namespace EventDock.Adapters.Posix;

/// <summary>Points in what changes a root or the ledger at which a kill leaves another state than the one before it.</summary>
public enum FaultPoint
{
    // What a command begins and ends with.
    WorkBegun,
    Swept,
    Settled,
    Reconciled,
    Claimed,
    StageMade,
    StageEnded,
    StageRemoved,
    Releasing,
    Released,

    // The ledger.
    Appending,
    Appended,
    PositionKept,

    // Blobs.
    BlobWritten,
    BlobSynced,
    BlobNamed,
    BlobTaken,

    // Layers: in, and out.
    ImageResolved,
    LayerOpened,
    LayerFilled,
    LayerSynced,
    LayerBlobNamed,
    LayerLinked,
    LayerNamed,
    LayerPublished,
    LayerBlobTaken,
    LayerTaken,
    LayerUnlinked,
    CommitArchived,
    CommitMoved,
    ArchiveFileKept,
    ArchiveStaged,

    // Workspaces of builds and copies.
    WorkspaceMounted,
    RootFurnished,
    FilesCopied,
    StepRun,
    WorkspaceUnmounted,

    // Containers: in, and out.
    ContainerNamed,
    ContainerFilled,
    ContainerMade,
    SecretsKept,
    RootMounted,
    BundleMade,
    MonitorSpawned,
    MonitorAnswered,
    ProcessMade,
    ProcessStarted,
    ExitSeen,
    ScanKept,
    StateRemoved,
    GroupRemoved,
    RootUnmounted,
    CleanedUp,
    ScanSettled,
    ContainerTaken,
    ContainerBrought,
    BlobBrought,
    LayerBrought,

    // What is done to a container meanwhile.
    Signalled,
    FreezeNoted,
    Frozen,
    Thawed,
    NameNoted,
    FilesPut,

    // Execs.
    ExecMade,
    ExecSpawned,
    ExecStarted,
    ExecEnded,
    ExecNotesFound,
    ExecCleared,

    // The trash.
    TrashLeft,
    TrashEmptied,
}
