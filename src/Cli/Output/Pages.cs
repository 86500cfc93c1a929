namespace EventDock.Cli.Output;

using System.IO;
using System.Text;
using EventDock.Adapters.Host;
using EventDock.Domain.Kernel;

/// <summary>
/// Lines that a person may want to read page by page. The pager is started with the first of them, so that a refusal stands on the
/// terminal itself; that it is left before the last is no error, and ends what makes them.
/// </summary>
public static class Pages
{
    /// <param name="print">Makes the lines, until its token is cancelled.</param>
    public static EitherAsync<DomainError, Unit> Print(
        Session session, bool paged, Func<Func<string, Unit>, CancellationToken, EitherAsync<DomainError, Unit>> print,
        CancellationToken cancel) =>
        paged ? PrintAsync(session, print, cancel).ToAsync() : print(session.Line, cancel);

    private static async Task<Either<DomainError, Unit>> PrintAsync(
        Session session, Func<Func<string, Unit>, CancellationToken, EitherAsync<DomainError, Unit>> print, CancellationToken cancel)
    {
        using var left = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var shown = new Shown(session, left);
        try
        {
            return await print(shown.Line, left.Token).ToEither();
        }
        catch (OperationCanceledException) when (shown.IsLeft && !cancel.IsCancellationRequested)
        {
            return unit;
        }
    }

    /// <summary>Where the lines go, once there is one.</summary>
    private sealed class Shown(Session session, CancellationTokenSource left) : IDisposable
    {
        /// <summary>A screen or two: the first is there at once.</summary>
        private const int Buffered = 4096;

        private readonly Lazy<Option<Open>> open = new(() => session.Pager().Map(pager => new Open(
            pager, new StreamWriter(pager.Input, new UTF8Encoding(false), Buffered))));

        /// <summary>Its reader has gone.</summary>
        public bool IsLeft { get; private set; }

        public Unit Line(string text) =>
            open.Value.Match(Some: pages => Try(() => pages.Writer.Write(text + "\n")), None: () => session.Line(text));

        public void Dispose()
        {
            if (open.IsValueCreated)
            {
                open.Value.IfSome(pages =>
                {
                    Try(pages.Writer.Flush);
                    pages.Pager.End();
                });
            }
        }

        private Unit Try(Action write)
        {
            try
            {
                if (!IsLeft)
                {
                    write();
                }
            }
            catch (IOException e) when (e.HResult == Program.ErrnoBrokenPipe)
            {
                IsLeft = true;
                left.Cancel();
            }

            return unit;
        }

        private sealed record Open(Pager Pager, TextWriter Writer);
    }
}
