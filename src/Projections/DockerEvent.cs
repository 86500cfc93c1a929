namespace EventDock.Projections;

/// <summary>One line of <c>events</c>: what has happened, in docker's words.</summary>
/// <param name="Type">container or image.</param>
/// <param name="Id">The container's, or what docker calls the image in this event.</param>
/// <param name="Attributes">In the order of their keys.</param>
/// <param name="At">
/// When it was recorded: such times never run backwards, so that whoever asks for what came since the last line he has seen misses
/// nothing.
/// </param>
public sealed record DockerEvent(
    string Type, string Action, string Id, IReadOnlyList<KeyValuePair<string, string>> Attributes, DateTimeOffset At)
{
    public const string Container = "container", Image = "image";

    /// <summary>Empty where there is none of that name.</summary>
    public string Attribute(string name) => Attributes.FirstOrDefault(a => a.Key == name).Value ?? "";
}
