namespace EventDock.Cli.Commands;

using EventDock.Domain.Kernel;

/// <summary>Verbs that take several names: each is tried, as docker does; what failed is told, and then the command fails.</summary>
public static class Each
{
    public static EitherAsync<DomainError, int> Of(
        Session session, Seq<string> names, Func<string, EitherAsync<DomainError, Unit>> work)
    {
        return Walk().ToAsync();

        async Task<Either<DomainError, int>> Walk()
        {
            var failed = new List<DomainError>();
            foreach (var name in names)
            {
                (await work(name).ToEither()).IfLeft(failed.Add);
            }

            // The last is told by Program, as every error is, so that a single one is treated as everywhere else.
            failed.Take(failed.Count - 1).ToSeq().Iter(error => session.Tell(Errors.ErrorText.Line(error)));
            return failed.Count == 0 ? 0 : failed[^1];
        }
    }
}
