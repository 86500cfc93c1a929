namespace EventDock.Tests.Properties;

using EventDock.Domain.Kernel;
using FsCheck;
using FsCheck.Fluent;
using static EventDock.Tests.Properties.CodecSamples;

/// <summary>EVENTDOCK_DATABASE as libpq would read it.</summary>
public sealed class LibpqUriTests
{
    private static readonly Gen<string> Part =
        Gen.Elements("a", "Z", "0", "é", "😀", "@", ":", "/", "?", "#", "%", "&", "=", " ", "+", "[", "]", ",", "'", "\"").NonEmptyListOf().Select(string.Concat);

    [Fact]
    public void Whatever_is_percent_encoded_comes_back_as_it_was() => Holds(
        from user in Part
        from password in Part
        from host in Part
        from port in Gen.Choose(1, 65535)
        from database in Part
        select (user, password, host: host.Replace(",", "", StringComparison.Ordinal) + "h", port, database),
        x => Right(LibpqUri.Parse($"postgresql://{Escape(x.user)}:{Escape(x.password)}@{Escape(x.host)}:{x.port}/{Escape(x.database)}"))
            is { } uri && (uri.User, uri.Password, uri.Host, uri.Port, uri.Database) == (x.user, x.password, x.host, x.port, x.database));

    [Fact]
    public void What_stands_in_the_query_outweighs_what_stands_before_it() => Holds(
        Part.Select(p => p.Replace(",", "", StringComparison.Ordinal) + "x"),
        value => Right(LibpqUri.Parse(
                $"postgres://u:p@h:1/d?user={Escape(value)}&password={Escape(value)}&host={Escape(value)}&port=2&dbname={Escape(value)}")) is { } uri
            && (uri.User, uri.Password, uri.Host, uri.Port, uri.Database) == (value, value, value, 2, value));

    [Fact]
    public void A_password_appears_in_no_error_and_in_no_place() => Holds(
        from before in Part
        from after in Part
        from scheme in Gen.Elements("postgresql://", "postgres://", "mysql://", "")
        select $"{scheme}{before}:S3CRET{after}",
        text => LibpqUri.Parse(text).Match(
            Right: uri => !uri.ToString().Contains("S3CRET", StringComparison.Ordinal)
                || uri.Password?.Contains("S3CRET", StringComparison.Ordinal) != true,
            Left: error => !error.ToString()!.Contains("S3CRET", StringComparison.Ordinal)));

    [Theory]
    [InlineData("postgresql://", null, null, null, null)]
    [InlineData("postgresql:///mydb", null, null, null, "mydb")]
    [InlineData("postgresql://localhost", null, "localhost", null, null)]
    [InlineData("postgresql://localhost:5433", null, "localhost", 5433, null)]
    [InlineData("postgresql://user@localhost/mydb", "user", "localhost", null, "mydb")]
    [InlineData("postgresql:///mydb?host=localhost&port=5433", null, "localhost", 5433, "mydb")]
    [InlineData("postgresql://[2001:db8::1234]/database", null, "2001:db8::1234", null, "database")]
    [InlineData("postgresql://[::1]:5433/database", null, "::1", 5433, "database")]
    [InlineData("postgresql:///dbname?host=/var/lib/postgresql", null, "/var/lib/postgresql", null, "dbname")]
    [InlineData("postgresql://%2Fvar%2Flib%2Fpostgresql/dbname", null, "/var/lib/postgresql", null, "dbname")]
    [InlineData("postgresql://u@h?user=v", "v", "h", null, null)]
    public void The_manuals_examples_are_read(string text, string? user, string? host, int? port, string? database)
    {
        var uri = Right(LibpqUri.Parse(text));
        Assert.Equal((user, host, port, database), (uri.User, uri.Host, uri.Port, uri.Database));
    }

    [Theory]
    [InlineData("host=localhost dbname=x", "must begin with postgresql://")]
    [InlineData("postgresql://h1,h2/db", "names several hosts; one is supported")]
    [InlineData("postgresql://h1:1,h2:2/db", "names several hosts; one is supported")]
    [InlineData("postgresql:///db?host=a,b", "names several hosts; one is supported")]
    [InlineData("postgresql://h:0/db", "has a port that is not a number from 1 to 65535")]
    [InlineData("postgresql://h:65536/db", "has a port that is not a number from 1 to 65535")]
    [InlineData("postgresql://h:x/db", "has a port that is not a number from 1 to 65535")]
    [InlineData("postgresql://[::1/db", "has an IPv6 address that does not end")]
    [InlineData("postgresql://h/db?frobnicate=1", "has the parameter frobnicate, which is not supported")]
    [InlineData("postgresql://h/db?sslmode=maybe", "has an sslmode that is none of libpq's")]
    [InlineData("postgresql://h/db?connect_timeout=soon", "has a connect_timeout that is not a number of seconds")]
    [InlineData("postgresql://u:pa@ss/w0rd@h/db", "has an @ after its host: in a password @ is written %40, and / is %2F")]
    [InlineData("postgresql://h/db?user", "has a parameter that is not name=value")]
    [InlineData("postgresql://h/%zz", "has a % that is not followed by two hex digits (other than 00)")]
    [InlineData("postgresql://h/a%00b", "has a % that is not followed by two hex digits (other than 00)")]
    [InlineData("postgresql://h/%ff", "is not UTF-8 once its % are read")]
    [InlineData("postgresql://h/a\nb", "holds a control character")]
    public void What_libpq_would_refuse_or_we_do_not_support_is_refused_by_name(string text, string reason) =>
        Assert.Equal(reason, Assert.IsType<DomainError.Invalid>(Left(LibpqUri.Parse(text))).Reason);

    [Fact]
    public void Sslmode_certificates_and_the_timeout_are_kept()
    {
        var uri = Right(LibpqUri.Parse("postgresql://h/d?sslmode=verify-full&sslrootcert=/ca&sslcert=/c&sslkey=/k&connect_timeout=7&application_name=me"));
        Assert.Equal(("verify-full", "/ca", "/c", "/k", 7, "me"), (uri.SslMode, uri.SslRootCert, uri.SslCert, uri.SslKey, uri.ConnectTimeout, uri.ApplicationName));
        Assert.Equal("require", Right(LibpqUri.Parse("postgresql://h/d?ssl=true")).SslMode);
    }

    private static string Escape(string text) => Uri.EscapeDataString(text);

    private static void Holds<T>(Gen<T> inputs, Func<T, bool> law) =>
        Prop.ForAll(Arb.From(inputs), law).QuickCheckThrowOnFailure();
}
