namespace EventDock.Cli.Commands;

using EventDock.Cli.Grammar;
using EventDock.Domain.Kernel;

/// <summary>Why somebody does what he does: <c>--reason</c>, else EVENTDOCK_REASON. It stands beside each event of the command.</summary>
internal static class Reasons
{
    private const int Most = 1000;

    /// <summary>Null where nothing is said.</summary>
    public static string? Given(ParsedArgs args) =>
        !Changes(args) ? null
        : (args.Text("reason") ?? Environment.GetEnvironmentVariable("EVENTDOCK_REASON")) is { } text && !string.IsNullOrWhiteSpace(text) ? text.Trim()
        : null;

    /// <summary>Errors: ReasonMissing where <c>require-reason</c> is configured; Invalid for one that is too long.</summary>
    public static Either<DomainError, Unit> Enough(Places places, ParsedArgs args, string? reason) =>
        reason?.Length > Most ? new DomainError.Invalid("--reason", reason[..20] + "…", $"must not be longer than {Most} characters")
        : reason is not null || !Changes(args) ? unit
        : Adapters.Registry.EngineConfigFile.Read(places.Config, places.ConfigNamed).Match<Either<DomainError, Unit>>(
            Right: config => config.RequireReason ? new DomainError.ReasonMissing(args.Verb.Name) : unit,
            // A wrong configuration is told of by who needs it, and keeps nobody from stopping a container.
            Left: _ => unit);

    /// <summary>It may change something: its refusal is recorded, and so is why.</summary>
    public static bool Changes(ParsedArgs args) => Verbs.IsChanging(args.Verb.Name) && !OnlyLooks(args);

    /// <summary>A plan, the list of bookmarks, or a difference between what has been recorded.</summary>
    private static bool OnlyLooks(ParsedArgs args) =>
        (args.Verb.Long("plan") is not null && args.On("plan")) || (args.Verb.Name == "bookmark" && args.Arguments.IsEmpty)
        || (args.Verb.Name == "diff" && (args.Has("as-of") || args.Arguments.Count > 1));
}
