namespace EventDock.Tests.Properties;

using FsCheck;
using FsCheck.Fluent;

/// <summary>How a law is stated: inputs, and what holds of each.</summary>
public static class Laws
{
    public static void Holds<T>(Gen<T> inputs, Func<T, bool> law) =>
        Prop.ForAll(Arb.From(inputs), law).QuickCheckThrowOnFailure();
}
