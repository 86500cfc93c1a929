namespace EventDock.Adapters.Registry;

using System.Net;

/// <summary>
/// The proxy of the environment, but never for this machine itself nor for what NO_PROXY names: the rules of Go's
/// http.ProxyFromEnvironment, so docker's.
/// </summary>
internal sealed class LoopbackDirect(IWebProxy inner, NoProxy none) : IWebProxy
{
    public ICredentials? Credentials
    {
        get => inner.Credentials;
        set => inner.Credentials = value;
    }

    public Uri? GetProxy(Uri destination) => IsBypassed(destination) ? null : inner.GetProxy(destination);

    public bool IsBypassed(Uri host) => Endpoints.IsLoopback(host.Host.Trim('[', ']')) || none.Covers(host) || inner.IsBypassed(host);
}
