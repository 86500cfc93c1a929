namespace EventDock.Domain.Images;

using System.Globalization;
using System.Text.Json;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;

/// <summary>How long what has been removed stays in the trash: <c>retain-removed</c>, a number and one of d, h, m, s.</summary>
public static class Retention
{
    public const string Key = "retain-removed";

    private const int MostDigits = 9;

    private static readonly TimeSpan Longest = TimeSpan.FromDays(3650);

    internal static Either<DomainError, TimeSpan> Of(JsonElement root) =>
        JsonShape.Member(root, Key) is not { } given ? TimeSpan.Zero
        : given.ValueKind == JsonValueKind.String && Span(given.GetString()!) is { } span && span <= Longest ? span
        : new DomainError.Invalid(Key, given.ToString(), "must be a text such as 24h or 7d, of ten years at most");

    private static TimeSpan? Span(string text) =>
        text.Length is > 1 and <= MostDigits + 1 && Unit(text[^1]) is { } unit
        && int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            ? TimeSpan.FromSeconds((double)unit * count)
            : null;

    private static int? Unit(char letter) => letter switch
    {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        'd' => 86400,
        _ => null,
    };
}
