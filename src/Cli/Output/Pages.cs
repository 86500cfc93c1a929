namespace EventDock.Cli.Output;

using System.IO;
using System.Runtime.ExceptionServices;
using System.Text;
using EventDock.Adapters.Host;
using EventDock.Domain.Kernel;

/// <summary>
/// Lines of which a person may not want to see the last. The pager is started with the first of them, so that a refusal stands on
/// the terminal itself. A reader that leaves early ends what makes the lines: they are not fetched to be thrown away.
/// </summary>
public static class Pages
{
    /// <param name="paged">Through a pager, if there is one; that it is left early is no error.</param>
    /// <param name="print">Makes the lines, until its token is cancelled.</param>
    public static EitherAsync<DomainError, Unit> Print(
        Session session, bool paged, Func<Func<string, Unit>, CancellationToken, EitherAsync<DomainError, Unit>> print,
        CancellationToken cancel) => PrintAsync(session, paged, print, cancel).ToAsync();

    private static async Task<Either<DomainError, Unit>> PrintAsync(
        Session session, bool paged, Func<Func<string, Unit>, CancellationToken, EitherAsync<DomainError, Unit>> print,
        CancellationToken cancel)
    {
        using var left = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var shown = new Shown(session, paged, left);
        Either<DomainError, Unit> done;
        try
        {
            done = await print(shown.Line, left.Token).ToEither();
        }
        catch (OperationCanceledException) when (shown.Broken.IsSome)
        {
            done = unit;
        }

        // A pipe whose reader has gone is the whole program's affair.
        shown.Broken.Filter(_ => !shown.IsPaged).IfSome(ExceptionDispatchInfo.Throw);
        return done;
    }

    /// <summary>Where the lines go, once there is one.</summary>
    private sealed class Shown(Session session, bool paged, CancellationTokenSource left) : IDisposable
    {
        /// <summary>A screen or two: the first is there at once.</summary>
        private const int Buffered = 4096;

        private readonly Lazy<Option<Open>> open = new(() => paged
            ? session.Pager().Map(pager => new Open(pager, new StreamWriter(pager.Input, new UTF8Encoding(false), Buffered)))
            : None);

        /// <summary>What was said when the reader had gone.</summary>
        public Option<IOException> Broken { get; private set; }

        public bool IsPaged => open.IsValueCreated && open.Value.IsSome;

        public Unit Line(string text) => Try(() =>
            open.Value.Match(Some: pages => pages.Write(text + "\n"), None: () => session.Line(text)));

        public void Dispose()
        {
            if (open.IsValueCreated)
            {
                open.Value.IfSome(pages =>
                {
                    Try(pages.Flush);
                    pages.Pager.End();
                });
            }
        }

        private Unit Try(Func<Unit> write)
        {
            try
            {
                return Broken.IsSome ? unit : write();
            }
            catch (IOException e) when (Program.IsBrokenPipe(e))
            {
                Broken = e;
                left.Cancel();
                return unit;
            }
        }
    }

    private sealed record Open(Pager Pager, TextWriter Writer)
    {
        public Unit Write(string text)
        {
            Writer.Write(text);
            return unit;
        }

        public Unit Flush()
        {
            Writer.Flush();
            return unit;
        }
    }
}
