namespace EventDock.Cli.Commands;

using EventDock.Cli.Errors;
using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using EventDock.Engine;
using static EventDock.Engine.Pipeline;

/// <summary>Verbs that take several names and go on without a ledger where there is none: <c>stop</c>, <c>kill</c>, <c>rm -f</c>.</summary>
public static class WithoutLedger
{
    /// <param name="with">On one name, as always.</param>
    /// <param name="without">On one container as the disk knows it; false where there was nothing to do.</param>
    public static EitherAsync<DomainError, int> Each(
        Session session, Seq<string> names, Func<Ports, string, EitherAsync<DomainError, Unit>> with,
        Func<UnrecordedPorts, ContainerOnDisk, EitherAsync<DomainError, bool>> without, CancellationToken cancel)
    {
        return Walk().ToAsync();

        async Task<Either<DomainError, int>> Walk()
        {
            // One that has been lost is not looked for again with each name: that takes its time.
            Option<DomainError> lost = None;
            var noted = false;
            var opened = await session.Free(cancel).ToEither();
            if (opened.Match(Right: _ => false, Left: error => !Unrecorded.IsLost(error)))
            {
                return opened.Map(_ => 0);
            }

            opened.IfLeft(error => { lost = Some(error); });
            var code = await Commands.Each.Of(session, names, name => lost.Match(
                Some: error => Alone(error, name, tried: false),
                None: () => opened.ToAsync().Bind(ports => with(ports, name)).Recover(error =>
                {
                    lost = Unrecorded.IsLost(error) ? Some(error) : None;
                    return lost.Map(e => Alone(e, name, tried: true));
                }))).ToEither();
            lost.IfSome(error =>
            {
                if (noted || code.IsRight)
                {
                    session.Tell(noted
                        ? session.Unrecorded().Match(Right: p => ErrorText.Noted(error, p.Journal.Path), Left: ErrorText.Line)
                        : ErrorText.Line(error));
                }
            });
            return code;

            // Tried: it may have been ended before the ledger was lost, which is all that was asked for.
            EitherAsync<DomainError, Unit> Alone(DomainError error, string name, bool tried) =>
                from ports in session.Unrecorded().ToAsync()
                from container in Unrecorded.Find(ports, name, error, cancel)
                from done in without(ports, container).Recover(e => tried && e is DomainError.WrongState ? Some(Give(false)) : None)
                let any = noted |= done
                let printed = session.Line(name)
                select unit;
        }
    }
}
