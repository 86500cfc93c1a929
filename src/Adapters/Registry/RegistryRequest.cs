namespace EventDock.Adapters.Registry;

using System.Net.Http;
using System.Net.Http.Headers;

/// <summary>A GET; with more said, something else.</summary>
/// <param name="What">How errors name the thing asked for.</param>
/// <param name="From">The first byte wanted (RFC 9110, 14.2); 0 for all.</param>
internal sealed record RegistryRequest(Uri Uri, string What, IReadOnlyList<string> Accept, AuthenticationHeaderValue? Authorization, long From = 0)
{
    /// <summary>Posted where it is not null, and never sent on to where a redirect points: secrets stand in it.</summary>
    public IReadOnlyList<(string Name, string Value)>? Form { get; init; }

    public HttpMethod Method { get; init; } = HttpMethod.Get;

    /// <summary>Makes the body anew for each try. It calls what it is given as its bytes go out: a body that moves has not stalled.</summary>
    public Func<Action, HttpContent>? Body { get; init; }

    /// <summary>How much of the body has arrived where the answer was an error is not known: whoever asks finds out, and tries again himself.</summary>
    public bool Once { get; init; }

    /// <summary>The registry has work to do before it can answer: it may be silent for as long as a small thing may take in all.</summary>
    public bool Slow { get; init; }

    public bool Changes => Method != HttpMethod.Get && Method != HttpMethod.Head;

    /// <summary>What a token must be good for, where the registry does not say it.</summary>
    public string Actions => Changes ? "pull,push" : "pull";

    /// <summary>RFC 9110, 15.4: after 301, 302 and 303 another method would be meant.</summary>
    public bool Follows(int status) =>
        Form is null && status is 301 or 302 or 303 or 307 or 308 && (!Changes || status is 307 or 308);
}
