namespace EventDock.Domain.Kernel;

/// <summary>
/// What EventDock needs of collections of results. LanguageExt's Sequence does the same, through types within types that a
/// native build must all compile: it made the binary's build several times as long, and in the end impossible.
/// </summary>
public static class Eithers
{
    /// <summary>All results, in order, or the first error; nothing after that is tried.</summary>
    public static Either<L, Seq<B>> All<L, A, B>(this Seq<A> items, Func<A, Either<L, B>> work)
    {
        var done = new List<B>(items.Count);
        foreach (var item in items)
        {
            var one = work(item);
            if (one.IsLeft)
            {
                return one.Map(_ => Seq<B>());
            }

            one.IfRight(done.Add);
        }

        return done.ToSeq();
    }
}
