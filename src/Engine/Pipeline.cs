namespace EventDock.Engine;

using EventDock.Domain.Kernel;

/// <summary>The few words that pipelines of operations need beside LanguageExt's.</summary>
public static class Pipeline
{
    public static EitherAsync<DomainError, Unit> Done => RightAsync<DomainError, Unit>(unit);

    public static EitherAsync<DomainError, T> Give<T>(T value) => RightAsync<DomainError, T>(value);

    public static EitherAsync<DomainError, T> Fail<T>(DomainError error) => LeftAsync<DomainError, T>(error);

    /// <summary>A value that must be there, or else the error.</summary>
    public static EitherAsync<DomainError, T> OrFail<T>(this Option<T> value, Func<DomainError> error) =>
        value.ToEither(error).ToAsync();

    public static EitherAsync<DomainError, Unit> Ignore<T>(this EitherAsync<DomainError, T> work) => work.Map(_ => unit);

    /// <summary>Says how far it has come.</summary>
    public static Unit Tell<T>(Action<T> tell, T progress)
    {
        tell(progress);
        return unit;
    }

    /// <summary>One after the other; the first error ends it.</summary>
    public static EitherAsync<DomainError, Seq<T>> InTurn<A, T>(this Seq<A> items, Func<A, EitherAsync<DomainError, T>> work)
    {
        return Walk().ToAsync();

        async Task<Either<DomainError, Seq<T>>> Walk()
        {
            var done = new List<T>(items.Count);
            foreach (var item in items)
            {
                var one = await work(item).ToEither();
                if (one.IsLeft)
                {
                    return one.Map(_ => Seq<T>());
                }

                one.IfRight(done.Add);
            }

            return done.ToSeq();
        }
    }

    /// <summary>In their order, as many together as weigh no more than that, and one at least.</summary>
    public static Seq<Seq<T>> Portions<T>(this Seq<T> items, Func<T, long> weight, long most)
    {
        var (portions, portion, held) = (new List<Seq<T>>(), new List<T>(), 0L);
        foreach (var item in items)
        {
            var more = weight(item);
            if (portion.Count > 0 && held + more > most)
            {
                portions.Add(portion.ToArray().ToSeq());
                (portion, held) = ([], 0);
            }

            portion.Add(item);
            held += more;
        }

        return (portion.Count > 0 ? portions.Append(portion.ToArray().ToSeq()) : portions).ToArray().ToSeq();
    }

    /// <summary>A fold whose steps may fail; the first error ends it.</summary>
    public static EitherAsync<DomainError, S> Through<A, S>(this Seq<A> items, S from, Func<S, A, EitherAsync<DomainError, S>> step)
    {
        return Walk().ToAsync();

        async Task<Either<DomainError, S>> Walk()
        {
            Either<DomainError, S> state = from;
            foreach (var item in items)
            {
                state = await state.ToAsync().Bind(s => step(s, item)).ToEither();
                if (state.IsLeft)
                {
                    break;
                }
            }

            return state;
        }
    }

    /// <summary>At most so many at once; the first error is the answer, after all that had begun have ended.</summary>
    public static EitherAsync<DomainError, Seq<T>> AtOnce<A, T>(
        this Seq<A> items, int most, Func<A, CancellationToken, EitherAsync<DomainError, T>> work, CancellationToken cancel)
    {
        return Walk().ToAsync();

        async Task<Either<DomainError, Seq<T>>> Walk()
        {
            using var places = new SemaphoreSlim(most);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            Option<DomainError> first = None;
            var results = await Task.WhenAll(items.Map(item => Task.Run(() => One(item), CancellationToken.None)).ToArray());
            return first.Match(
                Some: Left<DomainError, Seq<T>>,
                None: () => results.Where(r => r.IsSome).Select(r => r.IfNone(() => throw new System.Diagnostics.UnreachableException("it is some"))).ToSeq());

            async Task<Option<T>> One(A item)
            {
                await places.WaitAsync(CancellationToken.None);
                try
                {
                    if (stop.IsCancellationRequested)
                    {
                        return None;
                    }

                    var one = await work(item, stop.Token).ToEither();
                    one.IfLeft(error =>
                    {
                        lock (places)
                        {
                            first = first.IsSome ? first : Some(error);
                        }

                        stop.Cancel();
                    });
                    return one.ToOption();
                }
                finally
                {
                    places.Release();
                }
            }
        }
    }

