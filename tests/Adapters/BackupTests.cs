namespace EventDock.Tests.Adapters;

using System.IO;
using EventDock.Adapters.Postgres;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using static EventDock.Tests.Adapters.LedgerFixture;

/// <summary>The ledger as a file, and back: on any server, all of it or nothing.</summary>
[Collection(LedgerTests.Name)]
public sealed class BackupTests(LedgerFixture fixture) : IDisposable
{
    private const string Content =
        """
        select (select count(*) || ' ' || coalesce(md5(string_agg(line, ',' order by position)), '') from eventdock.leaves)
            || (select count(*) || ' ' || coalesce(md5(string_agg(seq_id::text || data::text || headers::text, ',' order by seq_id)), '') from eventdock.mt_events)
            || (select count(*) || ' ' || coalesce(md5(string_agg(key || valid_from || coalesce(valid_to, 0) || row::text, ',' order by key, valid_from)), '') from eventdock.view_images)
        """;

    private static readonly CancellationToken NoCancel = CancellationToken.None;
    private readonly string directory = Directory.CreateTempSubdirectory("ed-backup-").FullName;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public async Task A_backup_taken_while_commands_append_holds_one_moment_and_goes_on_from_there()
    {
        var ledger = await fixture.NewAsync();
        using var enough = new CancellationTokenSource();
        var writers = Enumerable.Range(0, 3).Select(w => Task.Run(() => WriteAsync(ledger, $"w{w}", enough.Token))).ToArray();
        while (await ledger.AskOneAsync<long>("select position from eventdock.head") < 30)
        {
            await Task.Delay(5);
        }

        var made = Must(await Copies(ledger).Backup(directory + "/a.dump", NoCancel).ToEither());
        await enough.CancelAsync();
        await Task.WhenAll(writers);
        Assert.True(made.Position >= 30);

        var other = await fixture.NewAsync();
        Assert.Equal(new Restored(made.Position), Must(await Copies(other).Restore(made.File, false, NoCancel).ToEither()));
        Assert.Equal(
            (made.Position, made.Position, made.Position),
            (await other.AskOneAsync<long>("select position from eventdock.head"),
                await other.AskOneAsync<long>("select count(*) from eventdock.mt_events"),
                await other.AskOneAsync<long>("select last_value from eventdock.mt_events_sequence")));
        var upTo = $"select md5(string_agg(line, ',' order by position)) from eventdock.leaves where position <= {made.Position}";
        Assert.Equal(await ledger.AskOneAsync<string>(upTo), await other.AskOneAsync<string>(upTo));

        var open = await other.OpenAsync(other.Owner);
        var appended = Must(await open.Store.Append(LedgerFacts.Image(LedgerFacts.Hex("next"), LedgerFacts.Hex("nextlayer")), NoCancel).ToEither());
        Assert.Equal(made.Position + 1, appended.First);
        await open.Care.Close();
    }

    [Fact]
    public async Task The_file_is_roots_alone_a_new_one_each_time_and_named_in_a_directory()
    {
        var ledger = await fixture.NewAsync();
        await FillAsync(ledger, 3);
        var made = Must(await Copies(ledger).Backup(directory, NoCancel).ToEither());
        Assert.StartsWith(directory + "/eventdock-0000000006-", made.File, StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(made.File));
        Assert.Equal(new FileInfo(made.File).Length, made.Bytes);
        Assert.Equal(new DomainError.FileExists(made.File), Error(await Copies(ledger).Backup(made.File, NoCancel).ToEither()));
        Assert.IsType<DomainError.FileFailed>(Error(await Copies(ledger).Backup(directory + "/none/a", NoCancel).ToEither()));
        Assert.Equal([made.File], Directory.GetFileSystemEntries(directory));
    }

    [Fact]
    public async Task A_ledger_that_holds_events_is_replaced_only_when_asked_for()
    {
        var (one, two) = (await fixture.NewAsync(), await fixture.NewAsync());
        await FillAsync(one, 2);
        await FillAsync(two, 5);
        var file = Must(await Copies(one).Backup(directory + "/one.dump", NoCancel).ToEither()).File;
        var before = await two.AskOneAsync<string>(Content);
        Assert.Equal(10L, Assert.IsType<DomainError.LedgerNotEmpty>(Error(await Copies(two).Restore(file, false, NoCancel).ToEither())).Position);
        Assert.Equal(before, await two.AskOneAsync<string>(Content));
        Must(await Copies(two).Restore(file, true, NoCancel).ToEither());
        Assert.Equal(await one.AskOneAsync<string>(Content), await two.AskOneAsync<string>(Content));
    }

