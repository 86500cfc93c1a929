namespace EventDock.Projections;

using System.Globalization;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Domain.Ledger;

/// <summary>Which events are told of, as far as they say so themselves: of several values of one filter one must hold, of the filters all.</summary>
/// <param name="Commands">What is asked of a recorded command line.</param>
/// <param name="From">By when it happened, inclusive; likewise Until.</param>
public sealed record LogFilters(
    Seq<ActorFilter> Actors, Seq<Func<Seq<string>, bool>> Commands, Seq<PathPattern> Paths, DateTimeOffset? From, DateTimeOffset? Until)
{
    public static readonly LogFilters None = new(Seq<ActorFilter>(), Seq<Func<Seq<string>, bool>>(), Seq<PathPattern>(), null, null);

    public bool IsEmpty => Actors.IsEmpty && Commands.IsEmpty && Paths.IsEmpty && From is null && Until is null;

    public bool Takes(Recorded<DockEvent> e) =>
        (Actors.IsEmpty || Actors.Exists(actor => actor.Takes(e.Origin.Actor)))
        && (Commands.IsEmpty || Commands.Exists(command => command(e.Origin.Line)))
        && (Paths.IsEmpty || (e.Event is LayerWritten written && written.Changes.Exists(change => Paths.Exists(path => path.Takes(change)))))
        && (From is null || e.Occurred >= From) && (Until is null || e.Occurred <= Until);
}

/// <summary>
/// Somebody: <c>alice</c> by the name that the log shows, <c>login 1000</c>, <c>sudo 1000</c> and <c>uid 0</c> by that one id, <c>1000</c> by the
/// one that the name is of.
/// </summary>
public sealed record ActorFilter
{
    private readonly string kind;
    private readonly string id;

    private ActorFilter(string kind, string id) => (this.kind, this.id) = (kind, id);

    /// <summary>Error: Invalid.</summary>
    public static Either<DomainError, ActorFilter> Parse(string text) =>
        text.Split(' ') switch
        {
            [var id] when IsId(id) => new ActorFilter("", id),
            [("login" or "sudo" or "uid") and var kind, var id] when IsId(id) => new ActorFilter(kind, id),
            ["redacted"] => new ActorFilter("redacted", ""),
            [var name] when UserName.Is(name) => new ActorFilter("name", name),
            _ => new DomainError.Invalid("--actor", text, "must be a user name, a uid, as in 1000, 'login 1000', 'sudo 1000', 'uid 0', or redacted"),
        };

    public bool Takes(Actor actor)
    {
        if (actor.Uid == RedactedForm.Nobody.Uid)
        {
            return kind == "redacted";
        }

        return kind switch
        {
            "name" => actor.Name == id,
            "login" => actor.LoginUid == id,
            "sudo" => actor.SudoUid == id,
            "uid" => Text(actor.Uid) == id,
            "" => (actor.LoginUid != Actor.Unset ? actor.LoginUid : actor.SudoUid ?? Text(actor.Uid)) == id,
            _ => false,
        };
    }

    private static bool IsId(string text) => uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _);

    private static string Text(int uid) => uid.ToString(CultureInfo.InvariantCulture);
}
