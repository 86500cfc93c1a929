namespace EventDock.Engine;

using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;
using static EventDock.Engine.Pipeline;

/// <summary>
/// Hands the newest checkpoint to those who keep it out of this host's reach. One target that fails does not keep it from the
/// others.
/// </summary>
public static class Anchoring
{
    /// <summary>Gives how many targets failed.</summary>
    /// <param name="whole">Hash every event again before signing.</param>
    /// <param name="told">What came of each target.</param>
    public static EitherAsync<DomainError, int> Run(
        ProofPorts ports, bool whole, Func<AnchorTarget, Checkpoint, Either<DomainError, Unit>, Unit> told, CancellationToken cancel) =>
        from key in ports.Key(cancel)
        from before in ports.Files.Memory(key.Name, cancel)
        // Noted first: another command that starts meanwhile does not try as well.
        from begun in ports.Files.Remember(before with { Tried = ports.Clock() }, cancel)
        from signed in Checkpoints.Make(ports, whole, cancel)
        from results in ports.Config.Anchors.InTurn(target => One(ports, target, signed, told, cancel))
        let failed = results.Count(good => !good)
        from ended in failed > 0 ? Done : ports.Files.Remember(
            new AnchorMemory(key.Name, signed.Checkpoint.Size, ports.Clock(), ports.Clock()), cancel)
        select failed;

    private static EitherAsync<DomainError, bool> One(
        ProofPorts ports, AnchorTarget target, SignedCheckpoint signed,
        Func<AnchorTarget, Checkpoint, Either<DomainError, Unit>, Unit> told, CancellationToken cancel)
    {
        return Try().ToAsync();

        async Task<Either<DomainError, bool>> Try()
        {
            var handed = await ports.Hand(target, signed.ToString(), cancel).ToEither();
            told(target, signed.Checkpoint, handed);
            return handed.IsLeft
                ? false
                : await ports.Tree.Anchored(target.Name, signed.Checkpoint, cancel).Map(_ => true).ToEither();
        }
    }
}
