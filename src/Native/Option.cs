using System;
using System.Collections.Generic;

namespace LanguageExt;

/// <summary>What <c>None</c> is before it is known of what.</summary>
public readonly struct OptionNone;

/// <summary>
/// A value or none, as LanguageExt has it; the default is none. What leads from it to another generic type is in <see cref="Extensions"/>: a
/// member would make one of those for every type that an option is ever of.
/// </summary>
public readonly struct Option<A> : IEquatable<Option<A>>
{
    private readonly A value;
    private readonly bool some;

    internal Option(A value) => (this.value, some) = (value, true);

    public static Option<A> None => default;

    public static Option<A> Some(A value) => Prelude.Some(value);

    public bool IsSome => some;

    public bool IsNone => !some;

    public B Match<B>(Func<A, B> Some, Func<B> None) => Check.Value(some ? Some(value) : None());

    public B MatchUnsafe<B>(Func<A, B> Some, Func<B> None) => some ? Some(value) : None();

    public Option<B> Map<B>(Func<A, B> f) => some ? Prelude.Some(f(value)) : default;

    public Option<B> Bind<B>(Func<A, Option<B>> f) => some ? f(value) : default;

    public Option<A> Filter(Func<A, bool> f) => some && f(value) ? this : default;

    public bool ForAll(Func<A, bool> f) => !some || f(value);

    public bool Exists(Func<A, bool> f) => some && f(value);

    public A IfNone(A other) => some ? value : Check.Value(other);

    public A IfNone(Func<A> other) => some ? value : Check.Value(other());

    public A? IfNoneUnsafe(A? other) => some ? value : other;

    public Unit IfSome(Action<A> f)
    {
        if (some)
        {
            f(value);
        }

        return default;
    }

    public Unit Iter(Action<A> f) => IfSome(f);

    public Either<L, A> ToEither<L>(L left) => some ? Either<L, A>.OfRight(value) : Either<L, A>.OfLeft(left);

    public Either<L, A> ToEither<L>(Func<L> left) => some ? Either<L, A>.OfRight(value) : Either<L, A>.OfLeft(left());

    public static implicit operator Option<A>(OptionNone _) => default;

    public static implicit operator Option<A>(A? value) => value is null ? default : new(value);

    public static Option<A> operator |(Option<A> a, Option<A> b) => a.some ? a : b;

    public bool Equals(Option<A> other) =>
        some == other.some && (!some || EqualityComparer<A>.Default.Equals(value, other.value));

    public override bool Equals(object? other) => other is Option<A> option && Equals(option);

    public override int GetHashCode() => some ? HashCode.Combine(value) : 0;
}
