namespace EventDock.Cli.Grammar;

using EventDock.Cli.Output;
using EventDock.Domain.Kernel;

/// <summary>A command line that cannot be read. Message and exit code are docker's (a mistake in flags 125, else 1).</summary>
public abstract record GrammarError
{
    private GrammarError() { }

    public sealed record UnknownCommand(string Name) : GrammarError;

    public sealed record UnknownFlag(string Name) : GrammarError;

    /// <param name="Bundle">The rest of the word from the letter on, without its dash.</param>
    public sealed record UnknownShorthand(char Letter, string Bundle) : GrammarError;

    public sealed record BadFlagSyntax(string Word) : GrammarError;

    /// <param name="Flag">As it was written: <c>--name</c> or <c>'e' in -e</c>.</param>
    public sealed record NoValue(string Flag) : GrammarError;

    public sealed record BadValue(string Value, string Flag, string Reason) : GrammarError;

    public sealed record NotSupportedYet(string What) : GrammarError;

    /// <summary>A flag of all verbs that this one does not take.</summary>
    /// <param name="Reason">The whole sentence.</param>
    public sealed record NotOfVerb(string Reason) : GrammarError;

    public sealed record WrongCount(string Verb, string Rule) : GrammarError;

    /// <summary>One line for stderr; whatever was typed is escaped in it.</summary>
    public string Message => this switch
    {
        UnknownCommand e => $"'{TerminalText.Escape(e.Name)}' is not an eventdock command (see 'eventdock --help')",
        UnknownFlag e => $"unknown flag: --{TerminalText.Escape(e.Name)}",
        UnknownShorthand e =>
            $"unknown shorthand flag: '{TerminalText.Escape(e.Letter.ToString())}' in -{TerminalText.Escape(e.Bundle)}",
        BadFlagSyntax e => $"bad flag syntax: {TerminalText.Escape(e.Word)}",
        NoValue e => $"flag needs an argument: {e.Flag}",
        BadValue e => $"invalid argument {GoQuote.Quote(e.Value)} for \"{e.Flag}\" flag: {e.Reason}",
        NotSupportedYet e => $"{TerminalText.Escape(e.What)} is not supported yet",
        NotOfVerb e => e.Reason,
        WrongCount e => $"\"eventdock {e.Verb}\" {e.Rule} (see 'eventdock {e.Verb} --help')",
        _ => throw new System.Diagnostics.UnreachableException(GetType().Name),
    };

    public int ExitCode => this is UnknownCommand or WrongCount ? 1 : 125;
}
