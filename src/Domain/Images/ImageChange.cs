namespace EventDock.Domain.Images;

using EventDock.Domain.Builds;
using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;
using Fault = EventDock.Domain.Builds.DockerfileInstructions.Fault;

/// <summary>
/// What <c>import --change</c> does to a configuration: one instruction of a Dockerfile, by the rules that it has there
/// (Dockerfile reference); variables are those that ENV has set before it.
/// </summary>
public static class ImageChange
{
    private const char Escape = '\\';

    private static readonly char[] Blanks = [' ', '\t', '\v', '\f', '\r'];

    public static Either<DomainError, RunConfig> Apply(RunConfig run, Seq<string> changes) =>
        changes.Bind(c => c.Split('\n').ToSeq()).Filter(line => line.Trim(Blanks) is [not '#', ..]).Strict()
            .Fold(Right<DomainError, RunConfig>(run), (so, line) => so.Bind(r => Apply(r, line.Trim(Blanks))));

    private static Either<DomainError, RunConfig> Apply(RunConfig run, string line)
    {
        var gap = line.IndexOfAny(Blanks);
        var keyword = (gap < 0 ? line : line[..gap]).ToUpperInvariant();
        var rest = gap < 0 ? "" : line[gap..].Trim(Blanks);
        return Apply(run, keyword, rest).MapLeft<DomainError>(fault => new DomainError.Invalid("change", line, fault.Reason));
    }

    private static Either<Fault, RunConfig> Apply(RunConfig run, string keyword, string rest) =>
        keyword switch
        {
            "CMD" => Command(rest).Map(words => run with { Cmd = words }),
            "ENTRYPOINT" => Command(rest).Map(words => run with { Entrypoint = words }),
            "ENV" => Pairs(keyword, run, rest).Map(pairs =>
                run with { Env = RunResolution.Merge(run.Env, pairs.Map(p => $"{p.Key}={p.Value}").Strict()) }),
            "EXPOSE" => Several(keyword, run, DockerfileInstructions.Words(rest)).Bind(words => words.All(Ports))
                .Map(ports => run with { ExposedPorts = Set(run.ExposedPorts, ports.Bind(p => p)) }),
            "LABEL" => Pairs(keyword, run, rest).Map(pairs => run with { Labels = Labelled(run.Labels, pairs) }),
            "ONBUILD" => Trigger(rest).Map(trigger => run with { More = (run.More ?? RunMore.Empty) with
            {
                OnBuild = (run.More?.OnBuild ?? Seq<string>()).Add(trigger),
            } }),
            "STOPSIGNAL" => One(keyword, run, rest).Bind(Signal).Map(signal => run with { StopSignal = signal }),
            "USER" => One(keyword, run, rest).Map(user => run with { User = user }),
            "VOLUME" => Listed(rest).Bind(words => Several(keyword, run, words))
                .Map(paths => run with { Volumes = Set(run.Volumes, paths) }),
            "WORKDIR" => One(keyword, run, rest).Map(path =>
                run with { WorkingDir = DockerfileHistory.WorkingDir(run.WorkingDir, path) }),
            "HEALTHCHECK" => new Fault("HEALTHCHECK is not supported yet"),
            _ => new Fault($"{keyword} is not a valid change command"),
        };

    private static Either<Fault, Seq<string>> Command(string rest) =>
        DockerfileInstructions.Form(rest).Map(form => form.Arguments);

    private static Either<Fault, Seq<string>> Listed(string rest) =>
        DockerfileInstructions.Json(rest).Map(json => json.IfNone(() => DockerfileInstructions.Words(rest)));

    /// <summary>At least one word, each with its variables replaced; none of them empty.</summary>
    private static Either<Fault, Seq<string>> Several(string keyword, RunConfig run, Seq<string> words) =>
        words.IsEmpty
            ? new Fault($"{keyword} requires at least one argument")
            : words.All(word => Expanded(run, word)).Bind(expanded => expanded.Exists(w => w.Length == 0)
                ? Left<Fault, Seq<string>>(new Fault($"{keyword} specified can not be an empty string"))
                : expanded);

