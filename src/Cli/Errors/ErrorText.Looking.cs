namespace EventDock.Cli.Errors;

using EventDock.Domain.Kernel;

public static partial class ErrorText
{
    /// <summary>Null for what is not about looking at images and layers.</summary>
    private static string? OfLooking(DomainError error) =>
        error switch
        {
            DomainError.FilterForm e =>
                $"invalid argument {GoQuote.Quote(e.Text)} for \"-f, --filter\" flag: bad format of filter (expected name=value)",
            DomainError.FlagsTogether e => $"{e.One} and {e.Other} cannot be given together",
            DomainError.MomentAmbiguous { Meanings.IsEmpty: true } e => $"{Quoted(e.Text)} is a time that the clock here passed over",
            DomainError.MomentAmbiguous e => $"{Quoted(e.Text)} came twice: {string.Join(" or ", e.Meanings)}",
            DomainError.MomentToCome e => $"{Quoted(e.Text)} is in the future ({Rfc3339.Seconds(e.At)})"
                + e.Instead.Match(Some: other => $"; the day before it is {Quoted(other)}", None: () => ""),
            DomainError.PositionBeyond e => $"there is no position {e.Position}: the log has 1 to {e.Head}"
                + e.Instead.Match(Some: at => $"; as seconds since 1970 it is {Rfc3339.Seconds(at)}", None: () => ""),
            DomainError.NothingYet => "nothing had happened by then",
            DomainError.TooFewEvents e => $"{e.What} has {e.Found} events, not {e.Asked}",
            DomainError.NothingToCount e => $"{e.Text} counts the events of one thing, and none is named here",
            DomainError.ReasonMissing e => $"{e.Verb} needs --reason (or EVENTDOCK_REASON): the configuration says require-reason",
            DomainError.FlagNeeds e => $"{e.Flag} means nothing without {e.Other}",
            DomainError.NoSuchBookmark e => $"no such bookmark: {e.Name}",
            DomainError.TagMeantNothing e => $"{e.Tag} named no image at {e.Moment}",
            DomainError.ImageGone e => $"{Quoted(e.Text)} was image {Short(e.Id)}, which has been removed: "
                + (e.Sources.IsEmpty ? "it came from no registry" : $"eventdock pull {string.Join(" or ", e.Sources)} gets it again"),
            DomainError.NeverTagged e => $"no image has ever been named {e.Tag}",
            DomainError.NoSuchEvent e => $"no event has the id {e.Id:D}",
            DomainError.NoSuchLayer e => $"no such layer: {e.Reference}",
            _ => null,
        };
}
