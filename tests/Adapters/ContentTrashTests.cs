namespace EventDock.Tests.Adapters;

using System.IO;
using EventDock.Adapters.Content;
using EventDock.Domain.Kernel;

/// <summary>Every changing command empties the trash, so two may be at it at once.</summary>
public sealed class ContentTrashTests
{
    [Fact]
    public async Task Commands_that_empty_the_same_trash_at_once_do_not_disturb_each_other()
    {
        var root = Directory.CreateTempSubdirectory("edt-trash-").FullName;
        try
        {
            var paths = new Paths(root);
            Assert.True(paths.Prepare().IsRight);
            for (var round = 0; round < 20; round++)
            {
                for (var tree = 0; tree < 30; tree++)
                {
                    Directory.CreateDirectory(Path.Combine(paths.Trash, $"{round}-{tree}", "upper", "a", "b"));
                    Directory.CreateDirectory(Path.Combine(paths.Trash, $"{round}-{tree}", "work", "work"));
                }

                var sweeps = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => Staging.Sweep(
                    paths, (_, _) => RightAsync<DomainError, Unit>(unit), CancellationToken.None).ToEither())));
                Assert.All(sweeps, sweep => Assert.Equal(Right<DomainError, Unit>(unit), sweep));
                Assert.Empty(Directory.EnumerateFileSystemEntries(paths.Trash));
            }
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    [Fact]
    public async Task A_sweep_that_meets_a_staging_directory_before_its_lock_does_not_fail_the_command_that_makes_it()
    {
        var root = Directory.CreateTempSubdirectory("edt-stage-").FullName;
        try
        {
            var paths = new Paths(root);
            Assert.True(paths.Prepare().IsRight);
            var blobs = Blobs.Create(paths);
            using var done = new CancellationTokenSource();
            var sweepers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
            {
                while (!done.IsCancellationRequested)
                {
                    var swept = await Staging.Sweep(
                        paths, (_, _) => RightAsync<DomainError, Unit>(unit), CancellationToken.None).ToEither();
                    Assert.Equal(Right<DomainError, Unit>(unit), swept);
                }
            })).ToArray();
            var writers = Enumerable.Range(0, 2).Select(writer => Task.Run(async () =>
            {
                for (var n = 0; n < 2000; n++)
                {
                    var written = await blobs.Write(
                        "text/plain", BitConverter.GetBytes((writer * 10000) + n), CancellationToken.None).ToEither();
                    Assert.True(written.IsRight, written.ToString());
                }
            })).ToArray();
            await Task.WhenAll(writers);
            await done.CancelAsync();
            await Task.WhenAll(sweepers);
            Assert.Empty(Directory.EnumerateFileSystemEntries(paths.Staging));
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }
}
