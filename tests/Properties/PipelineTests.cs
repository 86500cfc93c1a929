namespace EventDock.Tests.Properties;

using EventDock.Domain.Kernel;
using EventDock.Engine;
using FsCheck;
using FsCheck.Fluent;

/// <summary>What an operation that is called off half way owes.</summary>
public sealed class PipelineTests
{
    [Fact]
    public void Portions_are_everything_in_its_order_and_none_is_empty_or_too_heavy() => Laws.Holds(
        from items in Gen.Choose(0, 9).ListOf()
        from most in Gen.Choose(0, 12)
        select (Items: items.ToSeq().Strict(), most),
        x => x.Items.Portions(item => item, x.most) is var portions
            && portions.ToArray().SelectMany(portion => portion).SequenceEqual(x.Items)
            && portions.ForAll(portion => portion.Count == 1 || (portion.Count > 1 && portion.Sum() <= x.most))
            && portions.Zip(portions.Skip(1)).ForAll(both => both.Item1.Sum() + both.Item2[0] > x.most));

    [Fact]
    public async Task What_is_called_off_is_undone_and_ends_as_interrupted()
    {
        var undone = 0;

        var result = await CalledOff().OrUndo(() => Counted(() => undone++)).ToEither();

        Assert.Equal(1, undone);
        result.Match(Right: _ => Assert.Fail("it was called off"), Left: error => Assert.IsType<DomainError.Interrupted>(error));
    }

    [Fact]
    public async Task What_follows_in_any_case_follows_a_call_off_too()
    {
        var followed = 0;

        var result = await CalledOff().Finally(() => Counted(() => followed++)).ToEither();

        Assert.Equal(1, followed);
        Assert.True(result.IsLeft);
    }

    [Fact]
    public async Task A_call_off_can_be_recovered_from_as_any_error()
    {
        var result = await CalledOff().Recover(error =>
            error is DomainError.Interrupted ? Some(Pipeline.Done) : None).ToEither();

        Assert.True(result.IsRight);
    }

    [Fact]
    public async Task Work_that_succeeds_is_not_undone()
    {
        var undone = 0;

        await Pipeline.Done.OrUndo(() => Counted(() => undone++)).ToEither();

        Assert.Equal(0, undone);
    }

    private static EitherAsync<DomainError, Unit> CalledOff() =>
        Task.FromException<Either<DomainError, Unit>>(new OperationCanceledException()).ToAsync();

    private static EitherAsync<DomainError, Unit> Counted(Action count)
    {
        count();
        return Pipeline.Done;
    }
}
