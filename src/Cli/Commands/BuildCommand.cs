namespace EventDock.Cli.Commands;

using System.IO;
using System.Text;
using EventDock.Cli.Grammar;
using EventDock.Cli.Output;
using EventDock.Domain.Builds;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;
using EventDock.Engine;
using static EventDock.Engine.Pipeline;

/// <summary><c>eventdock build</c></summary>
public static class BuildCommand
{
    /// <summary>A Dockerfile or .dockerignore longer than this is a mistake.</summary>
    private const int MostBytes = 4 << 20;

    private const string IgnoreFile = ".dockerignore";

    public static EitherAsync<DomainError, int> Run(ParsedArgs args, Session session, CancellationToken cancel) =>
        from tags in args.All("tag").All(Engine.Tag.Target).ToAsync()
        from network in Network(args.Text("network")).ToAsync()
        from local in args.Arguments[0] == "-" ? Done : Directory(args.Arguments[0]).ToAsync()
        from early in args.Arguments[0] == "-"
            ? Give(Option<Source>.None)
            : Local(args.Arguments[0], args.Text("file")).Map(Some)
        from parsed in early.Match(
            Some: source => Parsed(source).Map(Some),
            None: () => Give(Option<Ready>.None))
        from ports in session.Change(cancel)
        from ready in parsed.Match(
            Some: Give,
            None: () => FromStdin(ports, args.Text("file"), cancel).Bind(Parsed))
        let quiet = args.On("quiet")
        from id in Build.Image(
            ports,
            new BuildRequest(ready.File, ready.Context, ready.Ignore, tags, args.On("no-cache"), network),
            new BuildTelling(
                quiet ? _ => { } : progress => Show(session, progress),
                quiet ? new CreateTelling(_ => { }, _ => { }, PullOutput.Silent.Finish, _ => { }) : PullOutput.ForBuild(session)),
            cancel)
        let said = Said(session, id, tags, quiet)
        select 0;

    private sealed record Source(string Name, string Text, string? Context, Seq<string> Ignore);

    private sealed record Ready(Dockerfile File, string? Context, Seq<string> Ignore);

    private static EitherAsync<DomainError, Ready> Parsed(Source source) =>
        Dockerfile.Parse(source.Name, source.Text).Map(file => new Ready(file, source.Context, source.Ignore)).ToAsync();

    private static Either<DomainError, Unit> Directory(string path) =>
        System.IO.Directory.Exists(path) ? unit
        : path.Contains("://", StringComparison.Ordinal) ? new DomainError.NotSupported("a build context at a URL")
        : File.Exists(path) ? new DomainError.FileFailed(path, "is not a directory")
        : new DomainError.FileFailed(path, "no such file or directory");

    private static Either<DomainError, string> Network(string? asked) =>
        asked switch
        {
            null or "default" => "private",
            "none" => "none",
            "host" => "host",
            _ => new DomainError.NotSupported($"--network {asked}"),
        };

    private static EitherAsync<DomainError, Source> Local(string context, string? file)
    {
        var path = file ?? Path.Combine(context, "Dockerfile");
        return
            from text in (file == "-"
                ? Text("the Dockerfile on stdin", Console.OpenStandardInput())
                : Inputs.File(path).Bind(stream => Whole(path, stream))).ToAsync()
            from ignore in Ignored(Path.Combine(context, IgnoreFile), Inputs.File).ToAsync()
            select new Source(file ?? "Dockerfile", text, Path.GetFullPath(context), ignore);
    }

    /// <summary>Whoever made the archive must not have other files of this host read by way of links.</summary>
    private static EitherAsync<DomainError, Source> Unpacked(string context, string? file)
    {
        var name = file ?? "Dockerfile";
        return
            from text in Inputs.Within(context, name, name).Bind(stream => Whole(name, stream)).ToAsync()
            from ignore in Ignored(IgnoreFile, path => Inputs.Within(context, path, path)).ToAsync()
            select new Source(name, text, context, ignore);
    }

    /// <summary>A Dockerfile alone, or a tar of a context: told apart by their first bytes.</summary>
    private static EitherAsync<DomainError, Source> FromStdin(Ports ports, string? file, CancellationToken cancel)
    {
        var stdin = new PeekStream(Console.OpenStandardInput());
        return stdin.LooksLikeArchive()
            ? from context in ports.Context.FromTar(stdin, cancel)
              from source in Unpacked(context, file)
              select source
            : file is null
                ? Text("the Dockerfile on stdin", stdin).Map(text => new Source("Dockerfile", text, null, Seq<string>())).ToAsync()
                : Fail<Source>(new DomainError.Invalid("-f", file, "there is no context to find it in"));
    }

    private static Either<DomainError, Seq<string>> Ignored(string path, Func<string, Either<DomainError, Stream>> open) =>
        open(path).Match(
            Right: stream => Whole(path, stream).Map(Lines),
            Left: error => error is DomainError.FileFailed { Reason: Inputs.NotThere }
                ? Right<DomainError, Seq<string>>(Seq<string>())
                : error);

    private static Seq<string> Lines(string text) => text.Split('\n').Map(line => line.TrimEnd('\r')).ToSeq().Strict();

    private static Either<DomainError, string> Whole(string name, Stream stream)
    {
        using (stream)
        {
            try
            {
                return Text(name, stream);
            }
            catch (IOException e)
            {
                return new DomainError.FileFailed(name, e.Message);
            }
        }
    }

    private static Either<DomainError, string> Text(string name, Stream stream)
    {
        var memory = new MemoryStream();
        var buffer = new byte[65536];
        for (var read = stream.Read(buffer); read > 0; read = stream.Read(buffer))
        {
            memory.Write(buffer, 0, read);
            if (memory.Length > MostBytes)
            {
                return new DomainError.FileFailed(name, "is larger than 4 MiB");
            }
        }

        return Encoding.UTF8.GetString(memory.GetBuffer(), 0, (int)memory.Length);
    }

    private static void Show(Session session, BuildProgress progress)
    {
        session.Line(progress switch
        {
            BuildProgress.Step s => $"Step {s.Number}/{s.Of} : {TerminalText.Escape(s.Text)}",
            BuildProgress.FromCache => " ---> Using cache",
            BuildProgress.RunningIn r => $" ---> Running in {r.Id}",
            BuildProgress.Made m => $" ---> {m.ImageId[..12]}",
            _ => throw new System.Diagnostics.UnreachableException($"no line for {progress.GetType().Name}"),
        });
        session.Out.Flush();
    }

    private static Unit Said(Session session, string id, Seq<ImageReference> tags, bool quiet)
    {
        if (quiet)
        {
            return session.Line(Digest.Prefix + id);
        }

        session.Line($"Successfully built {id[..12]}");
        return tags.Iter(tag => session.Line($"Successfully tagged {tag.Familiar}"));
    }
}
