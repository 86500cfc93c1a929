namespace EventDock.Tests.Properties;

using System.Text;
using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using FsCheck;
using FsCheck.Fluent;

/// <summary>Who a container runs as, by docker's rules.</summary>
public sealed class PasswdFileTests
{
    private const string Passwd =
        "root:x:0:0:root:/root:/bin/sh\nbroken\nhalf:x\nnogid:x:7\nbob:x:1000:1001::/home/bob:/bin/sh\n# note:x:0:0\nbob:x:9:9::/second:/bin/sh\n";

    private const string Groups = "root:x:0:\nwheel:x:10:root,other\nextra:x:1002:bob,x\nbad\nmore:x:1003:x,bob\nbob:x:1001:\n";

    [Fact]
    public void Nobody_named_is_root_with_its_groups() => Same("", 0, 0, "/root", 0, 10);

    [Fact]
    public void A_name_gives_its_groups_and_home_and_the_first_line_wins() => Same("bob", 1000, 1001, "/home/bob", 1001, 1002, 1003);

    [Fact]
    public void A_number_that_is_known_is_its_user() => Same("1000", 1000, 1001, "/home/bob", 1001, 1002, 1003);

    [Fact]
    public void A_number_that_is_unknown_is_taken_as_it_is() => Same("5000", 5000, 0, "/", 0);

    [Fact]
    public void A_given_group_is_the_only_one()
    {
        Same("bob:wheel", 1000, 10, "/home/bob", 10);
        Same("bob:10", 1000, 10, "/home/bob", 10);
        Same("bob:7777", 1000, 7777, "/home/bob", 7777);
        Same(":wheel", 0, 10, "/root", 10);
    }

    [Fact]
    public void Unknown_names_are_refused_by_name()
    {
        Assert.Equal(new DomainError.NoSuchUser("nobody"), Error("nobody"));
        Assert.Equal(new DomainError.NoSuchGroup("nogroup"), Error("bob:nogroup"));
    }

    [Fact]
    public void A_line_without_a_uid_or_a_gid_is_nobodys_and_never_roots()
    {
        Assert.Equal(new DomainError.NoSuchUser("broken"), Error("broken"));
        Assert.Equal(new DomainError.NoSuchUser("half"), Error("half"));
        Assert.Equal(new DomainError.NoSuchUser("nogid"), Error("nogid"));
    }

    [Fact]
    public void Numbers_beyond_31_bits_are_refused()
    {
        foreach (var user in new[] { "2147483648", "-1", "77777777777", "1:2147483648", "1:-5" })
        {
            Assert.IsType<DomainError.Invalid>(Error(user));
        }
    }

    [Fact]
    public void Without_the_files_numbers_still_work()
    {
        Assert.Equal(
            new ResolvedUser(7, 8, Seq1(8u), "/"), PasswdFile.Resolve("7:8", [], []).IfLeft(ResolvedUser.Root));
        Assert.True(PasswdFile.Resolve("bob", [], []).IsLeft);
        Assert.Equal(ResolvedUser.Root, PasswdFile.Resolve("", [], []).IfLeft(ResolvedUser.Root with { Uid = 1 }));
    }

    [Fact]
    public void No_file_whatever_its_bytes_makes_a_name_root_unless_a_line_says_so() =>
        Prop.ForAll(
            Arb.From(from file in Gen.ArrayOf(Gen.Elements("root", "x", "0", "bob", ":", ":", "\n", "#", " ", "\0", "é", "-", "00"))
                     from name in Gen.Elements("bob", "root", "x", "é")
                     select (Text: string.Concat(file), Name: name)),
            input => PasswdFile.Resolve(input.Name, Encoding.UTF8.GetBytes(input.Text), []).Match(
                user => user.Uid != 0 || input.Text.Split('\n').Any(line =>
                    line.Trim().Split(':') is [var name, _, var uid, _, ..] && name == input.Name && long.Parse(uid) == 0),
                _ => true)).QuickCheckThrowOnFailure();

    private static void Same(string user, uint uid, uint gid, string home, params uint[] groups)
    {
        var found = PasswdFile.Resolve(user, Encoding.UTF8.GetBytes(Passwd), Encoding.UTF8.GetBytes(Groups))
            .Match(u => u, e => throw new Xunit.Sdk.XunitException(e.ToString()));
        Assert.Equal((uid, gid, home), (found.Uid, found.Gid, found.Home));
        Assert.Equal(groups, found.AdditionalGids.ToArray());
    }

    private static DomainError Error(string user) =>
        PasswdFile.Resolve(user, Encoding.UTF8.GetBytes(Passwd), Encoding.UTF8.GetBytes(Groups))
            .Match(u => throw new Xunit.Sdk.XunitException(u.ToString()), e => e);
}
