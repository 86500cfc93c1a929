namespace EventDock.Domain.Kernel;

using System.Text.Json;
using System.Text.Json.Nodes;

/// <summary>
/// How the stored data of an old schema version becomes that of the next: pure functions over JSON, one a step, applied one
/// after the other when an event is read. What is stored is never rewritten.
/// </summary>
/// <param name="Steps">By the event's alias and the version the step starts from.</param>
public sealed record Upcasters(Seq<Upcaster> Steps)
{
    /// <summary>None so far: every event is still written as in its first version.</summary>
    public static readonly Upcasters All = new(Seq<Upcaster>());

    /// <summary>The data as version <paramref name="to"/> has it. Left: why there is no way there.</summary>
    public Either<string, string> Lift(string alias, int from, int to, string data)
    {
        try
        {
            if (JsonNode.Parse(data) is not JsonObject lifted)
            {
                return Left<string, string>("its data is no object");
            }

            for (var version = from; version < to; version++)
            {
                var step = Steps.Find(s => s.Alias == alias && s.From == version);
                if (step.IsNone)
                {
                    return Left<string, string>($"nothing is known of its schema {version}");
                }

                var before = lifted;
                lifted = step.Map(s => s.Lift(before)).IfNone(before);
            }

            return Right<string, string>(lifted.ToJsonString());
        }
        catch (JsonException e)
        {
            return Left<string, string>(e.Message);
        }
    }
}

/// <summary>One step, from a version to the next.</summary>
public sealed record Upcaster(string Alias, int From, Func<JsonObject, JsonObject> Lift);
