namespace EventDock.Engine;

using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;
using static EventDock.Engine.Pipeline;

/// <summary><c>eventdock pull --all-tags</c></summary>
public static class PullAll
{
    /// <summary>
    /// One tag after the other, in the registry's order. What stands there beside images (signatures have tags, too) is told and left
    /// out; any other error ends it. True where something new came.
    /// </summary>
    public static EitherAsync<DomainError, bool> Run(
        Ports ports, ImageReference repository, Func<ImageReference, EitherAsync<DomainError, Pulled>> pull, Action<DomainError> leftOut,
        CancellationToken cancel) =>
        from listed in ports.Registry.Tags(repository, cancel)
        from some in listed.IsEmpty
            ? Fail<Unit>(new DomainError.RepositoryUnknown(repository.FamiliarRepository, ""))
            : Done
        from newer in listed.Through(false, (any, tag) => One(repository, tag, pull, leftOut).Map(newer => any || newer))
        select newer;

    private static EitherAsync<DomainError, bool> One(
        ImageReference repository, string tag, Func<ImageReference, EitherAsync<DomainError, Pulled>> pull, Action<DomainError> leftOut) =>
        (from reference in ImageReference.Parse($"{repository.Repository}:{tag}").ToAsync()
         from pulled in pull(reference)
         select pulled.New)
        .Recover(error =>
        {
            if (error is not DomainError.NotAnImage)
            {
                return None;
            }

            leftOut(error);
            return Some(Give(false));
        });
}
