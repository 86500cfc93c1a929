namespace EventDock.Cli.Output;

using System.IO;
using EventDock.Adapters.Posix;
using Spectre.Console;

/// <summary>
/// How a pull, a push or a load shows itself while it goes on: on a terminal one bar for all and a line for each part, drawn again in
/// place; elsewhere a line for each part and state, as docker prints them. Told from several threads at once.
/// </summary>
public sealed class TransferBoard
{
    /// <summary>Between two frames, in milliseconds: quicker is only work for the terminal.</summary>
    private const int Pause = 80;

    private readonly TextWriter writer;
    private readonly Func<(int Columns, int Rows)>? size;
    private readonly object gate = new();
    private TransferPart[] parts = [];
    private Screen? screen;
    private long drawnAt;

    /// <param name="size">Of the terminal, asked for every frame; null where there is none.</param>
    public TransferBoard(TextWriter writer, Func<(int Columns, int Rows)>? size) => (this.writer, this.size) = (writer, size);

    /// <summary>For what docker shows on a terminal and nowhere else: null where stdout is none.</summary>
    public static TransferBoard? OnTerminal(Session session) => On(session, session.Out) is { size: not null } board ? board : null;

    /// <summary>On a stream of the session: a terminal where that is one that understands cursor movement.</summary>
    public static TransferBoard On(Session session, TextWriter writer)
    {
        var descriptor = writer == session.Out ? 1 : 2;
        var terminal = Terminal.Is(descriptor) && Environment.GetEnvironmentVariable("TERM") is { Length: > 0 } and not "dumb";
        return new TransferBoard(
            writer,
            terminal ? () => Terminal.Size(descriptor) is { Columns: > 0, Rows: > 0 } size ? (size.Columns, size.Rows) : (80, 24) : null);
    }

    /// <summary>A line that stays. What was shown of parts stays above it.</summary>
    public void Say(string line)
    {
        lock (gate)
        {
            Settle();
            writer.Write(line + "\n");
            writer.Flush();
        }
    }

    /// <summary>The parts from now on, each in this state. What was shown of others stays.</summary>
    public void Begin(IEnumerable<(string Name, long Total)> named, string state)
    {
        lock (gate)
        {
            Settle();
            parts = named.Select(p => new TransferPart(p.Name, state, 0, Math.Max(0, p.Total), Moving: false, Ended: false)).ToArray();
            foreach (var part in parts)
            {
                Told(part);
            }

            Draw(force: true);
        }
    }

    /// <summary>So many bytes of it have moved. Shown on a terminal only, where it would be a line a piece elsewhere.</summary>
    public void Moved(int part, string state, long bytes)
    {
        lock (gate)
        {
            if (part < parts.Length && !parts[part].Ended)
            {
                parts[part] = parts[part] with { State = state, Bytes = bytes, Moving = true };
                Draw(force: false);
            }
        }
    }

    /// <param name="ended">Nothing more will come of this part.</param>
    public void State(int part, string state, bool ended = false)
    {
        lock (gate)
        {
            if (part < parts.Length && !parts[part].Ended)
            {
                parts[part] = parts[part] with { State = state, Moving = false, Ended = ended };
                Told(parts[part]);
                Draw(force: ended);
            }
        }
    }

    /// <summary>The last frame stays on the screen. Repeatable.</summary>
    public void Finish()
    {
        lock (gate)
        {
            Settle();
            writer.Flush();
        }
    }

    private void Told(TransferPart part)
    {
        if (size is null)
        {
            writer.Write($"{part.Name}: {part.State}\n");
            writer.Flush();
        }
    }

    private void Settle()
    {
        if (screen is not null)
        {
            screen.End();
            screen = null;
            var (columns, _) = size!();
            writer.Write(string.Concat(TransferFrame.Last(parts, columns).Map(line => line + "\n")));
        }

        parts = [];
    }

    private void Draw(bool force)
    {
        if (size is not null && parts.Length > 0 && (force || Environment.TickCount64 - drawnAt >= Pause))
        {
            var (columns, rows) = size();
            screen ??= new Screen(writer, size);
            screen.Show(string.Join('\n', TransferFrame.Lines(parts, columns, rows)));
            drawnAt = Environment.TickCount64;
        }
    }

    /// <summary>A text that is replaced in place. Console, asked for its width, would put the terminal into application mode.</summary>
    private sealed class Screen : IAnsiConsoleOutput
    {
        private readonly Func<(int Columns, int Rows)> size;
        private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Task live;
        private LiveDisplayContext? context;

        public Screen(TextWriter writer, Func<(int Columns, int Rows)> size)
        {
            (Writer, this.size) = (writer, size);
            using var ready = new ManualResetEventSlim();
            live = AnsiConsole.Create(new AnsiConsoleSettings { Out = this, Ansi = AnsiSupport.Yes, Interactive = InteractionSupport.Yes })
                .Live(new Text("")).AutoClear(true).Overflow(VerticalOverflow.Crop)
                .StartAsync(async given =>
                {
                    context = given;
                    ready.Set();
                    await ended.Task;
                });
            ready.Wait();
        }

        public TextWriter Writer { get; }

        public bool IsTerminal => true;

        public int Width => size().Columns;

        public int Height => size().Rows;

        public void SetEncoding(System.Text.Encoding encoding)
        {
        }

        public void Show(string text)
        {
            context!.UpdateTarget(new Text(text));
            Writer.Flush();
        }

        public void End()
        {
            ended.TrySetResult();
            live.GetAwaiter().GetResult();
        }
    }
}
