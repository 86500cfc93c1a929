namespace EventDock.Cli.Commands;

using EventDock.Domain.Kernel;
using EventDock.Projections;

/// <summary>What --filter of <c>events</c> says, docker's keys; those about what there is not are refused.</summary>
public static class EventFilterFlags
{
    public static Either<DomainError, EventFilters> Parse(Seq<string> given)
    {
        var so = Right<DomainError, EventFilters>(EventFilters.None);
        foreach (var text in given)
        {
            so = so.Bind(filters => One(filters, text));
        }

        return so;
    }

    private static Either<DomainError, EventFilters> One(EventFilters so, string text)
    {
        var at = text.IndexOf('=');
        if (at < 0)
        {
            return new DomainError.FilterForm(text);
        }

        var (key, value) = (text[..at].Trim().ToLowerInvariant(), text[(at + 1)..].Trim());
        return key switch
        {
            "type" when value is DockerEvent.Container or DockerEvent.Image => so with { Types = so.Types.Add(value) },
            "event" => so with { Events = so.Events.Add(value) },
            "container" => so with { Containers = so.Containers.Add(value) },
            "image" => so with { Images = so.Images.Add(value) },
            "label" => so with { Labels = so.Labels.Add(LabelFilter.Read(value)) },
            "type" => new DomainError.NotSupported($"events of type {value}"),
            "config" or "daemon" or "network" or "node" or "plugin" or "scope" or "secret" or "service" or "volume" =>
                new DomainError.NotSupported($"--filter {key} of \"eventdock events\""),
            _ => new DomainError.Invalid("filter", text, "is none that events knows"),
        };
    }
}
