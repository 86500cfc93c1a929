using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;

namespace LanguageExt;

/// <summary>Nothing to say.</summary>
public readonly record struct Unit
{
    public static readonly Unit Default;

    public override string ToString() => "()";
}

/// <summary>A null where a value must be: a slip of the caller.</summary>
public sealed class ValueIsNullException() : Exception("Value is null.");

/// <summary>Null is no value.</summary>
internal static class Check
{
    public static A Value<A>(A value) => value is null ? throw new ValueIsNullException() : value;
}

/// <summary>The words that LanguageExt puts in scope.</summary>
public static class Prelude
{
    public static readonly Unit unit;

    public static OptionNone None => default;

    public static Option<A> Some<A>(A value) => new(Check.Value(value));

    public static Option<A> Optional<A>(A? value) where A : class => value is null ? default : new(value);

    public static EitherRight<R> Right<R>(R value) => new(value);

    public static EitherLeft<L> Left<L>(L value) => new(value);

    public static Either<L, R> Right<L, R>(R value) => Either<L, R>.OfRight(value);

    public static Either<L, R> Left<L, R>(L value) => Either<L, R>.OfLeft(value);

    public static EitherAsync<L, R> RightAsync<L, R>(R value) => Either<L, R>.OfRight(value).ToAsync();

    public static EitherAsync<L, R> LeftAsync<L, R>(L value) => Either<L, R>.OfLeft(value).ToAsync();

    public static Seq<A> Seq<A>() => default;

    public static Seq<A> Seq1<A>(A value) => new([value]);

    public static Seq<A> Seq<A>(A first, params A[] more) => new([first, .. more]);
}

/// <summary>The same as methods.</summary>
public static class Extensions
{
    public static EitherAsync<L, R> ToAsync<L, R>(this Task<Either<L, R>> task) => new(Chain.Of(task, () => task.Result));

    public static async Task<Either<L, R>> ToEither<L, R>(this EitherAsync<L, R> coming) =>
        (Either<L, R>)await coming.Untyped.ConfigureAwait(false);

    public static Option<R> ToOption<L, R>(this Either<L, R> either) => either.MatchUnsafe(Right: Prelude.Some, Left: _ => default);

    public static Seq<A> ToSeq<A>(this Option<A> option) => option.MatchUnsafe(Some: Prelude.Seq1, None: () => default);

    public static IEnumerable<A> AsEnumerable<A>(this Option<A> option) => option.ToSeq();

    public static Task<Unit> IfSomeAsync<A>(this Option<A> option, Func<A, Task> f)
    {
        return option.MatchUnsafe(Some: value => Done(f(value)), None: () => Task.FromResult(default(Unit)));

        static async Task<Unit> Done(Task done)
        {
            await done;
            return default;
        }
    }

    public static Seq<A> ToSeq<A>(this IEnumerable<A> items) => items is Seq<A> seq ? seq : new(items.ToArray());

    public static Seq<A> Cons<A>(this A head, Seq<A> tail) => new([head, .. tail.Items]);

    public static Seq<A> Cons<A>(this A head, IEnumerable<A> tail) => new([head, .. tail]);

    public static IEnumerable<B> Map<A, B>(this IEnumerable<A> items, Func<A, B> f) => items.Select(f);

    public static S Fold<A, S>(this IEnumerable<A> items, S state, Func<S, A, S> f) => items.Aggregate(state, f);

    public static Seq<B> Choose<A, B>(this Seq<A> items, Func<A, Option<B>> f) =>
        items.Map(f).Filter(o => o.IsSome).Map(o => o.IfNone(() => throw new ValueIsNullException()));

    public static IEnumerable<B> Choose<A, B>(this IEnumerable<A> items, Func<A, Option<B>> f) => Choose(items.ToSeq(), f);

    public static Option<A> HeadOrNone<A>(this IEnumerable<A> items)
    {
        foreach (var item in items)
        {
            return Prelude.Some(item);
        }

        return default;
    }

    public static A? ToNullable<A>(this Option<A> option) where A : struct => option.MatchUnsafe<A?>(a => a, () => null);
}
