namespace EventDock.Tests.Adapters;

using System.Globalization;
using System.IO;
using System.Security.Cryptography;
using EventDock.Adapters.Postgres;

/// <summary>
/// The scripts that have been run on somebody's ledger. A new script is added here, in a release of its own, or in the last one
/// as long as that has not shipped; a further release wants a stored ledger of the one before (scripts/store-ledger.sh).
/// </summary>
public sealed class ReleasedSchemaTests
{
    /// <summary>The version of the tables that shipped, and the scripts that shipped with it, as SHA-256.</summary>
    private static readonly (int Version, (string Name, string Sha256)[] Scripts)[] Releases =
    [
        (4,
        [
            ("001_ledger", "0c25bb2cb6f1daa172b2318f633b94bb96df4a234e4b5971406439a9af8dc7cc"),
            ("002_views", "6ecae6e5a08858fa01b6ad8a07bd249a7a35c0c96bcdf5fe281f883476092a3c"),
            ("003_append", "301a8a431b81b2f33896cc00638506f518bd0739110ddb262e9d37a01a027599"),
            ("004_roles", "f9adff2b9fff25b70823acab37125ac36c27cc7383a13f3a8e3603f5557821d3"),
        ]),
        (7,
        [
            ("005_chain", "140297054cf57460646e5a8103d73ba23d461511233e248150fa7832e721ed62"),
            ("006_append", "1b01a332fff1ba82680c699f051edad8aceef82cadd66b57ddbe437b40ea89ed"),
            ("007_append_one", "d5499c24cebb3be64eec5580e7d35ecd68631c892ac784f345450b630fedd0a9"),
        ]),
        (8, [("008_tree", "de190f0d91b68c7e6a51fb4f7cd284fc369937d9769de4b269adcd6cc8d2fc4a")]),
        (9, [("009_view_builds", "baa41d8d06f3f6acee938736d3830e3fb52f74d6ecb0c7ab1f06638216ec18c1")]),
        (10, [("010_audit", "336d1da7354df7dfb58e0418d5bf04ae7ac3f4a39731d1f10eeee07620666321")]),
        (11, [("011_redactions", "4d9e94824cd5bf70e5df018a411bc24fb0f60fcbbbb5d98145e30faebb28e917")]),
        (12, [("012_segments", "392424f9ab4b5cd519a26d3aed7896fbebfc88b3d384735aa0d82801cffa8d6d")]),
        (15,
        [
            ("013_foreign_before", "9004ebc612cf4775f99530d9e739c6829cec1e70851d968a05db934085d30096"),
            ("014_append", "3f34d3c8607e54b53fef7c18c148bb25d50804cb863f8bd61d818c260e4a0c19"),
            ("015_view_indexes", "2deed06adef47a6c39af27aa01c26e52c250190313a7cee3a4bac15292ac4e57"),
        ]),
        (17,
        [
            ("016_first_append", "6e0b234f4f7b048acc5043921bde0869afb8f3351e53c9a455de4f2d11eb020c"),
            ("017_no_change", "6b46b584180fd5916ba7c295d9bf53c3f040449826415a69fd2b22192cd0e344"),
        ]),
        (18, [("018_actor_names", "40bbe2aa019b81eb4134dbdd5dd8ade954706b1166179fbf70bfe2bf509e5acd")]),
    ];

    [Fact]
    public void Every_script_is_listed_and_none_has_changed_since_it_shipped()
    {
        var assembly = typeof(PostgresLedger).Assembly;
        var scripts = assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith("schema/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name =>
            {
                using var script = assembly.GetManifestResourceStream(name)!;
                return (Path.GetFileNameWithoutExtension(name), Convert.ToHexStringLower(SHA256.HashData(script)));
            });
        Assert.Equal(Releases.SelectMany(r => r.Scripts), scripts);
    }

    [Fact]
    public void A_release_bears_the_number_of_its_last_script() =>
        Assert.Equal(
            Releases.Select(r => r.Version),
            Releases.Select(r => int.Parse(r.Scripts[^1].Name.AsSpan(0, 3), NumberStyles.None, CultureInfo.InvariantCulture)));

    [Fact]
    public void There_is_a_stored_ledger_of_every_release_before_the_newest_and_of_nothing_that_did_not_ship()
    {
        Assert.Empty(Releases.SkipLast(1).Select(r => r.Version).Except(StoredLedgers.Versions));
        Assert.Empty(StoredLedgers.Versions.Except(Releases.Select(r => r.Version)));
    }
}
