namespace EventDock.Domain.Kernel;

public abstract partial record DomainError
{
    /// <summary>A local time that the clock shows twice, or never: when summer time ends or begins.</summary>
    /// <param name="Meanings">What it could mean, as it can be written; none for a time that is passed over.</param>
    public sealed record MomentAmbiguous(string Text, Seq<string> Meanings) : DomainError;

    /// <summary>A moment that has not come.</summary>
    /// <param name="Instead">What may have been meant, as it can be written.</param>
    public sealed record MomentToCome(string Text, DateTimeOffset At, Option<string> Instead) : DomainError;

    /// <summary>A position that the ledger does not have.</summary>
    /// <param name="Instead">The time that the number would be as seconds since 1970, where that has been.</param>
    public sealed record PositionBeyond(long Position, long Head, Option<DateTimeOffset> Instead) : DomainError;

    /// <summary>A moment before the first event.</summary>
    public sealed record NothingYet : DomainError;

    /// <summary>More events ago than there are.</summary>
    /// <param name="What">What they would have happened to.</param>
    public sealed record TooFewEvents(string What, int Asked, int Found) : DomainError;

    /// <summary><c>@{3}</c> where there is no one thing whose events could be counted.</summary>
    public sealed record NothingToCount(string Text) : DomainError;

    /// <summary>The configuration wants to be told why.</summary>
    public sealed record ReasonMissing(string Verb) : DomainError;

    /// <summary>A flag that means something only beside another.</summary>
    public sealed record FlagNeeds(string Flag, string Other) : DomainError;

    public sealed record NoSuchBookmark(string Name) : DomainError;

    /// <summary>At that moment the tag named no image.</summary>
    public sealed record TagMeantNothing(string Tag, string Moment) : DomainError;

    /// <summary>The image has been removed since.</summary>
    /// <param name="Sources">From where it can be pulled again.</param>
    public sealed record ImageGone(string Text, string Id, Seq<string> Sources) : DomainError;

    /// <summary>No tag of that name has ever been.</summary>
    public sealed record NeverTagged(string Tag) : DomainError;

    public sealed record NoSuchEvent(Guid Id) : DomainError;
}
