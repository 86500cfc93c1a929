namespace EventDock.Adapters.Postgres;

using EventDock.Domain.Layers;
using Npgsql;
using NpgsqlTypes;

/// <summary>
/// The call of <c>eventdock.append_one</c>, for an append of one event that asks for nothing but its stream's version and changes
/// one row at most.
/// </summary>
internal static class AppendOneCommand
{
    private static readonly string Sql =
        $"select eventdock.append_one({string.Join(',', Enumerable.Range(1, 19).Select(n => FormattableString.Invariant($"${n}")))})";

    public static bool Fits(PreparedAppend append, RowChanges changes, string[] needed) =>
        append.Events.Count == 1 && append.Guards.IsEmpty && needed.Length == 0 && append.Strangers.Count == 0
        && append.Events[0].Fact.Event is not LayerWritten { Changes.IsEmpty: false }
        && changes.Stopped.Count == 0 && changes.Closed.Count < 2 && changes.Opened.Count < 2
        && (changes.Closed.Count == 0 || changes.Opened.Count == 0
            || (changes.Closed[0].View == changes.Opened[0].View && changes.Closed[0].Key == changes.Opened[0].Key));

    public static NpgsqlCommand Of(NpgsqlConnection connection, PreparedAppend append, RowChanges changes)
    {
        var one = append.Events[0];
        var closed = changes.Closed.Count == 1 ? changes.Closed[0] : null;
        var opened = changes.Opened.Count == 1 ? changes.Opened[0] : null;
        return new NpgsqlCommand(Sql, connection)
        {
            Parameters =
            {
                Value(append.Id, NpgsqlDbType.Uuid),
                Value(one.Stream, NpgsqlDbType.Text),
                Value(one.Version - 1, NpgsqlDbType.Bigint),
                Value(one.Id, NpgsqlDbType.Uuid),
                Value(one.Kind.Alias, NpgsqlDbType.Text),
                Value(one.Kind.DotNetType, NpgsqlDbType.Text),
                Value(one.Data, NpgsqlDbType.Jsonb),
                Value(one.Headers, NpgsqlDbType.Jsonb),
                Value(one.Fact.Occurred.UtcDateTime, NpgsqlDbType.TimestampTz),
                Value(one.Leaf.Begin, NpgsqlDbType.Text),
                Value(one.Leaf.End, NpgsqlDbType.Text),
                Value(one.Leaf.HeaderSalt, NpgsqlDbType.Bytea),
                Value(one.Leaf.DataSalt, NpgsqlDbType.Bytea),
                Value(append.Correlation, NpgsqlDbType.Text),
                Value(closed?.View ?? opened?.View, NpgsqlDbType.Text),
                Value(closed?.Key ?? opened?.Key, NpgsqlDbType.Text),
                Value(closed is not null, NpgsqlDbType.Boolean),
                Value(opened?.Row, NpgsqlDbType.Jsonb),
                Value(ViewVersions.Wanted, NpgsqlDbType.Text),
            },
        };
    }

    private static NpgsqlParameter Value(object? value, NpgsqlDbType type) => new() { Value = value ?? DBNull.Value, NpgsqlDbType = type };
}
