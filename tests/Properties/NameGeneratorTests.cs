namespace EventDock.Tests.Properties;

using System.Text.RegularExpressions;
using EventDock.Domain.Containers;
using FsCheck;
using FsCheck.Fluent;

public sealed class NameGeneratorTests
{
    [Fact]
    public void A_name_always_has_dockers_form() =>
        Prop.ForAll(
            Arb.From(from random in ArbMap.Default.GeneratorFor<int>()
                     from far in Gen.Elements(0, int.MinValue, int.MaxValue)
                     from retry in Gen.Choose(0, 30)
                     select (Random: unchecked(random + far), retry)),
            x => NameGenerator.Generate(x.Random, x.retry) is var name
                && Regex.IsMatch(name, @"\A[a-zA-Z0-9][a-zA-Z0-9_.-]+\z")
                && Regex.IsMatch(name, x.retry == 0 ? @"\A[a-z]+_[a-z]+\z" : $@"\A[a-z]+_[a-z]+{x.retry}\z"))
            .QuickCheckThrowOnFailure();

    [Fact]
    public void There_are_many_names_and_each_stands_for_itself()
    {
        var names = Enumerable.Range(0, 5_000).Select(i => NameGenerator.Generate(i, 0)).ToList();
        Assert.True(names.Distinct().Count() > 4_990);
        Assert.DoesNotContain("boring_wozniak", names);
        var all = Enumerable.Range(0, 42_000).Select(i => NameGenerator.Generate(i, 0)).ToHashSet();
        Assert.Contains("reverent_jackson", all);
        Assert.DoesNotContain("boring_wozniak", all);
        Assert.True(all.Select(n => n.Split('_')[0]).Distinct().Count() >= 90);
        Assert.True(all.Select(n => n.Split('_')[1]).Distinct().Count() >= 200);
    }
}
