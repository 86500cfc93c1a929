namespace EventDock.Adapters.Postgres;

using System.Threading.Channels;
using Npgsql;
using NpgsqlTypes;
using static EventDock.Adapters.Postgres.ViewBuildTables;

/// <summary>
/// What a bulk fold writes, on one connection, in the order in which it was asked for. All that is written between two notes is
/// one transaction.
/// </summary>
internal sealed class ViewBulkWriter(NpgsqlConnection connection, CancellationToken cancel)
{
    /// <summary>A COPY of so much: each begins and ends with a look at the catalog and a wait for the other side.</summary>
    private const int BlockSize = 1 << 20;

    private readonly Dictionary<string, CopyBlock> blocks = new(StringComparer.Ordinal);
    private readonly Channel<Func<Task>> work = Channel.CreateBounded<Func<Task>>(6);
    private readonly Channel<CopyBlock> spare = Channel.CreateUnbounded<CopyBlock>();
    private NpgsqlTransaction? transaction;

    /// <summary>Does what it is asked for until there will be no more.</summary>
    public async Task RunAsync()
    {
        try
        {
            await foreach (var write in work.Reader.ReadAllAsync(cancel))
            {
                transaction ??= await BeginAsync();
                await write();
            }
        }
        finally
        {
            if (transaction is not null)
            {
                await transaction.DisposeAsync();
            }
        }
    }

    public void Complete() => work.Writer.Complete();

    /// <summary>Where the view's ended versions are collected.</summary>
    public CopyBlock Block(string view) =>
        blocks.TryGetValue(view, out var block) ? block : blocks[view] = Empty();

    public ValueTask WriteIfFullAsync(string view) => Block(view).Length >= BlockSize ? WriteAsync(view) : ValueTask.CompletedTask;

    /// <summary>Loads open rows that were written down before; those of the keys that are not there have none.</summary>
    public async Task LoadAsync(FoldedView view, IReadOnlyList<string> keys)
    {
        var loaded = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await work.Writer.WriteAsync(
            async () =>
            {
                await using var command = new NpgsqlCommand(
                    $"select key, valid_from, row::text from {Schema}.open_{view.View.Name} where key = any($1)", connection)
                {
                    Parameters = { Texts(keys) },
                };
                await using var reader = await command.ExecuteReaderAsync(cancel);
                while (await reader.ReadAsync(cancel))
                {
                    var row = view.View.Read(reader.GetString(2));
                    view.Open[reader.GetString(0)] = new OpenVersion(row, view.View.WriteUtf8(row), reader.GetInt64(1), written: true);
                }

                loaded.SetResult();
            },
            cancel);
        await loaded.Task.WaitAsync(cancel);
    }

    /// <summary>Writes ended versions and the open rows that are new, notes the position, and commits.</summary>
    public async Task NoteAsync(IReadOnlyList<FoldedView> views, long position)
    {
        foreach (var view in views)
        {
            await WriteAsync(view.View.Name);
            await WriteOpenAsync(view);
        }

        var names = views.Select(v => v.View.Name).ToList();
        await work.Writer.WriteAsync(
            async () =>
            {
                await ViewBuildTables.NoteAsync(connection, names, position, cancel);
                await transaction!.CommitAsync(cancel);
                await transaction.DisposeAsync();
                transaction = null;
            },
            cancel);
    }

    private async ValueTask WriteOpenAsync(FoldedView view)
    {
        var (target, ended) = ($"open_{view.View.Name}", view.Ended.ToArray());
        view.Ended.Clear();
        await work.Writer.WriteAsync(
            async () =>
            {
                await using var command = new NpgsqlCommand($"delete from {Schema}.{target} where key = any($1)", connection)
                {
                    Parameters = { Texts(ended) },
                };
                await command.ExecuteNonQueryAsync(cancel);
            },
            cancel);
        var block = Empty();
        foreach (var (key, open) in view.Open.Where(o => !o.Value.Written))
        {
            block.Open(key, open.From, open.Stored);
            open.Written = true;
            if (block.Length >= BlockSize)
            {
                await CopyAsync($"{target} (key, valid_from, row)", block);
                block = Empty();
            }
        }

        await CopyAsync($"{target} (key, valid_from, row)", block);
    }

    private ValueTask WriteAsync(string view)
    {
        return blocks.Remove(view, out var block)
            ? CopyAsync($"view_{view} (key, valid_from, valid_to, row)", block)
            : ValueTask.CompletedTask;
    }

    /// <summary>Blocks are used again: each is large enough to be a burden to the collector.</summary>
    private CopyBlock Empty() => spare.Reader.TryRead(out var used) ? used : new CopyBlock();

    private ValueTask CopyAsync(string target, CopyBlock block) =>
        work.Writer.WriteAsync(
            () =>
            {
                if (block.Length > 0)
                {
                    // This thread has nothing else to do, and waits in the kernel: a continuation that is called each time the
                    // socket takes more had the server wait for a quarter of a rebuild.
                    using var stream = connection.BeginRawBinaryCopy($"copy {Schema}.{target} from stdin (format binary)");
                    stream.Write(CopyBlock.Header);
                    stream.Write(block.Bytes.Span);
                    stream.Write(CopyBlock.Trailer);
                }

                block.Clear();
                spare.Writer.TryWrite(block);
                return Task.CompletedTask;
            },
            cancel);

    /// <summary>What is lost of a rebuild when the server loses power is folded again.</summary>
    private async Task<NpgsqlTransaction> BeginAsync()
    {
        var begun = await connection.BeginTransactionAsync(cancel);
        await ExecuteAsync(connection, "set local synchronous_commit = off", cancel);
        return begun;
    }

    private static NpgsqlParameter Texts(IReadOnlyList<string> values) =>
        new() { Value = values.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text };
}