    /// <summary>Two at the same time: what came of each, after both have ended.</summary>
    public static EitherAsync<DomainError, (Either<DomainError, A> First, Either<DomainError, B> Second)> Beside<A, B>(
        Func<EitherAsync<DomainError, A>> first, Func<EitherAsync<DomainError, B>> second)
    {
        return Run().ToAsync();

        async Task<Either<DomainError, (Either<DomainError, A>, Either<DomainError, B>)>> Run()
        {
            var other = Task.Run(() => Settled(second()), CancellationToken.None);
            var one = await Settled(first());
            return (one, await other);
        }
    }

    /// <summary>What came of the work, an error included, as its result.</summary>
    public static EitherAsync<DomainError, Either<DomainError, T>> Outcome<T>(this EitherAsync<DomainError, T> work)
    {
        return Run().ToAsync();

        async Task<Either<DomainError, Either<DomainError, T>>> Run() => Right<DomainError, Either<DomainError, T>>(await Settled(work));
    }

    /// <summary>
    /// The work's result. A neighbour that is called off throws; that, too, is a result, or else nothing would be undone.
    /// </summary>
    private static async Task<Either<DomainError, T>> Settled<T>(EitherAsync<DomainError, T> work)
    {
        try
        {
            return await work.ToEither();
        }
        catch (OperationCanceledException)
        {
            return new DomainError.Interrupted();
        }
    }

    /// <summary>What must be done afterwards, whatever came of the work; its own error counts only where the work had none.</summary>
    public static EitherAsync<DomainError, T> Finally<T>(
        this EitherAsync<DomainError, T> work, Func<EitherAsync<DomainError, Unit>> after)
    {
        return Run().ToAsync();

        async Task<Either<DomainError, T>> Run()
        {
            var result = await Settled(work);
            var ended = await after().ToEither();
            return result.Bind(value => ended.Map(_ => value));
        }
    }

    /// <summary>What must be undone where the work has failed; the work's own error is the answer.</summary>
    public static EitherAsync<DomainError, T> OrUndo<T>(
        this EitherAsync<DomainError, T> work, Func<EitherAsync<DomainError, Unit>> undo)
    {
        return Run().ToAsync();

        async Task<Either<DomainError, T>> Run()
        {
            var result = await Settled(work);
            if (result.IsLeft)
            {
                await undo().ToEither();
            }

            return result;
        }
    }

    /// <summary>Under a lock that is let go at the end.</summary>
    public static EitherAsync<DomainError, T> Holding<T>(
        this EitherAsync<DomainError, IDisposable> take, Func<EitherAsync<DomainError, T>> work)
    {
        return Run().ToAsync();

        async Task<Either<DomainError, T>> Run() =>
            await (await take.ToEither()).MatchAsync(
                RightAsync: async held =>
                {
                    using (held)
                    {
                        return await work().ToEither();
                    }
                },
                Left: Left<DomainError, T>);
    }

    /// <summary>Instead of this error, that.</summary>
    public static EitherAsync<DomainError, T> Recover<T>(
        this EitherAsync<DomainError, T> work, Func<DomainError, Option<EitherAsync<DomainError, T>>> other)
    {
        return Run().ToAsync();

        async Task<Either<DomainError, T>> Run()
        {
            var result = await Settled(work);
            return await result.MatchAsync(
                RightAsync: value => Task.FromResult(Right<DomainError, T>(value)),
                LeftAsync: error => other(error).Match(
                    Some: instead => instead.ToEither(),
                    None: () => Task.FromResult(Left<DomainError, T>(error))));
        }
    }

    /// <summary>A lost race is decided again for a while (see <see cref="Retry"/>); then the conflict is the answer.</summary>
    public static EitherAsync<DomainError, T> Again<T>(
        this Ports ports, Func<EitherAsync<DomainError, T>> work, CancellationToken cancel) =>
        ports.Retries.OnConflict(work, cancel);
}
