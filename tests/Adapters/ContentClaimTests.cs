namespace EventDock.Tests.Adapters;

using System.IO;
using EventDock.Adapters.Content;
using EventDock.Adapters.Posix;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;

/// <summary>Claims: noted before the act, left by the dead, and stronger than a sweep while anybody lives who has them.</summary>
public sealed class ContentClaimTests : IDisposable
{
    private static readonly Claim Some = new(ClaimKind.Blob, new string('b', 64));
    private readonly ContentRoot root = new();

    public void Dispose() => root.Dispose();

    private ClaimStore Command() => new Claims(root.Paths.Root).Store;

    private static async Task<T> Did<T>(EitherAsync<DomainError, T> work) => ContentRoot.Right(await work.ToEither());

    private string[] Staged => Directory.GetFileSystemEntries(root.Paths.Staging);

    /// <summary>A command that has noted this and was killed.</summary>
    private void Dead(params Claim[] claims) =>
        File.WriteAllLines(Path.Combine(root.Paths.Staging, $"claims-{Guid.NewGuid():N}"), claims.Select(c => c.Line));

    [Fact]
    public async Task What_a_command_has_noted_is_its_own_until_it_is_released()
    {
        var (one, other) = (Command(), Command());
        await Did(one.Note(Seq1(Some), CancellationToken.None));
        await Did(one.Note(Seq1(Some), CancellationToken.None));
        Assert.Equal([Some], one.Own().ToArray());
        // The base library would ask for a lock, too.
        Assert.Equal($"blob {Some.Name}\n", Bytes.Show(Fs.ReadAll(Fs.Cwd, Bytes.Of(Assert.Single(Staged))) ?? []));
        Assert.True((await Did(other.Left(CancellationToken.None))).IsNone);
        Assert.True(one.Release().IsRight);
        Assert.Empty(Staged);
        Assert.Empty(one.Own());
    }

    [Fact]
    public async Task What_the_dead_have_noted_is_found_once_and_is_there_until_it_is_settled()
    {
        Dead(Some, new Claim(ClaimKind.Layer, new string('a', 64)));
        var (one, other) = (Command(), Command());
        using (var left = (await Did(one.Left(CancellationToken.None))).IfNone(() => throw new InvalidOperationException("it is left")))
        {
            Assert.Equal(2, left.Claims.Count);
            Assert.True((await Did(other.Left(CancellationToken.None))).IsNone);
        }

        using (var again = (await Did(other.Left(CancellationToken.None))).IfNone(() => throw new InvalidOperationException("it is left")))
        {
            again.Clear();
        }

        Assert.Empty(Staged);
    }

    [Fact]
    public async Task A_blob_that_a_command_at_work_has_claimed_too_is_not_taken()
    {
        var bytes = "claimed by two"u8.ToArray();
        var (living, sweeping) = (new Claims(root.Paths.Root), Command());
        var written = await Did(Blobs.Create(root.Paths with { Claims = living }).Write("text/plain", bytes, CancellationToken.None));
        var claim = new Claim(ClaimKind.Blob, written.Digest.Hex);
        var place = Path.Combine(root.Paths.Root, claim.Place);
        Dead(claim);

        await Did(sweeping.Withdraw(claim, false, CancellationToken.None));
        Assert.True(File.Exists(place));
        living.Store.Release();
        await Did(sweeping.Withdraw(claim, false, CancellationToken.None));
        Assert.False(File.Exists(place));
    }

    [Fact]
    public async Task What_a_dead_command_has_claimed_goes_while_that_is_settled()
    {
        var layer = await root.Imported(new Archive().File("f").Plain());
        var claim = new Claim(ClaimKind.Layer, layer.Id);
        Dead(claim);
        var (settling, other) = (Command(), Command());
        using var left = (await Did(settling.Left(CancellationToken.None))).IfNone(() => throw new InvalidOperationException("it is left"));
        // Another command that settles something of its own leaves it to the one that has this.
        await Did(other.Withdraw(claim, false, CancellationToken.None));
        Assert.True(root.Layers.Has(layer.Id));
        await Did(settling.Withdraw(claim, false, CancellationToken.None));
        Assert.False(root.Layers.Has(layer.Id));
    }

    [Fact]
    public async Task A_layer_goes_with_its_blob_and_its_short_name()
    {
        var layer = await root.Imported(new Archive().File("f").Plain());
        await Did(Command().Withdraw(new Claim(ClaimKind.Layer, layer.Id), false, CancellationToken.None));
        Assert.Empty(Directory.GetFileSystemEntries(root.Paths.Layers));
        Assert.Empty(Directory.GetFileSystemEntries(root.Paths.Blobs));
        Assert.Empty(Directory.GetFileSystemEntries(root.Paths.Links));
    }

    [Fact]
    public async Task A_line_that_was_cut_off_or_says_something_else_is_passed_over()
    {
        File.WriteAllText(Path.Combine(root.Paths.Staging, "claims-x"), $"blob {new string('b', 64)}\nvolume {new string('c', 64)}\nlayer aaa");
        using var left = (await Did(Command().Left(CancellationToken.None))).IfNone(() => throw new InvalidOperationException("it is left"));
        Assert.Equal([Some], left.Claims.ToArray());
    }

    [Fact]
    public async Task A_sweep_leaves_claims_alone()
    {
        Dead(Some);
        await Did(Staging.Sweep(root.Paths, ContentRoot.Unmount, CancellationToken.None));
        Assert.Single(Staged);
    }
}
