namespace EventDock.Tests.Cli;

using System.Diagnostics;
using System.IO;
using System.Net;
using System.Net.Sockets;
using Xunit.Sdk;

/// <summary>A docker-registry of our own on 127.0.0.1, filled by skopeo.</summary>
internal sealed class DockerRegistry : IDisposable
{
    private readonly Process process;
    private readonly string directory;
    private readonly string? credentials;

    /// <param name="more">Further lines of its configuration.</param>
    /// <param name="credentials">user:password, with which it is filled.</param>
    public DockerRegistry(string directory, string more = "", string? credentials = null)
    {
        this.credentials = credentials;
        this.directory = Directory.CreateDirectory(directory).FullName;
        Port = FreePort.Find();
        var file = Path.Combine(directory, "config.yml");
        File.WriteAllText(file,
            $$"""
            version: 0.1
            log: { level: error, accesslog: { disabled: true } }
            storage: { filesystem: { rootdirectory: {{directory}}/data } }
            http: { addr: 127.0.0.1:{{Port}} }
            {{more}}

            """);
        process = Process.Start(new ProcessStartInfo("docker-registry", ["serve", file])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        Listening();
    }

    public int Port { get; }

    private string[] Access => credentials is null ? [] : ["--dest-creds", credentials];

    public string Address => $"http://127.0.0.1:{Port}";

    /// <summary>Serves an image under repository:tag.</summary>
    public void Publish(string reference, params byte[][] layers)
    {
        var archive = Path.Combine(directory, "image.tar");
        File.WriteAllBytes(archive, Busybox.DockerArchive(reference, layers));
        Eventdock.Run("skopeo",
            ["--insecure-policy", "copy", "-q", "--dest-tls-verify=false", .. Access, $"docker-archive:{archive}", $"docker://127.0.0.1:{Port}/{reference}"]).Done();
    }

    public void Dispose()
    {
        process.Kill();
        process.WaitForExit();
        process.Dispose();
    }

    private void Listening()
    {
        var since = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                using var client = new TcpClient();
                client.Connect(IPAddress.Loopback, Port);
                return;
            }
            catch (SocketException) when (since.Elapsed < TimeSpan.FromSeconds(60) && !process.HasExited)
            {
                Thread.Sleep(20);
            }
            catch (SocketException e)
            {
                throw new XunitException($"docker-registry does not listen on {Port}: {e.Message}");
            }
        }
    }
}

/// <summary>A registry that answers as a test wants.</summary>
internal sealed class HostileRegistry : IDisposable
{
    private readonly HttpListener listener = new();
    private readonly Task serving;

    public HostileRegistry(Action<HttpListenerContext> answer)
    {
        Port = FreePort.Find();
        listener.Prefixes.Add($"http://127.0.0.1:{Port}/");
        listener.Start();
        serving = Task.Run(() => Serve(answer));
    }

    public int Port { get; }

    public string Reference => $"127.0.0.1:{Port}/some/image:1";

    public static void Status(HttpListenerContext context, int status, string body = "{}")
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.Close(System.Text.Encoding.UTF8.GetBytes(body), willBlock: true);
    }

    public void Dispose()
    {
        listener.Abort();
        serving.Wait();
    }

    private void Serve(Action<HttpListenerContext> answer)
    {
        try
        {
            while (true)
            {
                var context = listener.GetContext();
                try
                {
                    answer(context);
                }
                catch (Exception e) when (e is HttpListenerException or IOException or ObjectDisposedException)
                {
                    // The command under test has hung up.
                }
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or InvalidOperationException)
        {
            // The test is over.
        }
    }
}
