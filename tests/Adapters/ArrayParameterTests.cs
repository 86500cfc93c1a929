namespace EventDock.Tests.Adapters;

using EventDock.Adapters.Postgres;
using Npgsql;

/// <summary>Short arrays go as text, long ones as the driver sends them: what comes back must not tell which it was.</summary>
[Collection(LedgerTests.Name)]
public sealed class ArrayParameterTests(LedgerFixture fixture)
{
    private static readonly string[] Awkward =
    [
        "", " ", "NULL", "null", "a,b", "{}", "{\"a\"}", "\"", "\\", "\\\"", "a\\", "'", "$1", "line\nbreak\ttab\r", "é", "\U0001F40B", "\u007f", "x y",
    ];

    [Fact]
    public async Task Texts_come_back_as_they_were_however_many()
    {
        foreach (var values in (string[][])[[], .. Awkward.Select(value => (string[])[value]), Awkward[..16], Awkward, [.. Awkward, .. Awkward]])
        {
            Assert.Equal(values, await BackAsync<string[]>("text[]", ArrayParameter.Texts(values)));
        }
    }

    [Fact]
    public async Task Json_bytes_numbers_ids_and_times_come_back_as_they_were()
    {
        foreach (var count in (int[])[0, 1, 2, 16, 17, 40])
        {
            var some = Enumerable.Range(0, count).ToList();
            var json = some.Select(i => $$"""{"a": "\"\\{{i}}\n,{}"}""").ToArray();
            Assert.Equal(json, await BackAsync<string[]>("jsonb[]", ArrayParameter.Jsons(json)));
            var bytes = some.Select(i => Enumerable.Range(0, i * 7).Select(b => (byte)b).ToArray()).ToArray();
            Assert.Equal(bytes, await BackAsync<byte[][]>("bytea[]", ArrayParameter.Bytes(bytes)));
            var numbers = some.Select(i => i % 2 == 0 ? long.MaxValue - i : long.MinValue + i).ToArray();
            Assert.Equal(numbers, await BackAsync<long[]>("bigint[]", ArrayParameter.Numbers(numbers)));
            var perhaps = some.Select(i => i % 3 == 0 ? null : (long?)i).ToArray();
            Assert.Equal(perhaps, await BackAsync<long?[]>("bigint[]", ArrayParameter.Numbers(perhaps)));
            var ids = some.Select(_ => Guid.NewGuid()).ToArray();
            Assert.Equal(ids, await BackAsync<Guid[]>("uuid[]", ArrayParameter.Ids(ids)));
            var times = some.Select(i => new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc).AddTicks(i * 12_345_670L)).ToArray();
            Assert.Equal(times, await BackAsync<DateTime[]>("timestamptz[]", ArrayParameter.Times(times)));
        }
    }

    private async Task<T> BackAsync<T>(string type, NpgsqlParameter sent)
    {
        var ledger = await shared.Value;
        await using var source = NpgsqlDataSource.Create(LedgerFixture.ConnectionString(ledger.Owner));
        await using var command = source.CreateCommand($"select $1::{type}");
        command.Parameters.Add(sent);
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        return await reader.GetFieldValueAsync<T>(0);
    }

    private readonly Lazy<Task<TestLedger>> shared = new(fixture.NewAsync);
}
