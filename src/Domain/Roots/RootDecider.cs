namespace EventDock.Domain.Roots;

using System.Diagnostics;
using EventDock.Domain.Kernel;

/// <summary>What may be asked of the ledger as a whole.</summary>
public abstract record RootCommand;

/// <summary>Begins an empty ledger for this root.</summary>
public sealed record InitializeRoot(string RootId, string HostId, string BootId, string Engine) : RootCommand;

/// <summary>Says that this ledger and this root go together from here on.</summary>
public sealed record AdoptLedger(string RootId, string HostId, string BootId, long DiskPosition) : RootCommand;

/// <summary>To which root the ledger belongs: none yet, or one.</summary>
public static class RootDecider
{
    public static readonly Decider<RootCommand, Option<string>, RootEvent> Decider = new(None, Decide, Evolve);

    public static Either<DomainError, Seq<RootEvent>> Decide(RootCommand command, Option<string> owner) =>
        command switch
        {
            InitializeRoot c => owner.Match(
                Some: id => id == c.RootId
                    ? Right<DomainError, Seq<RootEvent>>(Seq<RootEvent>())
                    : new DomainError.RootMismatch(c.RootId, $"the ledger belongs to root {id}"),
                None: () => Right(Seq1<RootEvent>(new RootInitialized(c.RootId, c.HostId, c.BootId, c.Engine)))),
            AdoptLedger c => Right(Seq1<RootEvent>(
                new RootAdopted(c.RootId, c.HostId, c.BootId, owner.IfNone(""), c.DiskPosition))),
            _ => throw new UnreachableException($"no rule for {command.GetType().Name}"),
        };

    public static Option<string> Evolve(Option<string> owner, RootEvent happened) => Some(happened.RootId);
}
