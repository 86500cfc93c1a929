using System;
using System.Threading.Tasks;

namespace LanguageExt;

/// <summary>A left whose right is not known yet.</summary>
public readonly record struct EitherLeft<L>(L Value);

/// <summary>A right whose left is not known yet.</summary>
public readonly record struct EitherRight<R>(R Value);

/// <summary>
/// A result or an error, as LanguageExt has it. A class: so the compiler shares one body between all of them that hold references.
/// </summary>
public sealed class Either<L, R>
{
    private readonly L left;
    private readonly R right;

    private Either(bool isRight, L left, R right) => (IsRight, this.left, this.right) = (isRight, left, right);

    internal static Either<L, R> OfRight(R value) => new(true, default!, Check.Value(value));

    internal static Either<L, R> OfLeft(L value) => new(false, Check.Value(value), default!);

    public bool IsRight { get; }

    public bool IsLeft => !IsRight;

    public B Match<B>(Func<R, B> Right, Func<L, B> Left) => Check.Value(IsRight ? Right(right) : Left(left));

    public B MatchUnsafe<B>(Func<R, B> Right, Func<L, B> Left) => IsRight ? Right(right) : Left(left);

    public Unit Match(Action<R> Right, Action<L> Left)
    {
        if (IsRight)
        {
            Right(right);
        }
        else
        {
            Left(left);
        }

        return default;
    }

    public Task<B> MatchAsync<B>(Func<R, Task<B>> RightAsync, Func<L, B> Left) => IsRight ? RightAsync(right) : Task.FromResult(Left(left));

    public Task<B> MatchAsync<B>(Func<R, B> Right, Func<L, Task<B>> LeftAsync) => IsRight ? Task.FromResult(Right(right)) : LeftAsync(left);

    public Task<B> MatchAsync<B>(Func<R, Task<B>> RightAsync, Func<L, Task<B>> LeftAsync) => IsRight ? RightAsync(right) : LeftAsync(left);

    public Either<L, B> Map<B>(Func<R, B> f) => IsRight ? Either<L, B>.OfRight(f(right)) : Either<L, B>.OfLeft(left);

    public Either<L, B> Select<B>(Func<R, B> f) => Map(f);

    public Either<L, B> Bind<B>(Func<R, Either<L, B>> f) => IsRight ? f(right) : Either<L, B>.OfLeft(left);

    public Either<M, R> MapLeft<M>(Func<L, M> f) => IsRight ? Either<M, R>.OfRight(right) : Either<M, R>.OfLeft(f(left));

    public R IfLeft(R other) => IsRight ? right : Check.Value(other);

    public R IfLeft(Func<R> other) => IsRight ? right : Check.Value(other());

    public R IfLeft(Func<L, R> other) => IsRight ? right : Check.Value(other(left));

    public Unit IfLeft(Action<L> f)
    {
        if (IsLeft)
        {
            f(left);
        }

        return default;
    }

    public Unit IfRight(Action<R> f)
    {
        if (IsRight)
        {
            f(right);
        }

        return default;
    }

    public EitherAsync<L, R> ToAsync() => new(Task.FromResult<object>(this));

    internal Task<object> BindAsync<B>(Func<R, EitherAsync<L, B>> f) =>
        IsRight ? f(right).Untyped : Task.FromResult<object>(Either<L, B>.OfLeft(left));

    public static implicit operator Either<L, R>(R value) => OfRight(value);

    public static implicit operator Either<L, R>(L value) => OfLeft(value);

    public static implicit operator Either<L, R>(EitherRight<R> value) => OfRight(value.Value);

    public static implicit operator Either<L, R>(EitherLeft<L> value) => OfLeft(value.Value);
}

/// <summary>
/// An Either to come; begun when it is made, as in LanguageExt. The task is of no type: one of its own for each type that ever stands in
/// a query would be thousands of them in the program, which all have to be set up when it starts.
/// </summary>
public sealed class EitherAsync<L, R>
{
    internal EitherAsync(Task<object> untyped) => Untyped = untyped;

    /// <summary>Of an <see cref="Either{L, R}"/>.</summary>
    internal Task<object> Untyped { get; }

    public EitherAsync<L, B> Map<B>(Func<R, B> f) => new(Chain.Map(Untyped, known => ((Either<L, R>)known).Map(f)));

    public EitherAsync<L, B> Select<B>(Func<R, B> f) => Map(f);

    public EitherAsync<L, B> Bind<B>(Func<R, EitherAsync<L, B>> f) =>
        new(Chain.Bind(Untyped, known => ((Either<L, R>)known).BindAsync(f)));

    public EitherAsync<L, C> SelectMany<B, C>(Func<R, EitherAsync<L, B>> f, Func<R, B, C> join) =>
        Bind(r => f(r).Map(b => join(r, b)));

    public EitherAsync<M, R> MapLeft<M>(Func<L, M> f) => new(Chain.Map(Untyped, known => ((Either<L, R>)known).MapLeft(f)));
}

/// <summary>What follows from what is to come.</summary>
internal static class Chain
{
    public static async Task<object> Of(Task task, Func<object> result)
    {
        await task.ConfigureAwait(false);
        return result();
    }

    public static async Task<object> Map(Task<object> task, Func<object, object> f) => f(await task.ConfigureAwait(false));

    public static async Task<object> Bind(Task<object> task, Func<object, Task<object>> f) =>
        await f(await task.ConfigureAwait(false)).ConfigureAwait(false);
}
