namespace EventDock.Tests.Adapters;

using System.IO;
using EventDock.Adapters.Runc;
using static EventDock.Tests.Adapters.RuntimeHost;

/// <summary>The values of -e, kept beside the thin layer and nowhere else.</summary>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class RuntimeSecretTests : IDisposable
{
    private readonly RuntimeHost host = new();

    public void Dispose() => host.Dispose();

    [RuntimeFact]
    public async Task Values_come_back_as_they_were_and_only_root_can_read_the_file()
    {
        var store = SecretStoreAdapter.Create(host.Root);
        var id = host.NewId();
        var values = Seq("A=1", "B=two\nlines", "C=", "D=ü=x");

        Assert.True(Good(await store.Read(id, default).ToEither()).IsEmpty);
        Good(await store.Write(id, values, default).ToEither());

        Assert.Equal(values.ToArray(), Good(await store.Read(id, default).ToEither()).ToArray());
        Assert.Equal((UnixFileMode)0x180, File.GetUnixFileMode(host.Paths.Secrets(id)));
    }

    [RuntimeFact]
    public void The_same_value_has_the_same_digest_under_one_root_and_another_under_the_next()
    {
        using var other = new RuntimeHost();
        var keyed = SecretStoreAdapter.Create(host.Root).Keyed("A=1");

        Assert.Equal(keyed, SecretStoreAdapter.Create(host.Root).Keyed("A=1"));
        Assert.NotEqual(keyed, SecretStoreAdapter.Create(host.Root).Keyed("A=2"));
        Assert.NotEqual(keyed, SecretStoreAdapter.Create(other.Root).Keyed("A=1"));
        Assert.Equal((UnixFileMode)0x180, File.GetUnixFileMode($"{host.Root}/hmac.key"));
    }

    [RuntimeFact]
    public void Many_first_uses_at_once_agree_on_one_key()
    {
        var keyed = new string[8];
        Parallel.For(0, 8, i => keyed[i] = SecretStoreAdapter.Create(host.Root).Keyed("A=1"));

        Assert.Single(keyed.Distinct());
        Assert.Single(Directory.GetFiles(host.Root, "hmac*"));
    }
}
