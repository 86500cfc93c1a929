namespace EventDock.Adapters.Registry;

using System.Diagnostics.CodeAnalysis;
using EventDock.Domain.Kernel;

internal static class EitherReading
{
    /// <summary>For early returns: <c>if (x.Failed(out var error, out var value)) { return error; }</c>.</summary>
    public static bool Failed<T>(
        this Either<DomainError, T> either, [NotNullWhen(true)] out DomainError? error, [NotNullWhen(false)] out T? value)
        where T : class
    {
        (error, value) = either.MatchUnsafe<(DomainError?, T?)>(Right: v => (null, v), Left: e => (e, null));
        return error is not null;
    }
}
