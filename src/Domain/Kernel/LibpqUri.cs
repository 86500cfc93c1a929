namespace EventDock.Domain.Kernel;

using System.Globalization;
using System.Text;

/// <summary>
/// A connection URI as libpq reads it (PostgreSQL manual, 34.1.1.2): <c>postgresql://[user[:password]@][host][:port][/dbname][?…]</c>.
/// One host only. A host that begins with a slash is the directory of a Unix socket. Null where the URI does not say.
/// </summary>
/// <param name="SslMode">disable, allow, prefer, require, verify-ca or verify-full.</param>
/// <param name="ConnectTimeout">Seconds; 0 waits for ever.</param>
public sealed record LibpqUri(
    string? User, string? Password, string? Host, int? Port, string? Database, string? SslMode, string? SslRootCert,
    string? SslCert, string? SslKey, int? ConnectTimeout, string? ApplicationName)
{
    private static readonly Seq<string> Schemes = Seq("postgresql://", "postgres://");
    private static readonly LibpqUri Empty = new(null, null, null, null, null, null, null, null, null, null, null);

    /// <summary>For messages: never with the password.</summary>
    public string Where =>
        $"{(Host is null or "" ? "localhost" : Host.Contains(':') ? $"[{Host}]" : Host)}{(Port is null ? "" : $":{Port}")}/{Database ?? User ?? ""}";

    public override string ToString() => Where;

    /// <summary>Error: Invalid, which shows no part of the URI but its scheme, since any other may be the password.</summary>
    public static Either<DomainError, LibpqUri> Parse(string text)
    {
        var scheme = Schemes.Find(s => text.StartsWith(s, StringComparison.Ordinal));
        return scheme
            .ToEither("must begin with postgresql://")
            .Bind(s => text.Any(char.IsControl) ? "holds a control character" : Read(text[s.Length..]))
            .MapLeft<DomainError>(reason => new DomainError.Invalid("database URI", $"{scheme.IfNone("")}…", reason));
    }

    /// <summary>As libpq does: a user part ends at the first @ that comes before any slash.</summary>
    private static Either<string, LibpqUri> Read(string text)
    {
        var end = text.IndexOfAny(['@', '/']);
        var (user, rest) = end >= 0 && text[end] == '@' ? (text[..end], text[(end + 1)..]) : (null, text);
        var (place, query) = Cut(rest, '?');
        var (authority, path) = Cut(place, '/');
        if (path?.Contains('@') == true)
        {
            // libpq takes it for a part of the database's name, which messages show; it is rather the rest of a password.
            return "has an @ after its host: in a password @ is written %40, and / is %2F";
        }

        var located = (user is null ? Right<string, LibpqUri>(Empty) : WithUser(user))
            .Bind(uri => WithHost(uri, authority))
            .Bind(uri => Decode(path ?? "").Map(database => uri with { Database = NullIfEmpty(database) }));
        return query is null
            ? located
            : query.Split('&').Aggregate(located, (uri, part) => uri.Bind(u => WithParameter(u, part)));
    }

    private static Either<string, LibpqUri> WithUser(string text)
    {
        var (user, password) = Cut(text, ':');
        return Decode(user).Bind(u =>
            Decode(password ?? "").Map(p => Empty with { User = NullIfEmpty(u), Password = NullIfEmpty(p) }));
    }

    private static Either<string, LibpqUri> WithHost(LibpqUri uri, string text)
    {
        if (text.StartsWith('['))
        {
            var end = text.IndexOf(']');
            return end < 2 || (end + 1 < text.Length && text[end + 1] != ':')
                ? "has an IPv6 address that does not end"
                : WithPort(uri with { Host = text[1..end] }, end + 1 < text.Length ? text[(end + 2)..] : "");
        }

        var (host, port) = Cut(text, ':');
        return Decode(host).Bind(h => OneHost(uri, h)).Bind(u => WithPort(u, port ?? ""));
    }

    private static Either<string, LibpqUri> OneHost(LibpqUri uri, string host) =>
        host.Contains(',') ? "names several hosts; one is supported" : uri with { Host = NullIfEmpty(host) };

    private static Either<string, LibpqUri> WithPort(LibpqUri uri, string text) =>
        text.Length == 0 ? uri
        : text.Contains(',') ? "names several hosts; one is supported"
        : Number(text) is { } port and > 0 and <= 65535 ? uri with { Port = port }
        : "has a port that is not a number from 1 to 65535";

    private static Either<string, LibpqUri> WithParameter(LibpqUri uri, string text)
    {
        var (rawName, rawValue) = Cut(text, '=');
        return rawName.Length == 0 || rawValue is null || rawValue.Contains('=')
            ? "has a parameter that is not name=value"
            : Decode(rawName).Bind(name => Decode(rawValue).Bind(value => WithParameter(uri, name, value)));
    }

    private static Either<string, LibpqUri> WithParameter(LibpqUri uri, string name, string value) =>
        name switch
        {
            "user" => uri with { User = NullIfEmpty(value) },
            "password" => uri with { Password = NullIfEmpty(value) },
            "host" => OneHost(uri, value),
            "port" => WithPort(uri, value),
            "dbname" => uri with { Database = NullIfEmpty(value) },
            "sslmode" => value is "disable" or "allow" or "prefer" or "require" or "verify-ca" or "verify-full"
                ? uri with { SslMode = value }
                : "has an sslmode that is none of libpq's",
            // JDBC's word, which libpq takes, too.
            "ssl" => value == "true" ? uri with { SslMode = "require" } : "has ssl with a value other than true",
            "sslrootcert" => uri with { SslRootCert = NullIfEmpty(value) },
            "sslcert" => uri with { SslCert = NullIfEmpty(value) },
            "sslkey" => uri with { SslKey = NullIfEmpty(value) },
            "connect_timeout" => Number(value) is { } seconds
                ? uri with { ConnectTimeout = seconds }
                : "has a connect_timeout that is not a number of seconds",
            "application_name" => uri with { ApplicationName = NullIfEmpty(value) },
            // Named only where it can be a name: in a URI that is written wrongly, anything can stand here.
            _ => name.All(c => char.IsAsciiLetterLower(c) || c == '_')
                ? $"has the parameter {name}, which is not supported"
                : "has a parameter that is not supported",
        };

    private static (string Head, string? Tail) Cut(string text, char at) =>
        text.IndexOf(at) is var index and >= 0 ? (text[..index], text[(index + 1)..]) : (text, null);

    private static int? Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;

    private static Either<string, string> Decode(string text)
    {
        if (!text.Contains('%'))
        {
            return Right<string, string>(text);
        }

        var raw = Encoding.UTF8.GetBytes(text);
        var bytes = new List<byte>(raw.Length);
        for (var i = 0; i < raw.Length; i++)
        {
            if (raw[i] != '%')
            {
                bytes.Add(raw[i]);
                continue;
            }

            if (i + 2 >= raw.Length || Hex(raw[i + 1]) is not { } high || Hex(raw[i + 2]) is not { } low || high + low == 0)
            {
                return Left<string, string>("has a % that is not followed by two hex digits (other than 00)");
            }

            bytes.Add((byte)((high << 4) | low));
            i += 2;
        }

        var decoded = bytes.ToArray();
        return System.Text.Unicode.Utf8.IsValid(decoded)
            ? Right<string, string>(Encoding.UTF8.GetString(decoded))
            : Left<string, string>("is not UTF-8 once its % are read");
    }

    private static int? Hex(byte digit) => char.IsAsciiHexDigit((char)digit) ? Convert.ToInt32(((char)digit).ToString(), 16) : null;
}
