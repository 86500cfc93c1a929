namespace EventDock.Tests.Adapters;

using System.Diagnostics;
using System.IO;
using System.Text;
using EventDock.Adapters.Context;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;

/// <summary>Build contexts on a real file system.</summary>
public sealed class ContextDirectoryTests : IDisposable
{
    private readonly string context = Directory.CreateTempSubdirectory("eventdock-context-").FullName;

    public ContextDirectoryTests()
    {
        Write("file", "hi");
        Write("dir/s", "s");
        Write("dir/sub/q", "q");
        Write("zoo/a.js", "a");
        Write("zoo/b.js", "b");
        File.CreateSymbolicLink(At("lfile"), "file");
        File.CreateSymbolicLink(At("ldir"), "dir");
    }

    [Theory]
    [InlineData(".", ".")]
    [InlineData("./", ".")]
    [InlineData("/", ".")]
    [InlineData("/file", "file")]
    [InlineData("dir/../file", "file")]
    [InlineData("dir//sub/", "dir/sub")]
    [InlineData("*", "dir file ldir lfile zoo")]
    [InlineData("zoo/*.js", "zoo/a.js zoo/b.js")]
    [InlineData("*/s*", "dir/s dir/sub")]
    [InlineData("l*", "ldir lfile")]
    [InlineData("ldir/s", "ldir/s")]
    [InlineData("[df]i*", "dir file")]
    [InlineData("zoo[^a]a.js", "zoo/a.js")]
    public async Task A_source_is_found_as_docker_finds_it(string pattern, string paths) =>
        Assert.Equal(paths, string.Join(' ', Value(await MatchAsync([pattern]))));

    [Fact]
    public async Task Several_sources_come_sorted_by_their_bytes_and_each_once()
    {
        Write("\uffee", "");
        Write("😀", "");
        Assert.Equal(["dir", "file", "zoo", "\uffee", "😀"], Value(await MatchAsync(["😀", "zoo", "\uffee", "f*", "file", "dir"])).ToArray());
    }

    [Theory]
    [InlineData("../x", "forbidden")]
    [InlineData("dir/../../x", "forbidden")]
    [InlineData("/..", "forbidden")]
    [InlineData("../*", "forbidden")]
    [InlineData("nope", "not found")]
    [InlineData("file/x", "not found")]
    [InlineData("no*", "no source files")]
    [InlineData("*/*/*/*", "no source files")]
    [InlineData("a[", "syntax")]
    public async Task What_is_not_there_is_named_with_the_reason(string pattern, string reason)
    {
        var error = Assert.IsType<DomainError.Invalid>(Error(await MatchAsync([pattern])));
        Assert.Equal(pattern, error.Value);
        Assert.Contains(reason, error.Reason);
    }

    [Fact]
    public async Task Links_are_followed_inside_the_context_only()
    {
        var outside = Directory.CreateTempSubdirectory("eventdock-outside-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(outside, "secret"), "1");
            File.CreateSymbolicLink(At("out"), Path.Combine(outside, "secret"));
            File.CreateSymbolicLink(At("up"), "../../../../../../etc/hostname");
            File.CreateSymbolicLink(At("loop"), "loop");
            foreach (var link in new[] { "out", "up", "loop", "o*" })
            {
                Assert.IsType<DomainError.Invalid>(Error(await MatchAsync([link])));
            }

            // Inside a directory a link is only its text, so what it points to does not matter.
            var before = await HashAsync(["."]);
            File.WriteAllText(Path.Combine(outside, "secret"), "2");
            Assert.Equal(before, await HashAsync(["."]));
            File.CreateSymbolicLink(At("absolute"), "/dir/s");
            Assert.Equal(["absolute"], Value(await MatchAsync(["absolute"])).ToArray());
        }
        finally
        {
            Directory.Delete(outside, recursive: true);
        }
    }

    [Fact]
    public async Task What_is_ignored_is_not_there_by_name_by_pattern_or_through_a_link()
    {
        Assert.Equal(["dir", "ldir", "zoo"], Value(await MatchAsync(["*"], "*file")).ToArray());
        Assert.IsType<DomainError.Invalid>(Error(await MatchAsync(["file"], "file")));
        Assert.IsType<DomainError.Invalid>(Error(await MatchAsync(["lfile"], "file")));
        Assert.IsType<DomainError.Invalid>(Error(await MatchAsync(["dir/sub/q"], "dir", "!dir/s")));
        Assert.Equal(["dir"], Value(await MatchAsync(["d*"], "dir", "!dir/s")).ToArray());
        Assert.Equal(["dir"], Value(await MatchAsync(["dir"], "dir", "!dir/s")).ToArray());
        Assert.IsType<DomainError.Invalid>(Error(await MatchAsync(["dir"], "dir", "!dir/none")));
        Assert.IsType<DomainError.Invalid>(Error(await MatchAsync(["d*"], "dir", "!dir/none")));
    }

