namespace EventDock.Tests.Adapters;

using System.IO;
using EventDock.Adapters.Content;
using EventDock.Domain.Kernel;

/// <summary>The trash and the reaper that empties it; staging names and the sweep that clears them.</summary>
public sealed class ContentTrashTests
{
    [Fact]
    public async Task Of_several_reapers_one_empties_the_trash()
    {
        var root = Directory.CreateTempSubdirectory("edt-trash-").FullName;
        try
        {
            var paths = new Paths(root);
            Assert.True(paths.Prepare().IsRight);
            // A process that is being started has copies of all descriptors, and with them of their locks.
            using var over = new CancellationTokenSource();
            var others = Task.Run(() =>
            {
                while (!over.IsCancellationRequested)
                {
                    using var process = System.Diagnostics.Process.Start("/bin/true");
                    process.WaitForExit();
                }
            });
            for (var round = 0; round < 6; round++)
            {
                for (var tree = 0; tree < 30; tree++)
                {
                    Directory.CreateDirectory(Path.Combine(paths.Trash, $"{round}-{tree}", "upper", "a", "b"));
                    Directory.CreateDirectory(Path.Combine(paths.Trash, $"{round}-{tree}", "work", "work"));
                }

                var reapers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(
                    () => Reaper.Run(paths, TimeSpan.Zero, () => DateTimeOffset.UtcNow).ToEither())));
                Assert.All(reapers, reaper => Assert.Equal(Right<DomainError, Unit>(unit), reaper));
                Assert.Empty(Directory.EnumerateFileSystemEntries(paths.Trash));
            }

            await over.CancelAsync();
            await others;
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    [Fact]
    public async Task What_is_retained_stays_until_its_time_is_over_and_what_nobody_removed_does_not()
    {
        var root = Directory.CreateTempSubdirectory("edt-trash-").FullName;
        try
        {
            var paths = new Paths(root) { TrashCare = new TrashCare(() => true) };
            Assert.True(paths.Prepare().IsRight);
            var now = DateTimeOffset.UtcNow;
            Directory.CreateDirectory(Path.Combine(paths.Container(new string('a', 64)), "upper"));
            await ThinLayers.Create(paths).Discard(new string('a', 64), CancellationToken.None).ToEither();
            Directory.CreateDirectory(Path.Combine(paths.Trash, "left-1"));
            Assert.Equal(2, Directory.GetFileSystemEntries(paths.Trash).Length);

            await Reaper.Run(paths, TimeSpan.FromHours(1), () => now).ToEither();
            var kept = Assert.Single(Directory.GetFileSystemEntries(paths.Trash));
            Assert.EndsWith(new string('a', 64), kept, StringComparison.Ordinal);
            Assert.Equal(Right<DomainError, bool>(false), Reaper.HasWork(paths, () => TimeSpan.FromHours(1), now));

            Assert.Equal(Right<DomainError, bool>(true), Reaper.HasWork(paths, () => TimeSpan.FromHours(1), now.AddHours(2)));
            await Reaper.Run(paths, TimeSpan.FromHours(1), () => now.AddHours(2)).ToEither();
            Assert.Empty(Directory.GetFileSystemEntries(paths.Trash));
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    [Fact]
    public async Task A_command_deletes_what_is_small_itself_and_leaves_the_rest()
    {
        var root = Directory.CreateTempSubdirectory("edt-trash-").FullName;
        try
        {
            var paths = new Paths(root) { TrashCare = new TrashCare(() => false) };
            Assert.True(paths.Prepare().IsRight);
            var upper = Directory.CreateDirectory(Path.Combine(paths.Container(new string('a', 64)), "upper")).FullName;
            for (var n = 0; n < 20_000; n++)
            {
                File.WriteAllBytes(Path.Combine(upper, $"{n}"), []);
            }

            await ThinLayers.Create(paths).Discard(new string('a', 64), CancellationToken.None).ToEither();
            Assert.False(Directory.Exists(paths.Container(new string('a', 64))));
            Assert.Single(Directory.GetFileSystemEntries(paths.Trash));
            await Reaper.Run(paths, TimeSpan.Zero, () => DateTimeOffset.UtcNow).ToEither();
            Assert.Empty(Directory.GetFileSystemEntries(paths.Trash));
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
