namespace EventDock.Cli.Commands;

using EventDock.Cli.Grammar;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using static EventDock.Engine.Pipeline;

/// <summary><c>eventdock login [SERVER]</c>: nothing of it is recorded.</summary>
public static class LoginCommand
{
    private const string HubHint =
        "Login with your Docker ID to push and pull images from Docker Hub. If you don't have a Docker ID, "
        + "head over to https://hub.docker.com to create one.";

    public static EitherAsync<DomainError, int> Run(ParsedArgs args, Session session, CancellationToken cancel) =>
        from typed in Typed(args, session).ToAsync()
        from registry in Server(args).ToAsync()
        from accounts in session.Accounts().ToAsync()
        from stored in accounts.Stored(registry, cancel)
        from done in typed.User is null && typed.Password is null && stored.IsSome
            ? Existing(session, accounts, registry, stored.IfNone(() => new Credential("", "", null)), cancel)
            : Given(session, accounts, registry, typed, stored, cancel)
        let said = session.Line("Login Succeeded")
        select 0;

    /// <summary>The server as docker reads it: none is Docker Hub.</summary>
    internal static Either<DomainError, RegistryName> Server(ParsedArgs args) =>
        args.Arguments.IsEmpty ? RegistryName.DockerHub : RegistryName.Parse(args.Arguments[0]);

    private sealed record FromUser(string? User, string? Password);

    private static Either<DomainError, FromUser> Typed(ParsedArgs args, Session session)
    {
        var (user, password) = (args.Text("username"), args.Text("password"));
        if (password is not null)
        {
            session.Tell("WARNING! Using --password via the CLI is insecure. Use --password-stdin.");
        }

        return !args.On("password-stdin") ? new FromUser(NotEmpty(user), NotEmpty(password))
            : password is not null ? new DomainError.LoginIncomplete(LoginFault.PasswordTwice)
            : NotEmpty(user) is null ? new DomainError.LoginIncomplete(LoginFault.StdinWithoutUser)
            : Prompt.Whole().Map(text => new FromUser(user, NotEmpty(text)));
    }

    /// <summary>As docker: who is logged in already is asked nothing as long as the registry still takes it.</summary>
    private static EitherAsync<DomainError, Unit> Existing(
        Session session, RegistryAccounts accounts, RegistryName registry, Credential credential, CancellationToken cancel)
    {
        session.Line("Authenticating with existing credentials...");
        return accounts.Check(registry, credential, cancel).Map(_ => unit).Recover(error => error is DomainError.LoginRefused && Prompt.IsPossible
            ? Some(Given(session, accounts, registry, new FromUser(null, null), Some(credential), cancel))
            : None);
    }

    private static EitherAsync<DomainError, Unit> Given(
        Session session, RegistryAccounts accounts, RegistryName registry, FromUser typed, Option<Credential> stored,
        CancellationToken cancel) =>
        from complete in Asked(session, registry, typed, stored, cancel)
        from worth in accounts.Check(registry, complete, cancel)
        from place in accounts.Keep(registry, worth, cancel)
        let told = place.Helper is null && worth.IdentityToken is null ? Warned(session, place.File) : unit
        select unit;

    private static EitherAsync<DomainError, Credential> Asked(
        Session session, RegistryName registry, FromUser typed, Option<Credential> stored, CancellationToken cancel)
    {
        if (typed is { User: { } user, Password: { } password })
        {
            return Give(new Credential(user, password, null));
        }

        if (!Prompt.IsPossible)
        {
            return Fail<Credential>(new DomainError.LoginIncomplete(LoginFault.NoTerminal));
        }

        var known = stored.Match(Some: c => c.User == Credential.TokenUser ? "" : c.User, None: () => "");
        if (typed.User is null && registry.IsHub)
        {
            session.Line(HubHint);
        }

        return
            from name in typed.User is { } given ? Give(given) : Prompt.Line(session, known.Length > 0 ? $"Username ({known}): " : "Username: ", cancel)
            let chosen = name.Length > 0 ? name : known
            from named in chosen.Length > 0 ? Done : Fail<Unit>(new DomainError.LoginIncomplete(LoginFault.NoUser))
            from secret in typed.Password is { } handed ? Give(handed) : Prompt.Secret(session, "Password: ", cancel)
            from filled in secret.Length > 0 ? Done : Fail<Unit>(new DomainError.LoginIncomplete(LoginFault.NoPassword))
            select new Credential(chosen, secret, null);
    }

    private static Unit Warned(Session session, string file) =>
        session.Tell(
            $"WARNING! Your password will be stored unencrypted in {Output.TerminalText.Escape(file)}.\n"
            + "Configure a credential helper to remove this warning. See\n"
            + "https://docs.docker.com/engine/reference/commandline/login/#credentials-store\n");

    private static string? NotEmpty(string? text) => text is "" ? null : text;
}
