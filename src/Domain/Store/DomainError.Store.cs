namespace EventDock.Domain.Kernel;

public abstract partial record DomainError
{
    /// <summary>What a prune with these filters would remove is no longer what it was when the plan was made.</summary>
    /// <param name="More">Lines that have come to it.</param>
    /// <param name="Less">Lines that are no longer in it.</param>
    public sealed record PlanChanged(string Plan, Seq<string> More, Seq<string> Less) : DomainError;

    /// <summary>No prune with these filters has ever had this plan.</summary>
    public sealed record NoSuchPlan(string Plan) : DomainError;

    /// <summary>What must be done alone cannot be done while other commands change things.</summary>
    public sealed record CommandsAtWork : DomainError;
}
