namespace EventDock.Engine;

using EventDock.Domain.Containers;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;
using EventDock.Domain.Layers;
using EventDock.Domain.Oci;
using EventDock.Domain.Roots;
using EventDock.Projections;

/// <summary>
/// Everything an operation may touch, as functions. Made once, in Program; the adapters behind it are opened when they are
/// first used, so that a command pays for no neighbour it does not need.
/// </summary>
public sealed record Ports(
    OpenLedger Ledger,
    LayerStore Layers,
    BlobStore Blobs,
    ThinLayerStore Thin,
    WorkspaceStore Workspaces,
    BuildContext Context,
    Locks Locks,
    Registry Registry,
    Runtime Runtime,
    SecretStore Secrets,
    World World)
{
    /// <summary>Archives of images and of containers' files.</summary>
    public required ImageArchives Archives { get; init; }

    /// <summary>Files of thin layers that are kept beyond the layers.</summary>
    public required ThinContentStore Contents { get; init; }

    /// <summary>Files of containers and of the host, to be copied.</summary>
    public required ContainerFiles Files { get; init; }

    /// <summary>Who has signed what is pulled.</summary>
    public required ImageSignatures Signatures { get; init; }

    /// <summary>What commands have on disk and not in the ledger, or the other way round.</summary>
    public required ClaimStore Claims { get; init; }

    /// <summary>Layers, to be looked at.</summary>
    public required LayerReader Reader { get; init; }

    /// <summary>The ledger belongs to this root: what it says of processes is about this host's.</summary>
    public bool Ours { get; init; } = true;

    public EventStore Store => Ledger.Store;

    public Views Views => Ledger.Views;

    public Retries Retries => Ledger.Retries;
}

/// <summary>What changes from call to call and from host to host.</summary>
/// <param name="Random">Fresh random bytes, as many as asked for.</param>
/// <param name="ExitCommand">What conmon is to run when a container has ended: this program and its arguments.</param>
/// <param name="ExecExitCommand">The same for a further process in it.</param>
public sealed record World(
    Func<DateTimeOffset> Clock, Func<int, byte[]> Random, Platform Platform, string HostId, string BootId,
    Func<ContainerId, Seq<string>> ExitCommand, Func<ContainerId, string, Seq<string>> ExecExitCommand)
{
    /// <summary>Of a container that shares the host's network.</summary>
    public string HostName { get; init; } = "localhost";

    /// <summary>A moment as clocks show it where the command is typed.</summary>
    public Func<DateTimeOffset, LocalClock> Local { get; init; } = now => new LocalClock(now.ToUniversalTime(), _ => Seq1(TimeSpan.Zero));

    /// <summary>The clock on the wall, where the command is typed.</summary>
    public LocalClock Wall() => Local(Clock());

    public string NewId() => Convert.ToHexStringLower(Random(32));
}

/// <summary>Locks between processes; each is let go when what it gives is disposed of, or when the process dies.</summary>
/// <param name="Store">See <see cref="StoreLock"/>.</param>
/// <param name="Container">One container's start, end and removal: one at a time. False: do not wait; None when another has it.</param>
public sealed record Locks(
    StoreLock Store,
    Func<ContainerId, bool, CancellationToken, EitherAsync<DomainError, Option<IDisposable>>> Container);
