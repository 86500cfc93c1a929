using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;

namespace LanguageExt;

/// <summary>An immutable sequence, as LanguageExt has it; never lazy. The members that EventDock uses, and no other.</summary>
public readonly struct Seq<A> : IReadOnlyList<A>, IEquatable<Seq<A>>
{
    private readonly A[]? items;

    internal Seq(A[] items) => this.items = items;

    // Not the one empty array of its type: that is one more thing for each type to be set up when the program starts.
#pragma warning disable CA1825
    internal A[] Items => items ?? new A[0];
#pragma warning restore CA1825

    public int Count => Items.Length;

    public bool IsEmpty => Items.Length == 0;

    public A this[int index] => Items[index];

    public A Head => Items[0];

    public A Last => Items[^1];

    public Seq<A> Tail => new(Items[1..]);

    public Option<A> HeadOrNone() => IsEmpty ? default : Prelude.Some(Items[0]);

    public Option<A> LastOrNone() => IsEmpty ? default : Prelude.Some(Items[^1]);

    public Seq<B> Map<B>(Func<A, B> f) => new(Array.ConvertAll(Items, x => f(x)));

    public Seq<B> Select<B>(Func<A, B> f) => Map(f);

    public Seq<A> Filter(Func<A, bool> f) => new(Array.FindAll(Items, x => f(x)));

    public Seq<A> Where(Func<A, bool> f) => Filter(f);

    public Seq<B> Bind<B>(Func<A, Seq<B>> f)
    {
        var all = new List<B>();
        foreach (var item in Items)
        {
            all.AddRange(f(item).Items);
        }

        return new(all.ToArray());
    }

    public S Fold<S>(S state, Func<S, A, S> f)
    {
        foreach (var item in Items)
        {
            state = f(state, item);
        }

        return state;
    }

    public bool Exists(Func<A, bool> f) => Array.Exists(Items, x => f(x));

    public bool ForAll(Func<A, bool> f) => Array.TrueForAll(Items, x => f(x));

    public Option<A> Find(Func<A, bool> f)
    {
        foreach (var item in Items)
        {
            if (f(item))
            {
                return Prelude.Some(item);
            }
        }

        return default;
    }

    public Unit Iter(Action<A> f)
    {
        foreach (var item in Items)
        {
            f(item);
        }

        return default;
    }

    public Unit Iter(Func<A, Unit> f)
    {
        foreach (var item in Items)
        {
            f(item);
        }

        return default;
    }

    public Seq<A> Strict() => this;

    public Seq<A> Rev()
    {
        var copy = (A[])Items.Clone();
        Array.Reverse(copy);
        return new(copy);
    }

    public Seq<A> Take(int count) => new(Items[..Math.Clamp(count, 0, Count)]);

    public Seq<A> Skip(int count) => new(Items[Math.Clamp(count, 0, Count)..]);

    public Seq<A> Add(A item) => new([.. Items, item]);

    public Seq<A> Concat(Seq<A> more) => new([.. Items, .. more.Items]);

    public A[] ToArray() => (A[])Items.Clone();

    public static Seq<A> operator +(Seq<A> a, Seq<A> b) => a.Concat(b);

    public IEnumerator<A> GetEnumerator() => ((IEnumerable<A>)Items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => Items.GetEnumerator();

    public bool Equals(Seq<A> other) => Items.SequenceEqual(other.Items);

    public override bool Equals(object? other) => other is Seq<A> seq && Equals(seq);

    public override int GetHashCode()
    {
        var hash = 17;
        foreach (var item in Items)
        {
            hash = HashCode.Combine(hash, item);
        }

        return hash;
    }
}