    [Fact]
    public async Task The_hash_sees_names_content_modes_and_link_targets()
    {
        var seen = new List<Digest> { await HashAsync(["."]) };
        foreach (var change in new Action[]
        {
            () => Write("dir/s", "S"),
            () => File.Move(At("dir/s"), At("dir/t")),
            () => Run("chmod", "500", At("dir/t")),
            () => Run("chmod", "1700", At("dir")),
            () => { File.Delete(At("lfile")); File.CreateSymbolicLink(At("lfile"), "dir"); },
            () => Directory.CreateDirectory(At("empty")),
            () => { Directory.Delete(At("empty")); Write("empty", ""); },
        })
        {
            change();
            seen.Add(await HashAsync(["."]));
        }

        Assert.Equal(seen.Count, seen.Distinct().Count());
    }

    [Fact]
    public async Task The_hash_does_not_see_times_owners_order_or_what_is_ignored()
    {
        var before = await HashAsync(["dir", "file"], "*.log");
        File.SetLastWriteTimeUtc(At("dir/s"), DateTime.UnixEpoch);
        Run("chown", "12345:12345", At("dir/s"));
        Write("dir/a.log", "noise");
        Write("a.log", "noise");
        Write("dir/x", "made later");
        File.Delete(At("dir/x"));
        Assert.NotEqual(before, await HashAsync(["file", "dir"]));
        Assert.Equal(before, await HashAsync(["file", "dir", "file"], "**/*.log"));
    }

    [Fact]
    public async Task A_source_that_is_a_link_counts_as_what_it_leads_to()
    {
        var before = await HashAsync(["ldir"]);
        Write("dir/s", "changed");
        Assert.NotEqual(before, await HashAsync(["ldir"]));
    }

    [Fact]
    public async Task A_name_that_is_not_UTF8_is_hashed_in_a_directory_and_refused_as_a_source()
    {
        var before = await HashAsync(["dir"]);
        Run("bash", "-c", "printf one > \"$0/dir/$(printf 'a\\xff')\"", context);
        var one = await HashAsync(["dir"]);
        Assert.NotEqual(before, one);
        Run("bash", "-c", "printf two > \"$0/dir/$(printf 'a\\xff')\"", context);
        Assert.NotEqual(one, await HashAsync(["dir"]));
        Run("bash", "-c", "mv \"$0/dir/$(printf 'a\\xff')\" \"$0/dir/$(printf 'a\\xfe')\"", context);
        Assert.Equal(["dir/s", "dir/sub"], Value(await MatchAsync(["dir/s*"])).ToArray());
        Assert.Contains("dir/a\\xfe", Assert.IsType<DomainError.Invalid>(Error(await MatchAsync(["dir/*"]))).Reason);
    }

    [Fact]
    public async Task A_pipe_or_a_device_is_refused_by_name_and_never_opened()
    {
        Run("mkfifo", At("dir/pipe"));
        var error = Assert.IsType<DomainError.BadContent>(Error(await Task.Run(
            () => ContextDirectory.Hash(context, Seq1("dir"), Seq<string>(), default).ToEither()).WaitAsync(TimeSpan.FromSeconds(60))));
        Assert.Equal((At("dir/pipe"), true), (error.What, error.Reason.Contains("named pipe")));
        Assert.True((await ContextDirectory.Hash(context, Seq1("dir"), Seq1("**/pipe"), default).ToEither()).IsRight);
        if (Environment.UserName == "root" && TryRun("mknod", At("dev"), "c", "1", "5"))
        {
            Assert.IsType<DomainError.BadContent>(Error(await ContextDirectory.Hash(context, Seq1("dev"), Seq<string>(), default).ToEither()));
        }
    }

    [Fact]
    public async Task A_context_that_is_missing_is_named()
    {
        Assert.Equal(At("gone"), Assert.IsType<DomainError.FileFailed>(
            Error(await ContextDirectory.Match(At("gone"), Seq1("."), Seq<string>(), default).ToEither())).Path);
    }

    [Fact]
    public async Task A_cancelled_hash_is_an_interruption() =>
        Assert.IsType<DomainError.Interrupted>(Error(await ContextDirectory.Hash(context, Seq1("."), Seq<string>(), new CancellationToken(true)).ToEither()));

    public void Dispose() => Run("rm", "-rf", context);

    private string At(string path) => Path.Combine(context, path);

    private void Write(string path, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(path))!);
        File.WriteAllText(At(path), content);
    }

    private async Task<Either<DomainError, Seq<string>>> MatchAsync(string[] patterns, params string[] ignore) =>
        await ContextDirectory.Match(context, patterns.ToSeq(), ignore.ToSeq(), default).ToEither();

    private async Task<Digest> HashAsync(string[] paths, params string[] ignore) =>
        Value(await ContextDirectory.Hash(context, paths.ToSeq(), ignore.ToSeq(), default).ToEither());

    private static void Run(string program, params string[] arguments) => Assert.True(TryRun(program, arguments), program);

    private static bool TryRun(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }

    private static T Value<T>(Either<DomainError, T> either) => RegistryFixtures.Value(either);

    private static DomainError Error<T>(Either<DomainError, T> either) => RegistryFixtures.Error(either);
}
