namespace EventDock.Adapters.Download;

using System.IO;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Text;
using EventDock.Domain.Kernel;

/// <param name="Answer">For the answer's head, redirects included.</param>
/// <param name="Window">In each such time a body must bring <paramref name="Least"/> bytes.</param>
public sealed record DownloadPace(TimeSpan Answer, TimeSpan Window, int Least)
{
    public static readonly DownloadPace Default = new(TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(30), 16 * 1024);
}

/// <summary>What stands at an http or https URL: through the proxies that the environment names, redirects followed.</summary>
public static class Downloads
{
    private const int MostRedirects = 10;

    public static Func<Uri, CancellationToken, EitherAsync<DomainError, Stream>> Create(DownloadPace? pace = null) =>
        (uri, cancel) => OpenAsync(uri, pace ?? DownloadPace.Default, cancel).ToAsync();

    private static async Task<Either<DomainError, Stream>> OpenAsync(Uri uri, DownloadPace pace, CancellationToken cancel)
    {
        var bare = new UriBuilder(uri) { UserName = "", Password = "" }.Uri;
        var client = new HttpClient(new SocketsHttpHandler
        {
            MaxAutomaticRedirections = MostRedirects,
            ConnectTimeout = pace.Answer,
            // A proxy has another loopback than we have.
            UseProxy = !uri.IsLoopback,
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        using var answer = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        answer.CancelAfter(pace.Answer);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, bare);
            if (uri.UserInfo.Length > 0)
            {
                // Not sent to wherever a redirect leads: the handler takes it off.
                request.Headers.Authorization = new AuthenticationHeaderValue(
                    "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(uri.UserInfo))));
            }

            var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, answer.Token)
                .ConfigureAwait(false);
            if (response.IsSuccessStatusCode)
            {
                var body = await response.Content.ReadAsStreamAsync(answer.Token).ConfigureAwait(false);
                return new PacedStream(body, pace, client);
            }

            var status = (int)response.StatusCode;
            client.Dispose();
            return new DomainError.DownloadFailed(
                bare.ToString(),
                status is >= 300 and < 400
                    ? $"it is redirected more than {MostRedirects} times, or to nowhere"
                    : $"status {status}");
        }
        catch (HttpRequestException e)
        {
            client.Dispose();
            return new DomainError.DownloadFailed(bare.ToString(), e.Message);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            client.Dispose();
            return new DomainError.DownloadFailed(bare.ToString(), $"no answer within {pace.Answer.TotalSeconds:0} s");
        }
    }
}
