namespace EventDock.Engine;

using System.IO;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Domain.Ledger;
using EventDock.Projections;

/// <summary>What an import touches, as functions.</summary>
/// <param name="Alone">No command that has looked whether the ledger is its root's may go on while another's takes its place.</param>
public sealed record ImportPorts(OpenLedger Ledger, SignatureCheck Check, StoreLock Alone);

/// <summary>
/// <c>eventdock ledger import</c>: an export becomes the ledger of a root that has none. Events first, in one transaction; the
/// views are folded from them by the way that every rebuild takes.
/// </summary>
public static class ImportLedger
{
    /// <param name="key">Whom to trust for the checkpoint at the end; None: it is not asked who has signed it.</param>
    public static EitherAsync<DomainError, Imported> Run(
        ImportPorts ports, Stream export, Option<VerifierKey> key, Action<Projections.BuildProgress> told, CancellationToken cancel) =>
        ports.Alone.Take(true, cancel).Holding(() =>
            from imported in ports.Ledger.Importer.Load(export, trailer => Signer(trailer, key, ports.Check), cancel)
            from built in ports.Ledger.Care.Views.Rebuild(Seq<string>(), told, cancel)
            select imported);

    /// <summary>
    /// <c>eventdock replay --into</c>: the first events of an export, and the views folded from them, in a database of their own. The whole of
    /// the export is checked first.
    /// </summary>
    /// <param name="until">None: all of it.</param>
    public static EitherAsync<DomainError, Imported> Until(
        ImportPorts ports, Stream export, Option<MomentOfExport> until, Option<VerifierKey> key, Action<Projections.BuildProgress> told,
        CancellationToken cancel) =>
        from imported in ports.Ledger.Importer.LoadUntil(
            export, leaf => until.ForAll(moment => moment.Covers(leaf)), trailer => Signer(trailer, key, ports.Check).Bind(_ => Reaches(trailer, until)), cancel)
        from built in ports.Ledger.Care.Views.Rebuild(Seq<string>(), told, cancel)
        select imported;

    private static Either<DomainError, Unit> Reaches(ExportTrailer trailer, Option<MomentOfExport> until) =>
        until.Exists(moment => moment.Position > trailer.To) ? new DomainError.BadExport(0, $"ends at position {trailer.To}") : unit;

    private static Either<DomainError, Option<VerifierKey>> Signer(
        ExportTrailer trailer, Option<VerifierKey> key, SignatureCheck check) =>
        key.Match(
            Some: trusted => trailer.Checkpoint.SignedBy(trusted, check, "the checkpoint of the export").Map(_ => Some(trusted)),
            None: () => Right<DomainError, Option<VerifierKey>>(None));
}