    [Fact]
    public async Task A_file_that_ends_too_early_or_is_none_of_ours_leaves_the_ledger_as_it_was()
    {
        var (one, two) = (await fixture.NewAsync(), await fixture.NewAsync());
        await FillAsync(one, 40);
        await FillAsync(two, 2);
        var before = await two.AskOneAsync<string>(Content);
        var bytes = File.ReadAllBytes(Must(await Copies(one).Backup(directory + "/one.dump", NoCancel).ToEither()).File);
        foreach (var part in new[] { 0, 3, 40, 70, 90, 97, 99 })
        {
            var cut = $"{directory}/{part}.dump";
            File.WriteAllBytes(cut, bytes[..(bytes.Length * part / 100)]);
            var error = Error(await Copies(two).Restore(cut, true, NoCancel).ToEither());
            Assert.True(error is DomainError.NotABackup or DomainError.CopyFailed, $"{part} %: {error}");
            Assert.Equal(before, await two.AskOneAsync<string>(Content));
        }

        File.WriteAllText(directory + "/text", "select 1;\n");
        Assert.IsType<DomainError.NotABackup>(Error(await Copies(two).Restore(directory + "/text", true, NoCancel).ToEither()));
        Assert.IsType<DomainError.FileFailed>(Error(await Copies(two).Restore(directory + "/none", true, NoCancel).ToEither()));
        Assert.Equal(before, await two.AskOneAsync<string>(Content));
    }

    [Fact]
    public async Task A_backup_of_a_later_version_is_refused_before_anything_is_replaced()
    {
        var (one, two) = (await fixture.NewAsync(), await fixture.NewAsync());
        await FillAsync(two, 2);
        var before = await two.AskOneAsync<string>(Content);
        await one.AskAsync("insert into eventdock.migrations (version, name) values (999, 'later')");
        var file = Must(await Copies(one).Backup(directory + "/one.dump", NoCancel).ToEither()).File;
        var error = Assert.IsType<DomainError.LedgerUnreadable>(Error(await Copies(two).Restore(file, true, NoCancel).ToEither()));
        Assert.Contains("version 999", error.Reason, StringComparison.Ordinal);
        Assert.Equal(before, await two.AskOneAsync<string>(Content));
    }

    [Fact]
    public async Task What_others_keep_in_a_schema_named_audit_is_not_taken_away_by_a_restore()
    {
        var (one, two) = (await fixture.NewAsync(), await fixture.NewAsync());
        var file = Must(await Copies(one).Backup(directory + "/one.dump", NoCancel).ToEither()).File;
        await two.AskAsync("create table audit.theirs as select 1 as kept");
        var error = Assert.IsType<DomainError.CopyFailed>(Error(await Copies(two).Restore(file, true, NoCancel).ToEither()));
        Assert.Contains("audit", error.Detail, StringComparison.Ordinal);
        Assert.Equal(1, await two.AskOneAsync<int>("select kept from audit.theirs"));
        await two.AskAsync("drop table audit.theirs");
        Must(await Copies(two).Restore(file, true, NoCancel).ToEither());
    }

    [Fact]
    public async Task Where_there_is_no_ledger_there_is_nothing_to_back_up()
    {
        var ledger = await fixture.NewAsync();
        await ledger.AskAsync("drop schema eventdock cascade");
        Assert.IsType<DomainError.NoLedger>(Error(await Copies(ledger).Backup(directory + "/a", NoCancel).ToEither()));
        Assert.Empty(Directory.GetFileSystemEntries(directory));
    }

    private static LedgerCopies Copies(TestLedger ledger) => PostgresCopies.OfServer(ledger.Owner);

    private static DomainError Error<T>(Either<DomainError, T> result) =>
        result.Match(Right: done => throw new InvalidOperationException($"done: {done}"), Left: e => e);

    /// <summary>Images of one layer each: two events.</summary>
    private static async Task FillAsync(TestLedger ledger, int images)
    {
        var open = await ledger.OpenAsync(ledger.Owner);
        for (var i = 0; i < images; i++)
        {
            Must(await open.Store.Append(LedgerFacts.Image(LedgerFacts.Hex($"i{i}"), LedgerFacts.Hex($"l{i}")), NoCancel).ToEither());
        }

        await open.Care.Close();
    }

    private static async Task WriteAsync(TestLedger ledger, string name, CancellationToken enough)
    {
        var open = await ledger.OpenAsync(ledger.Owner);
        for (var i = 0; !enough.IsCancellationRequested; i++)
        {
            Must(await open.Store.Append(LedgerFacts.Image(LedgerFacts.Hex($"{name}/{i}"), LedgerFacts.Hex($"{name}/l{i}")), NoCancel).ToEither());
        }

        await open.Care.Close();
    }
}
