namespace EventDock.Adapters.Content;

using System.IO;
using EventDock.Adapters.Posix;
using EventDock.Domain.Kernel;

/// <summary>An archive, plain, gzip or zstd: one thread receives and inflates it, another reads what comes out.</summary>
internal static class Inflated
{
    /// <summary>
    /// All of the source goes through <paramref name="read"/>, whose failure ends the whole at once: a source that is silent
    /// (a terminal, a pipe that nobody writes to) is then waited for no longer.
    /// </summary>
    internal static async Task ReadAsync(
        Stream source, string what, Action<Stream, CancellationToken> read, CancellationToken cancel)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var called = stop.Token;
        using var plain = new ByteQueue(called);
        var inflate = Task.Run(() => Inflate(source, what, plain, called), CancellationToken.None);
        var reading = Task.Run(
            () =>
            {
                try
                {
                    read(plain, called);
                }
                catch
                {
                    plain.Abandon();
                    stop.Cancel();
                    throw;
                }
            },
            CancellationToken.None);
        await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        // What cut the stream off says more than what was made of its end. A source that still goes on is not waited for.
        if (reading.IsCompletedSuccessfully || plain.IsComplete)
        {
            if (await inflate.ConfigureAwait(false) is { } cut)
            {
                throw new RefusedException(cut);
            }
        }

        await reading.ConfigureAwait(false);
    }

    private static DomainError? Inflate(Stream source, string what, ByteQueue plain, CancellationToken called)
    {
        try
        {
            ArchiveForm.Read(source, what, called, bytes => plain.Write(bytes.Span));
            return null;
        }
        catch (RefusedException e)
        {
            return e.Error;
        }
        catch (OperationCanceledException) when (called.IsCancellationRequested)
        {
            return null;
        }
        catch (IOException e)
        {
            return new DomainError.BadContent(what, $"its source failed: {e.Message}");
        }
        finally
        {
            plain.Complete();
        }
    }
}
