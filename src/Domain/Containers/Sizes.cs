namespace EventDock.Domain.Containers;

using System.Globalization;
using EventDock.Domain.Kernel;

/// <summary>Sizes as docker's flags have them: 64m, 1.5g, 100; units are powers of 1024.</summary>
public static class Sizes
{
    private const string Units = "kmgtp";

    /// <summary>None where it is no size.</summary>
    public static Option<long> Read(string text)
    {
        var rest = text.ToLowerInvariant();
        var digits = rest.Length - rest.AsSpan().TrimStart("0123456789.").Length;
        var number = rest[..digits];
        rest = rest[digits..];
        rest = rest.StartsWith(' ') ? rest[1..] : rest;
        var power = rest.Length > 0 ? Units.IndexOf(rest[0]) + 1 : 0;
        rest = power > 0 ? rest[1..] : rest;
        return rest is "" or "b" or "i" or "ib"
            && number.Length > 0 && char.IsAsciiDigit(number[0]) && char.IsAsciiDigit(number[^1])
            && double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
            && value * Math.Pow(1024, power) is var bytes and < long.MaxValue
            ? Some((long)bytes)
            : None;
    }

    /// <param name="flag">Whose value it is.</param>
    public static Either<DomainError, ByteCount> Parse(string flag, string text) =>
        Read(text).Match<Either<DomainError, ByteCount>>(
            Some: bytes => new ByteCount(bytes),
            None: () => new DomainError.BadFlag(flag, text, $"invalid size: '{text}'"));
}
