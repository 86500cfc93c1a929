namespace EventDock.Cli.Commands;

using System.IO;
using EventDock.Adapters.Posix;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;
using EventDock.Engine;
using Spectre.Console;

/// <summary>How a pull shows itself: a moving line a layer on a terminal, a line a layer and state elsewhere.</summary>
public sealed class PullOutput
{
    public static PullOutput Silent => new(null, null);

    private readonly TextWriter? writer;
    private readonly IAnsiConsole? console;
    private readonly object gate = new();
    private readonly TaskCompletionSource finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Seq<Descriptor> layers;
    private Task live = Task.CompletedTask;
    private ProgressTask[] tasks = [];

    private PullOutput(TextWriter? writer, IAnsiConsole? console) => (this.writer, this.console) = (writer, console);

    /// <summary>On stdout for <c>pull</c> and FROM, on stderr for <c>run</c>, as docker does.</summary>
    public static PullOutput On(Session session, TextWriter writer)
    {
        var terminal = writer == session.Out ? !Console.IsOutputRedirected : session.ErrorIsTerminal;
        return new PullOutput(
            writer,
            terminal
                ? AnsiConsole.Create(new AnsiConsoleSettings { Out = new Screen(writer, writer == session.Out ? 1 : 2), Ansi = AnsiSupport.Yes })
                : null);
    }

    /// <summary>What <c>run</c> and <c>create</c> tell when the image is missing.</summary>
    public static CreateTelling ForRun(Session session) =>
        On(session, session.Error).Telling(missing => session.Tell($"Unable to find image '{missing.Familiar}' locally"));

    /// <summary>What FROM tells when the image is missing.</summary>
    public static CreateTelling ForBuild(Session session) => On(session, session.Out).Telling(_ => { });

    private CreateTelling Telling(Action<ImageReference> missing) =>
        new(missing, Progress, Finish, pulled =>
        {
            Said(pulled);
            writer?.Flush();
        });

    public EitherAsync<DomainError, Unit> Finish() => EndRight().ToAsync();

    /// <summary>The two lines at the end of a pull.</summary>
    public Unit Said(Pulled pulled)
    {
        Said(pulled.Digest);
        return Said(pulled.Reference.Familiar, pulled.New);
    }

    public Unit Said(Digest digest)
    {
        writer?.Write($"Digest: {digest.Value}\n");
        return unit;
    }

    /// <param name="what">An image, or a repository all of whose tags were asked for.</param>
    public Unit Said(string what, bool newer)
    {
        writer?.Write($"Status: {(newer ? "Downloaded newer image" : "Image is up to date")} for {what}\n");
        return unit;
    }

    public void Progress(PullProgress progress)
    {
        if (writer is null)
        {
            return;
        }

        lock (gate)
        {
            switch (progress)
            {
                case PullProgress.Found found:
                    layers = found.Layers;
                    var what = found.Reference.Tag ?? found.Reference.Digest?.Value ?? "";
                    writer.Write($"{what}: Pulling from {found.Reference.Path}\n");
                    writer.Flush();
                    Begin();
                    break;
                case PullProgress.AlreadyExists known:
                    Show(known.Layer, "Already exists", whole: true);
                    break;
                case PullProgress.Complete complete:
                    Show(complete.Layer, "Pull complete", whole: true);
                    break;
                case PullProgress.Downloading going:
                    Going(going);
                    break;
            }
        }
    }

    /// <summary>The terminal behind a writer of ours. Console, asked for its width, would put it into application mode.</summary>
    private sealed class Screen(TextWriter writer, int descriptor) : IAnsiConsoleOutput
    {
        public TextWriter Writer => writer;

        public bool IsTerminal => true;

        public int Width => Terminal.Size(descriptor)?.Columns ?? 80;

        public int Height => Terminal.Size(descriptor)?.Rows ?? 24;

        public void SetEncoding(System.Text.Encoding encoding)
        {
        }
    }

    private void Begin()
    {
        if (console is null)
        {
            layers.Iter(layer => writer!.Write($"{layer.Digest.Short}: Pulling fs layer\n"));
            writer!.Flush();
            return;
        }

        var ready = new ManualResetEventSlim();
        live = console.Progress().AutoClear(false).HideCompleted(false)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new DownloadedColumn())
            .StartAsync(async context =>
            {
                tasks = layers.Map(layer => context.AddTask($"{layer.Digest.Short}: Pulling fs layer", maxValue: Math.Max(1, layer.Size))).ToArray();
                ready.Set();
                await finished.Task;
            });
        ready.Wait();
    }

    private void Going(PullProgress.Downloading going)
    {
        if (tasks.Length > going.Layer)
        {
            tasks[going.Layer].Description = $"{layers[going.Layer].Digest.Short}: Downloading";
            tasks[going.Layer].Value = going.Bytes;
        }
    }

    private void Show(int layer, string state, bool whole)
    {
        var line = $"{layers[layer].Digest.Short}: {state}";
        if (tasks.Length > layer)
        {
            tasks[layer].Description = line;
            tasks[layer].Value = whole ? tasks[layer].MaxValue : tasks[layer].Value;
        }
        else
        {
            writer!.Write(line + "\n");
            writer.Flush();
        }
    }

    private async Task End()
    {
        finished.TrySetResult();
        await live;
    }

    private async Task<Either<DomainError, Unit>> EndRight()
    {
        await End();
        return unit;
    }
}
