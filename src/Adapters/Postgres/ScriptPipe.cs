namespace EventDock.Adapters.Postgres;

using System.Diagnostics;
using System.IO;
using EventDock.Domain.Kernel;

/// <summary>
/// What pg_restore or pg_dump prints, run by psql between a beginning and an end of ours. The end, which commits, is sent only
/// when the reader has come to its own end in order: whatever dies before that, ourselves included, leaves nothing done.
/// </summary>
internal static class ScriptPipe
{
    /// <param name="before">Begins the transaction.</param>
    /// <param name="after">Commits it.</param>
    public static async Task<Either<DomainError, Unit>> RunAsync(
        Func<Either<DomainError, Process>> read, ClientPrograms into, string before, string after, CancellationToken cancel) =>
        await read().MatchAsync(
            async reader =>
            {
                using (reader)
                {
                    try
                    {
                        reader.StandardInput.Close();
                        return await Psql(into).MatchAsync(
                            writer => PumpAsync(reader, writer, before, after, cancel), Left<DomainError, Unit>);
                    }
                    finally
                    {
                        ClientPrograms.End(reader);
                    }
                }
            },
            Left<DomainError, Unit>);

    /// <summary>The same with a script that is at hand, its beginning and end in it.</summary>
    public static async Task<Either<DomainError, Unit>> RunTextAsync(ClientPrograms into, string script, CancellationToken cancel) =>
        await Psql(into).MatchAsync(
            async writer =>
            {
                using (writer)
                {
                    try
                    {
                        var says = writer.StandardError.ReadToEndAsync(cancel);
                        var prints = writer.StandardOutput.ReadToEndAsync(cancel);
                        await writer.StandardInput.WriteAsync(script.AsMemory(), cancel);
                        writer.StandardInput.Close();
                        await writer.WaitForExitAsync(cancel);
                        await prints;
                        return writer.ExitCode == 0 ? unit : new DomainError.CopyFailed("psql", ClusterLog.LastLine(await says));
                    }
                    finally
                    {
                        ClientPrograms.End(writer);
                    }
                }
            },
            Left<DomainError, Unit>);

    private static Either<DomainError, Process> Psql(ClientPrograms into) =>
        into.Start("psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--file=-");

    private enum Fed
    {
        Whole,
        ReaderFailed,
        WriterEnded,
    }

    private static async Task<Either<DomainError, Unit>> PumpAsync(
        Process reader, Process writer, string before, string after, CancellationToken cancel)
    {
        using (writer)
        {
            try
            {
                var readerSays = reader.StandardError.ReadToEndAsync(cancel);
                var writerSays = writer.StandardError.ReadToEndAsync(cancel);
                var writerPrints = writer.StandardOutput.ReadToEndAsync(cancel);
                var fed = await FeedAsync(reader, writer, before, after, cancel);
                if (fed == Fed.ReaderFailed)
                {
                    // Not by closing its input: that psql would take for the script's end.
                    ClientPrograms.End(writer);
                    return new DomainError.CopyFailed(
                        Path.GetFileName(reader.StartInfo.FileName), ClusterLog.LastLine(await readerSays));
                }

                await writer.WaitForExitAsync(cancel);
                await writerPrints;
                return fed == Fed.Whole && writer.ExitCode == 0
                    ? unit
                    : new DomainError.CopyFailed("psql", ClusterLog.LastLine(await writerSays));
            }
            finally
            {
                ClientPrograms.End(writer);
            }
        }
    }

    private static async Task<Fed> FeedAsync(
        Process reader, Process writer, string before, string after, CancellationToken cancel)
    {
        try
        {
            await writer.StandardInput.WriteAsync(before.AsMemory(), cancel);
            await writer.StandardInput.FlushAsync(cancel);
            await reader.StandardOutput.BaseStream.CopyToAsync(writer.StandardInput.BaseStream, cancel);
            await reader.WaitForExitAsync(cancel);
            if (reader.ExitCode != 0)
            {
                return Fed.ReaderFailed;
            }

            await writer.StandardInput.WriteAsync(after.AsMemory(), cancel);
            writer.StandardInput.Close();
            return Fed.Whole;
        }
        catch (IOException)
        {
            // Its input is closed: it has ended, and its last line says why.
            return Fed.WriterEnded;
        }
    }
}
