namespace EventDock.Domain.Ledger;

using System.Text;
using EventDock.Domain.Kernel;

/// <summary>
/// The second and third line of an exported event: <c>["headers","SALT",{…}]</c> and <c>["data","SALT",{…}]</c>, or
/// <c>["data",null,null]</c> where that part has been redacted.
/// </summary>
public static class ExportLine
{
    private const int SaltDigits = 2 * SaltedPart.SaltLength;

    /// <summary>As an export has it, without the newline.</summary>
    public static string Of(string name, Option<SaltedPart> part) =>
        part.Match(
            Some: p => $"[\"{name}\",\"{Convert.ToHexStringLower(p.Salt)}\",{Encoding.UTF8.GetString(p.Json)}]",
            None: () => $"[\"{name}\",null,null]");

    public static Either<DomainError, Option<SaltedPart>> Part(string name, ReadOnlySpan<byte> line) =>
        Part(name, line, new CanonicalText());

    /// <summary>None where the part has been redacted.</summary>
    /// <param name="scratch">For who reads millions of them.</param>
    public static Either<DomainError, Option<SaltedPart>> Part(string name, ReadOnlySpan<byte> line, CanonicalText scratch)
    {
        Span<byte> start = stackalloc byte[name.Length + 4];
        start[0] = (byte)'[';
        start[1] = (byte)'"';
        Encoding.ASCII.GetBytes(name, start[2..]);
        start[^2] = (byte)'"';
        start[^1] = (byte)',';
        if (!line.StartsWith(start))
        {
            return Bad($"is not [\"{name}\",…]");
        }

        var rest = line[start.Length..];
        if (rest.SequenceEqual("null,null]"u8))
        {
            return Right<DomainError, Option<SaltedPart>>(None);
        }

        if (rest.Length < SaltDigits + 6 || rest[0] != '"' || !rest[(SaltDigits + 1)..].StartsWith("\",{"u8) || rest[^1] != ']')
        {
            return Bad($"is not [\"{name}\", salt, object]");
        }

        var salt = new byte[SaltedPart.SaltLength];
        var digits = Encoding.ASCII.GetString(rest[1..(SaltDigits + 1)]);
        if (digits.AsSpan().ContainsAnyInRange('A', 'F')
            || Convert.FromHexString(digits, salt, out _, out _) != System.Buffers.OperationStatus.Done)
        {
            return Bad("has a salt that is not hex");
        }

        var json = rest[(SaltDigits + 3)..^1];
        return ExportedJson.Wrong(json, scratch) is { } wrong
            ? Bad(wrong)
            : Right<DomainError, Option<SaltedPart>>(new SaltedPart(salt, json.ToArray()));
    }

    private static DomainError Bad(string reason) => new DomainError.BadExport(0, reason);
}
