namespace EventDock.Domain.Ledger;

using System.Globalization;
using System.Text;
using System.Text.Json;
using EventDock.Domain.Kernel;

/// <summary>The last line of an export: what the whole is. Without it an export has been cut off.</summary>
/// <param name="Before">The complete subtrees of the tree before the first position, the largest first.</param>
/// <param name="Chain">The chain's value at the end.</param>
/// <param name="ChainBefore">Its value before the first position.</param>
/// <param name="Checkpoint">Of the ledger up to the last position.</param>
/// <param name="Foreign">Positions in the range that hold foreign events: they have no leaf and no lines.</param>
public sealed record ExportTrailer(
    Seq<TreeHash> Before, TreeHash Chain, TreeHash ChainBefore, SignedCheckpoint Checkpoint, Seq<long> Foreign, long From, long To)
{
    /// <summary>Every other line of an export begins otherwise.</summary>
    public static bool Begins(ReadOnlySpan<byte> line) => line.StartsWith("{\"export\":"u8);

    /// <summary>The line, without its newline.</summary>
    public override string ToString()
    {
        var text = new StringBuilder("{\"export\":{\"before\":[");
        text.Append(string.Join(',', Before.Map(hash => $"\"{hash}\"")));
        text.Append($"],\"chain\":\"{Chain}\",\"chainBefore\":\"{ChainBefore}\"");
        text.Append($",\"checkpoint\":{CanonicalJson.Quoted(Checkpoint.ToString())}");
        text.Append(CultureInfo.InvariantCulture, $",\"foreign\":[{string.Join(',', Foreign)}],\"from\":{From},\"to\":{To}}}}}");
        return text.ToString();
    }

    public static Either<DomainError, ExportTrailer> Parse(ReadOnlySpan<byte> line)
    {
        try
        {
            using var document = JsonDocument.Parse(line.ToArray());
            var text = Encoding.UTF8.GetString(line);
            return Of(document.RootElement.GetProperty("export")).Bind(trailer =>
                trailer.ToString() == text
                    ? Right<DomainError, ExportTrailer>(trailer)
                    : Bad("is not written as the last line of an export is"));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            // Not JSON; a value of another kind; a member that is not there; a number that is too large.
            return Bad("is not the last line of an export");
        }
    }

    private static Either<DomainError, ExportTrailer> Of(JsonElement export)
    {
        var (from, to) = (export.GetProperty("from").GetInt64(), export.GetProperty("to").GetInt64());
        var foreign = export.GetProperty("foreign").EnumerateArray().Select(p => p.GetInt64()).ToArray().ToSeq();
        return Hash(export.GetProperty("chain")).Bind(chain =>
            Hash(export.GetProperty("chainBefore")).Bind(chainBefore =>
                export.GetProperty("before").EnumerateArray().ToArray().ToSeq().All(Hash).Bind(before =>
                    Signed(export.GetProperty("checkpoint")).Bind(signed =>
                        from >= 1 && to >= from && Rises(foreign, from, to)
                            ? Right<DomainError, ExportTrailer>(
                                new ExportTrailer(before, chain, chainBefore, signed, foreign, from, to))
                            : Bad("holds positions that cannot be")))));
    }

    private static bool Rises(Seq<long> foreign, long from, long to)
    {
        var last = from - 1;
        foreach (var position in foreign)
        {
            if (position <= last || position > to)
            {
                return false;
            }

            last = position;
        }

        return true;
    }

    private static Either<DomainError, SignedCheckpoint> Signed(JsonElement note) =>
        SignedCheckpoint.Parse("checkpoint", Encoding.UTF8.GetBytes(note.GetString() ?? ""))
            .MapLeft(error => error is DomainError.BadProof bad
                ? Bad($"holds a checkpoint that is none: its line {bad.Line} {bad.Reason}")
                : error);

    private static Either<DomainError, TreeHash> Hash(JsonElement hex) =>
        TreeHash.OfHex(hex.GetString() ?? "").ToEither(() => Bad("holds a hash that is none"));

    private static DomainError Bad(string reason) => new DomainError.BadExport(0, reason);
}
