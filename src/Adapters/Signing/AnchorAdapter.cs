namespace EventDock.Adapters.Signing;

using System.Text;
using EventDock.Adapters.Posix;
using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;

/// <summary>Checkpoints handed to where the host's root cannot change them afterwards.</summary>
public static class AnchorAdapter
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Gives a note to one target; done when it is kept.</summary>
    public static EitherAsync<DomainError, Unit> Hand(AnchorTarget target, string note, CancellationToken cancel) =>
        target switch
        {
            AnchorTarget.Program p => RunAsync(p, note, cancel).ToAsync(),
            AnchorTarget.File f => AppendAsync(f, note, cancel).ToAsync(),
            _ => throw new System.Diagnostics.UnreachableException(target.GetType().Name),
        };

    private static async Task<Either<DomainError, Unit>> RunAsync(AnchorTarget.Program target, string note, CancellationToken cancel)
    {
        var answer = await Piped.RunAsync(target.Arguments, Encoding.UTF8.GetBytes(note), Patience, cancel);
        return answer.Error is { } error ? new DomainError.AnchorFailed(target.Name, error) : unit;
    }

    /// <summary>One write and an fsync; an empty line after it keeps the notes apart.</summary>
    private static async Task<Either<DomainError, Unit>> AppendAsync(AnchorTarget.File target, string note, CancellationToken cancel)
    {
        var appended = await Guarded.Run(
            () =>
            {
                using var file = Fs.At(
                    Fs.Cwd, Bytes.Of(target.Path), Open.Write | Open.Create | Open.NonBlock | Append, 0x1a4);
                Fs.Write(file, Encoding.UTF8.GetBytes(note + "\n"));
                Fs.Sync(file);
                return unit;
            },
            cancel);
        return appended.MapLeft<DomainError>(error => error switch
        {
            DomainError.FileFailed e => new DomainError.AnchorFailed(target.Path, e.Reason),
            DomainError.DiskFull => new DomainError.AnchorFailed(target.Path, "no space left on device"),
            _ => error,
        });
    }

    private const int Append = 0x400;
}
