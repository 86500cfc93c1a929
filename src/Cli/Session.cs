namespace EventDock.Cli;

using System.IO;
using EventDock.Adapters.Host;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;
using EventDock.Domain.Roots;
using EventDock.Engine;
using EventDock.Projections;

/// <summary>
/// What one command has to work with. Nothing is opened before it is asked for: help and version reach no neighbour.
/// </summary>
/// <param name="Read">Opens the ledger for a command that changes nothing.</param>
/// <param name="Change">
/// Opens it for one that does: the root and the ledger must belong together, staging names of dead commands are cleared, and
/// what ended unseen is recorded first.
/// </param>
/// <param name="Ended">As Change, without looking at other containers: what conmon calls.</param>
public sealed record Session(
    TextWriter Out,
    TextWriter Error,
    bool ErrorIsTerminal,
    Func<CancellationToken, EitherAsync<DomainError, Ports>> Read,
    Func<CancellationToken, EitherAsync<DomainError, Ports>> Change,
    Func<CancellationToken, EitherAsync<DomainError, Ports>> Ended,
    Func<CancellationToken, EitherAsync<DomainError, RootAdopted>> Adopt,
    LedgerHome Home,
    Func<DateTimeOffset> Clock)
{
    /// <summary>As Change, for a command that frees space: what keeps it from that on a full disk gets the ballast's room.</summary>
    public required Func<CancellationToken, EitherAsync<DomainError, Ports>> Free { get; init; }

    /// <summary>What the host is.</summary>
    public required Func<HostDescription> Host { get; init; }

    /// <summary>For what must work where there is no ledger.</summary>
    public required Func<Either<DomainError, UnrecordedPorts>> Unrecorded { get; init; }

    /// <summary>Opens the ledger for checkpoints and proofs: the root and it must belong together.</summary>
    public required Func<CancellationToken, EitherAsync<DomainError, ProofPorts>> Proofs { get; init; }

    /// <summary>Opens the ledger to take parts of events out of it: the root and it must belong together.</summary>
    public required Func<CancellationToken, EitherAsync<DomainError, OpenLedger>> Redacting { get; init; }

    /// <summary>Opens the ledger to be verified, whether it and the root belong together or not.</summary>
    public required Func<CancellationToken, EitherAsync<DomainError, VerifyPorts>> Verifying { get; init; }

    /// <summary>Opens the ledger to tell of it and to verify it, whether it and the root belong together or not.</summary>
    public required Func<CancellationToken, EitherAsync<DomainError, ReportPorts>> Reporting { get; init; }

    /// <summary>Opens the ledger to compare it with the disk.</summary>
    public required Func<CancellationToken, EitherAsync<DomainError, CheckPorts>> Checking { get; init; }

    /// <summary>Opens the ledger to make anew what is damaged on disk: the root and it must belong together.</summary>
    public required Func<CancellationToken, EitherAsync<DomainError, RepairPorts>> Repairing { get; init; }

    /// <summary>Opens the ledger to be filled from an export: it is nobody's yet.</summary>
    public required Func<CancellationToken, EitherAsync<DomainError, ImportPorts>> Importing { get; init; }

    /// <summary>Opens a database of its own, which must be empty, to be filled from an export and looked at.</summary>
    public required Func<LibpqUri, CancellationToken, EitherAsync<DomainError, ImportPorts>> Rebuilding { get; init; }

    /// <summary>Starts what shows output page by page; none where stdout is no terminal, or nobody wants it.</summary>
    public required Func<Option<Pager>> Pager { get; init; }

    /// <summary>What stands at a URL.</summary>
    public required Func<Uri, CancellationToken, EitherAsync<DomainError, Stream>> Download { get; init; }

    /// <summary>What the configuration says of the ledger.</summary>
    public required Func<Either<DomainError, LedgerConfig>> Config { get; init; }

    /// <summary>Who we are to registries: needs neither root nor ledger.</summary>
    public required Func<Either<DomainError, RegistryAccounts>> Accounts { get; init; }

    /// <summary>A command says here as of which position its answer is, where that is not the last.</summary>
    public Func<long, Unit> Answered { get; init; } = _ => unit;

    /// <summary>Result, as it is.</summary>
    public Unit Print(string text)
    {
        Out.Write(text);
        return unit;
    }

    /// <summary>A line of result.</summary>
    public Unit Line(string text)
    {
        Out.Write(text + "\n");
        return unit;
    }

    /// <summary>A line for the person, not for the pipe.</summary>
    public Unit Tell(string text)
    {
        Out.Flush();
        Error.Write(text + "\n");
        Error.Flush();
        return unit;
    }
}

/// <summary>Where the ledger lives, and how it is looked after: <c>eventdock db</c>.</summary>
/// <param name="Parted">Why changing commands will refuse this ledger with this root; None where they will not.</param>
public sealed record LedgerHome(
    Func<CancellationToken, EitherAsync<DomainError, string>> Status,
    Func<CancellationToken, EitherAsync<DomainError, Unit>> Stop,
    Func<LedgerRole, CancellationToken, EitherAsync<DomainError, string>> Url,
    Func<CancellationToken, EitherAsync<DomainError, Upgraded>> Upgrade,
    LedgerCopies Copies,
    Func<CancellationToken, EitherAsync<DomainError, Option<DomainError>>> Parted);
