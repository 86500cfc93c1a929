namespace EventDock.Tests.Adapters;

using System.IO;
using EventDock.Adapters.Download;
using EventDock.Domain.Kernel;

/// <summary>Servers that an import from a URL may meet.</summary>
public sealed class DownloadTests
{
    /// <summary>For what is not to be given up, however busy the machine is.</summary>
    private static readonly DownloadPace Patient = new(TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(60), 1000);

    [Fact]
    public async Task What_the_server_has_comes_also_where_it_redirects_to()
    {
        await using var server = new RegistryServer(r => r.Path == "/there"
            ? RegistryServer.Answer(200, "content")
            : RegistryServer.Answer(302, "", "Location: /there"));
        Assert.Equal("content", await Text(server.Base + "/here"));
    }

    [Fact]
    public async Task A_password_goes_to_the_server_that_it_was_given_for()
    {
        await using var elsewhere = new RegistryServer(_ => RegistryServer.Answer(200, "content"));
        await using var server = new RegistryServer(_ => RegistryServer.Answer(302, "", $"Location: http://localhost:{elsewhere.Host.Split(':')[1]}/"));
        Assert.Equal("content", await Text($"http://user:secret@{server.Host}/"));
        Assert.Contains(server.Requests[0].Headers, h => h.Key.Equals("authorization", StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain(elsewhere.Requests[0].Headers, h => h.Key.Equals("authorization", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Redirects_in_a_circle_come_to_an_end()
    {
        await using var server = new RegistryServer(_ => RegistryServer.Answer(302, "", "Location: /again"));
        Assert.Contains("redirected", (await Refused(server.Base)).Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(404)]
    [InlineData(500)]
    public async Task An_error_of_the_servers_is_its_status_and_shows_no_password(int status)
    {
        await using var server = new RegistryServer(_ => RegistryServer.Answer(status, "<html>no</html>"));
        Assert.Equal(new DomainError.DownloadFailed($"http://{server.Host}/x", $"status {status}"), await Refused($"http://u:secret@{server.Host}/x"));
    }

    [Fact]
    public async Task A_body_that_is_cut_off_does_not_pass_for_a_whole_one()
    {
        await using var server = new RegistryServer(async (_, stream) =>
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"u8.ToArray()));
        await Assert.ThrowsAnyAsync<IOException>(() => Text(server.Base));
    }

    [Fact]
    public async Task A_body_that_drips_is_given_up()
    {
        await using var server = new RegistryServer(async (_, stream) =>
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"u8.ToArray());
            for (var n = 0; n < 100; n++)
            {
                await stream.WriteAsync("."u8.ToArray());
                await Task.Delay(50);
            }
        });
        var error = await Assert.ThrowsAsync<IOException>(() => Text(server.Base, Patient with { Window = TimeSpan.FromMilliseconds(300) }));
        Assert.Contains("fewer than 1000 bytes", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_says_nothing_is_given_up()
    {
        await using var server = new RegistryServer(async (_, _) => await Task.Delay(TimeSpan.FromSeconds(10)));
        Assert.Contains("no answer within 2 s", (await Refused(server.Base, Patient with { Answer = TimeSpan.FromSeconds(2) })).Reason, StringComparison.Ordinal);
    }

    private static async Task<string> Text(string url, DownloadPace? pace = null)
    {
        await using var stream = ContentRoot.Right(await Downloads.Create(pace ?? Patient)(new Uri(url), CancellationToken.None).ToEither());
        var body = new MemoryStream();
        await stream.CopyToAsync(body);
        return System.Text.Encoding.UTF8.GetString(body.ToArray());
    }

    private static async Task<DomainError.DownloadFailed> Refused(string url, DownloadPace? pace = null) => Assert.IsType<DomainError.DownloadFailed>(
        ContentRoot.Left(await Downloads.Create(pace ?? Patient)(new Uri(url), CancellationToken.None).ToEither()));
}
