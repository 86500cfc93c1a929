namespace EventDock.Cli.Grammar;

using EventDock.Domain.Containers;

public enum FlagKind
{
    /// <summary>true by its name alone; --x=false turns it off.</summary>
    Switch,

    /// <summary>The last one given counts.</summary>
    Text,

    /// <summary>A whole number; the last one given counts.</summary>
    Number,

    /// <summary>Each one given counts.</summary>
    List,
}

/// <summary>One flag of one verb.</summary>
/// <param name="Long">Without the dashes.</param>
/// <param name="Value">What the help calls its value; empty for a switch.</param>
/// <param name="Supported">docker's flags that EventDock does not have yet are known, so that they can be refused by name.</param>
/// <param name="Secret">Its values are NAME=value pairs that are not recorded.</param>
public sealed record Flag(
    string Long, char? Short, FlagKind Kind, string Value, string Help, bool Supported = true, bool Secret = false)
{
    /// <summary>What a switch is when nobody names it.</summary>
    public bool On { get; init; }

    /// <summary>The flag of which this is another spelling; null for most. Help does not show it.</summary>
    public string? Means { get; init; }

    /// <summary>As docker's errors show it.</summary>
    public string Display => Short is { } c ? $"-{c}, --{Long}" : $"--{Long}";

    /// <summary>Nothing of its value is recorded.</summary>
    public bool Password { get; init; }

    public FlagShape Shape =>
        Kind == FlagKind.Switch ? FlagShape.Switch : Password ? FlagShape.Password : Secret ? FlagShape.Secret : FlagShape.Value;
}

/// <summary>How many arguments a verb takes.</summary>
/// <param name="Max">Null for any number.</param>
public sealed record Arity(int Min, int? Max)
{
    /// <summary>docker's words for it, in <c>"docker x" …</c>.</summary>
    public string Rule => (Min, Max) switch
    {
        (0, 0) => "accepts no arguments",
        var (min, max) when min == max => $"requires exactly {Counted(min)}",
        (_, null) => $"requires at least {Counted(Min)}",
        (0, { } max) => $"requires at most {Counted(max)}",
        var (min, max) => $"requires at least {min} and at most {Counted(max.GetValueOrDefault())}",
    };

    public bool Allows(int count) => count >= Min && (Max is null || count <= Max);

    private static string Counted(int n) => n == 1 ? "1 argument" : $"{n} arguments";
}

/// <summary>A verb of the command line and its flags.</summary>
/// <param name="Name">As typed, e.g. <c>run</c>; two words for <c>db status</c>.</param>
/// <param name="Arguments">As the usage line shows them.</param>
/// <param name="Interspersed">Flags may stand after arguments; not so for run, create and exec.</param>
public sealed record VerbGrammar(
    string Name, string Help, string Arguments, Arity Arity, bool Interspersed, IReadOnlyList<Flag> Flags)
{
    /// <summary>The flag that stands for the first argument: beside it one fewer will do. Null for most verbs.</summary>
    public string? Instead { get; init; }

    public Flag? Long(string name)
    {
        foreach (var flag in Flags)
        {
            if (flag.Long == name)
            {
                return flag;
            }
        }

        return name == HelpFlag.Long ? HelpFlag : null;
    }

    public Flag? Short(char name)
    {
        foreach (var flag in Flags)
        {
            if (flag.Short == name)
            {
                return flag;
            }
        }

        return name == 'h' ? HelpFlag : null;
    }

    /// <summary>Every verb has it; -h is run's and create's --hostname.</summary>
    public static readonly Flag HelpFlag = new("help", null, FlagKind.Switch, "", "Show help");

    /// <summary>What <see cref="CommandMask"/> needs.</summary>
    public MaskGrammar Mask => new(!Interspersed, name => Long(name)?.Shape, name => Short(name)?.Shape);
}
