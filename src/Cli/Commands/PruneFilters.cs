namespace EventDock.Cli.Commands;

using EventDock.Domain.Kernel;
using EventDock.Projections;

/// <summary>What --filter of a prune says, docker's keys: until, label, label!, and of images dangling.</summary>
public sealed record PruneFilters(Option<DateTimeOffset> Until, Seq<LabelFilter> Labels, Option<bool> Dangling)
{
    private static readonly PruneFilters None = new(Option<DateTimeOffset>.None, Seq<LabelFilter>(), Option<bool>.None);

    public static Either<DomainError, PruneFilters> Parse(Seq<string> given, DateTimeOffset now, bool images)
    {
        var so = Right<DomainError, PruneFilters>(None);
        foreach (var text in given)
        {
            so = so.Bind(filters => One(filters, text, now, images));
        }

        return so;
    }

    private static Either<DomainError, PruneFilters> One(PruneFilters so, string text, DateTimeOffset now, bool images)
    {
        var at = text.IndexOf('=');
        if (at <= 0)
        {
            return new DomainError.Invalid("filter", text, "must be key=value");
        }

        var (key, value) = (text[..at].Trim(), text[(at + 1)..].Trim());
        return key switch
        {
            "until" => Moments.Time("filter", value, now).Map(until => so with { Until = until }),
            "label" => so with { Labels = so.Labels.Add(LabelFilter.Read(value)) },
            "label!" => so with { Labels = so.Labels.Add(LabelFilter.Read(value, not: true)) },
            "dangling" when images && value is "true" or "1" => so with { Dangling = Some(true) },
            "dangling" when images && value is "false" or "0" => so with { Dangling = Some(false) },
            _ => new DomainError.Invalid("filter", text, "is none that a prune knows"),
        };
    }
}
