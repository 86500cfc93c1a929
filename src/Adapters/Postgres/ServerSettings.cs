namespace EventDock.Adapters.Postgres;

using EventDock.Domain.Kernel;
using Npgsql;

/// <summary>A libpq URI in the driver's words, with libpq's defaults for what it does not say.</summary>
internal static class ServerSettings
{
    public static Database Open(LibpqUri uri) => Database.Open(Of(uri), uri.Where, encrypted: !IsLocal(uri));

    private static NpgsqlConnectionStringBuilder Of(LibpqUri uri)
    {
        var user = uri.User ?? Environment.UserName;
        var settings = new NpgsqlConnectionStringBuilder
        {
            Host = uri.Host ?? "localhost",
            Port = uri.Port ?? 5432,
            Username = user,
            Password = uri.Password,
            Database = uri.Database ?? user,
            Timeout = uri.ConnectTimeout ?? 15,
            ApplicationName = uri.ApplicationName,
            RootCertificate = uri.SslRootCert,
            SslCertificate = uri.SslCert,
            SslKey = uri.SslKey,
            SslMode = IsLocal(uri) ? SslMode.Disable : Mode(uri.SslMode),
            GssEncryptionMode = GssEncryptionMode.Disable,
        };
        return settings;
    }

    /// <summary>By a Unix socket.</summary>
    private static bool IsLocal(LibpqUri uri) => uri.Host?.StartsWith('/') == true;

    private static SslMode Mode(string? mode) =>
        mode switch
        {
            null or "prefer" => SslMode.Prefer,
            "disable" => SslMode.Disable,
            "allow" => SslMode.Allow,
            "require" => SslMode.Require,
            "verify-ca" => SslMode.VerifyCA,
            "verify-full" => SslMode.VerifyFull,
            _ => throw new System.Diagnostics.UnreachableException($"sslmode {mode} is not one that the parser lets through"),
        };
}
