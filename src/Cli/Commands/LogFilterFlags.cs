namespace EventDock.Cli.Commands;

using EventDock.Cli.Grammar;
using EventDock.Cli.Output;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Engine;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary>What the filters of <c>log</c> and <c>replay</c> say.</summary>
internal static class LogFilterFlags
{
    /// <summary>What can be said of them without a ledger.</summary>
    public sealed record Checked(Seq<string> Types, Seq<ActorFilter> Actors, Seq<PathPattern> Paths, Seq<LabelFilter> Labels);

    public static Either<DomainError, Checked> Check(ParsedArgs args) =>
        args.All("type").All(Known).Bind(types => args.All("actor").All(ActorFilter.Parse).Bind(actors =>
            args.All("path").All(PathPattern.Parse).Map(paths => new Checked(
                types, actors, paths, args.All("label").Map(text => LabelFilter.Read(text)).Strict()))));

    /// <param name="bounds">Which events by when they were.</param>
    public static EitherAsync<DomainError, LogWanted> Wanted(
        ParsedArgs args, Checked given, LogBounds bounds, Ports ports, LogForm form, int? limit, CancellationToken cancel) =>
        from containers in Set(args.All("container"), text => LogStreams.OfContainer(ports, text, cancel))
        from images in Set(args.All("image"), text => LogStreams.OfImage(ports, text, cancel))
        from tags in Set(args.All("tag"), text => LogStreams.OfTag(ports, text, cancel))
        select new LogWanted(
            new LogQuery(Seq<string>(), Seq<string>(), given.Types, bounds.Since, bounds.Until, bounds.First, bounds.Last, limit)
            {
                Within = Seq(containers, images, tags).Choose(set => set).ToArray().ToSeq(),
                Labels = given.Labels,
                Paths = given.Paths,
                WithPaths = form.Paths || !given.Paths.IsEmpty,
            },
            new LogFilters(
                given.Actors, args.All("command").Map(Command).Strict(), given.Paths, bounds.HappenedSince, bounds.HappenedUntil),
            form.Names, form.Rows, form.Paths);

    private static EitherAsync<DomainError, Option<StreamSet>> Set(Seq<string> texts, Func<string, EitherAsync<DomainError, StreamSet>> find) =>
        from sets in texts.InTurn(find)
        select sets.IsEmpty ? None : Some(sets.Tail.Fold(sets[0], (all, set) => all.And(set)));

    private static Either<DomainError, string> Known(string type) =>
        EventCodec.Kinds.Find(k => k.Name == type).Map(k => k.Name)
            .ToEither<DomainError>(() => new DomainError.Invalid("--type", type, "no event has this name (docs/events.md lists them)"));

    /// <summary>A verb, in any of its spellings, means that verb; all else is looked for in the line.</summary>
    private static Func<Seq<string>, bool> Command(string text)
    {
        var (name, rest) = CommandLine.Name(text.Split(' '));
        return rest.Count == 0 && Verbs.Find(name) is { } verb
            ? line => LogSentence.Verb(line) == verb.Name
            : line => string.Join(' ', line).Contains(text, StringComparison.Ordinal);
    }
}
