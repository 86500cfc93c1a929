namespace EventDock.Cli.Commands;

using System.Globalization;
using System.IO;
using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;
using EventDock.Engine;

/// <summary>Positions, sizes and files that the ledger's verbs are given.</summary>
public static class ProofInputs
{
    public static Either<DomainError, long> Number(string what, string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : new DomainError.Invalid(what, text, "must be a number");

    /// <summary>A flag that takes a position, as the other verbs write one.</summary>
    public static Either<DomainError, Option<long>> Position(string flag, string? text) =>
        text is null ? Right<DomainError, Option<long>>(None)
        : Moments.Position(text).Filter(position => position >= 1).Match(
            Some: position => Right<DomainError, Option<long>>(Some(position)),
            None: () => new DomainError.Invalid(flag, text, "must be a position (1234 or '#1234')"));

    /// <summary>Digits alone are a size; anything else names a file with a checkpoint.</summary>
    public static EitherAsync<DomainError, ProofEnd> End(string text, CancellationToken cancel) =>
        text.Length > 0 && text.All(char.IsAsciiDigit)
            ? Number("size", text).Map(size => new ProofEnd(size, None)).ToAsync()
            : Checkpoint(text, cancel).Map(signed => new ProofEnd(signed.Checkpoint.Size, Some(signed)));

    public static EitherAsync<DomainError, SignedCheckpoint> Checkpoint(string path, CancellationToken cancel) =>
        from bytes in Bytes(path, cancel)
        from signed in SignedCheckpoint.Parse(path, bytes).ToAsync()
        select signed;

    /// <summary>A file, or stdin for -. One byte more than is allowed is read, so that what is too long is known for it.</summary>
    public static EitherAsync<DomainError, byte[]> Bytes(string path, CancellationToken cancel) =>
        from there in Inputs.Readable(path).ToAsync()
        from stream in Inputs.Open(path)
        from bytes in ReadAsync(path, stream, cancel).ToAsync()
        select bytes;

    private static async Task<Either<DomainError, byte[]>> ReadAsync(string path, Stream stream, CancellationToken cancel)
    {
        await using (stream)
        {
            var bytes = new byte[TextLines.MaxBytes + 1];
            try
            {
                var length = await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancel);
                return bytes[..length];
            }
            catch (IOException e)
            {
                return new DomainError.FileFailed(path, e.Message);
            }
        }
    }
}
