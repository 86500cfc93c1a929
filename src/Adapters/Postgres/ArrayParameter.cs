namespace EventDock.Adapters.Postgres;

using System.Globalization;
using System.Text;
using Npgsql;
using NpgsqlTypes;

/// <summary>
/// Arrays as parameters. A short one goes as Postgres's own text for it, and the server finds its type: the driver would first set up all
/// array types that there are, which takes it longer than most commands take for all else (docs/performance.md).
/// </summary>
internal static class ArrayParameter
{
    /// <summary>A text as long as this is put together in no time; a longer list is better sent as it is.</summary>
    private const int Few = 16;

    public static NpgsqlParameter Texts(IEnumerable<string> values) => Of(values.Select(StoredText.Of), NpgsqlDbType.Text, text => text);

    public static NpgsqlParameter Jsons(IEnumerable<string> values) => Of(values, NpgsqlDbType.Jsonb, json => json);

    public static NpgsqlParameter Numbers(IEnumerable<long> values) => Of(values, NpgsqlDbType.Bigint, Number);

    /// <summary>Null where there is no number.</summary>
    public static NpgsqlParameter Numbers(IEnumerable<long?> values) =>
        Of(values, NpgsqlDbType.Bigint, number => number is { } some ? Number(some) : null);

    public static NpgsqlParameter Ids(IEnumerable<Guid> values) => Of(values, NpgsqlDbType.Uuid, id => id.ToString("D"));

    public static NpgsqlParameter Bytes(IEnumerable<byte[]> values) =>
        Of(values, NpgsqlDbType.Bytea, bytes => $@"\x{Convert.ToHexStringLower(bytes)}");

    /// <summary>In microseconds, as Postgres keeps them.</summary>
    public static NpgsqlParameter Times(IEnumerable<DateTime> values) =>
        Of(values, NpgsqlDbType.TimestampTz, time => time.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture));

    private static NpgsqlParameter Of<T>(IEnumerable<T> values, NpgsqlDbType type, Func<T, string?> text)
    {
        var all = values.ToArray();
        return all.Length > Few
            ? new NpgsqlParameter { Value = all, NpgsqlDbType = NpgsqlDbType.Array | type }
            : new NpgsqlParameter { Value = Literal(all.Select(text)), NpgsqlDbType = NpgsqlDbType.Unknown };
    }

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>PostgreSQL, "Array Input and Output Syntax".</summary>
    internal static string Literal(IEnumerable<string?> elements)
    {
        var text = new StringBuilder("{");
        foreach (var element in elements)
        {
            if (text.Length > 1)
            {
                text.Append(',');
            }

            if (element is null)
            {
                text.Append("NULL");
                continue;
            }

            text.Append('"');
            foreach (var letter in element)
            {
                if (letter is '"' or '\\')
                {
                    text.Append('\\');
                }

                text.Append(letter);
            }

            text.Append('"');
        }

        return text.Append('}').ToString();
    }
}
