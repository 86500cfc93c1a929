namespace EventDock.Adapters.Runc;

using System.Diagnostics.CodeAnalysis;
using System.IO;
using EventDock.Domain.Kernel;

/// <summary>Early returns, which is how an adapter reads best.</summary>
internal static class Results
{
    public static bool Fails<T>(
        this Either<DomainError, T> result, [NotNullWhen(true)] out DomainError? error, out T value)
    {
        (error, value) = result.Match<(DomainError?, T)>(Right: found => (null, found), Left: refused => (refused, default!));
        return error is not null;
    }

    public static T? OrNull<T>(this Option<T> option) where T : class => option.MatchUnsafe<T?>(Some: value => value, None: () => null);

    /// <summary>Runs blocking work off the caller's thread; a failing file operation becomes an error that names the place.</summary>
    public static EitherAsync<DomainError, T> Blocking<T>(string place, Func<Either<DomainError, T>> work) =>
        Task.Run(() => Guarded(place, work)).ToAsync();

    public static Either<DomainError, T> Guarded<T>(string place, Func<Either<DomainError, T>> work)
    {
        try
        {
            return work();
        }
        catch (IOException e)
        {
            return PrivateFiles.Error(place, e);
        }
        catch (UnauthorizedAccessException e)
        {
            return new DomainError.FileFailed(place, e.Message);
        }
    }
}