    private static Either<Fault, string> One(string keyword, RunConfig run, string rest) =>
        rest.Length == 0
            ? new Fault($"{keyword} requires exactly one argument")
            : Expanded(run, rest).Bind(word => word.Length == 0
                ? Left<Fault, string>(new Fault($"{keyword} requires exactly one argument"))
                : word);

    private static Either<Fault, string> Expanded(RunConfig run, string word) =>
        EnvExpansion.Expand(word, EnvExpansion.From(run.Env), Escape)
            .MapLeft(f => new Fault($"failed to process {GoQuote.Quote(word)}: {f.Reason}"));

    /// <summary>name=value, several, with the shell's quotes; or the old form, a name and all the rest for its value.</summary>
    private static Either<Fault, Seq<Label>> Pairs(string keyword, RunConfig run, string rest)
    {
        var words = ShellWords.Split(rest, Escape);
        if (words.IsEmpty)
        {
            return new Fault($"{keyword} requires at least one argument");
        }

        if (!words[0].Contains('='))
        {
            var gap = rest.IndexOfAny(Blanks);
            words = gap < 0 ? Seq<string>() : Seq1($"{rest[..gap]}={rest[gap..].TrimStart(Blanks)}");
        }

        return words.IsEmpty ? new Fault($"{keyword} must have two arguments")
            : words.Find(w => !w.Contains('=')).MatchUnsafe<string?>(Some: w => w, None: () => null) is { } bad
                ? new Fault($"Syntax error - can't find = in {GoQuote.Quote(bad)}. Must be of the form: name=value")
            : words.All(word => Expanded(run, word[..word.IndexOf('=')]).Bind(name => name.Length == 0
                ? Left<Fault, Label>(new Fault($"{keyword} names can not be blank"))
                : Expanded(run, word[(word.IndexOf('=') + 1)..]).Map(value => new Label(name, value))));
    }

    /// <summary>80, 80/udp or 8000-8003: one a port, as docker keeps them.</summary>
    private static Either<Fault, Seq<string>> Ports(string word)
    {
        var slash = word.IndexOf('/');
        var (range, protocol) = slash < 0 ? (word, "tcp") : (word[..slash], word[(slash + 1)..].ToLowerInvariant());
        var dash = range.IndexOf('-');
        var (low, high) = dash < 0 ? (range, range) : (range[..dash], range[(dash + 1)..]);
        return protocol is "tcp" or "udp" or "sctp" && ushort.TryParse(low, Digits, Invariant, out var first)
            && ushort.TryParse(high, Digits, Invariant, out var last) && first <= last
                ? Enumerable.Range(first, last - first + 1).Select(port => $"{port}/{protocol}").ToSeq().Strict()
                : new Fault($"invalid containerPort: {word}");
    }

    private const System.Globalization.NumberStyles Digits = System.Globalization.NumberStyles.None;

    private static System.Globalization.CultureInfo Invariant => System.Globalization.CultureInfo.InvariantCulture;

    private static Either<Fault, string> Trigger(string rest) =>
        DockerfileInstructions.Words(rest).HeadOrNone().Map(w => w.ToUpperInvariant()).IfNone("") switch
        {
            "" => new Fault("ONBUILD requires at least one argument"),
            "ONBUILD" => new Fault("Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed"),
            var word and ("FROM" or "MAINTAINER") => new Fault($"{word} isn't allowed as an ONBUILD trigger"),
            _ => Right<Fault, string>(rest),
        };

    private static Either<Fault, string> Signal(string text) =>
        SignalName.Parse(text).MapLeft(_ => new Fault($"Invalid signal: {text}")).Map(_ => text);

    private static Seq<string> Set(Seq<string> under, Seq<string> more) =>
        under.Concat(more).Distinct().Order(StringComparer.Ordinal).ToSeq().Strict();

    private static Seq<Label> Labelled(Seq<Label> under, Seq<Label> more) =>
        under.Concat(more).GroupBy(l => l.Key).Select(same => same.Last())
            .OrderBy(l => l.Key, StringComparer.Ordinal).ToSeq().Strict();
}
