namespace EventDock.Cli.Commands;

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using EventDock.Cli.Grammar;
using EventDock.Cli.Output;
using EventDock.Domain.Kernel;

/// <summary><c>eventdock version</c>: needs neither root nor ledger.</summary>
public static class VersionCommand
{
    public static EitherAsync<DomainError, int> Run(ParsedArgs args, Session session, CancellationToken cancel)
    {
        var build = !RuntimeFeature.IsDynamicCodeCompiled ? "native"
            : AppContext.TryGetSwitch("EventDock.ReadyToRun", out var ready) && ready ? "ReadyToRun"
            : "just in time";
        var fields = new (string Field, string Value)[]
        {
            ("Version", Program.Version),
            ("Build", $"{build}, {RuntimeInformation.FrameworkDescription}"),
            ("Os", "linux"),
            ("Arch", Adapters.Registry.RegistryAdapter.HostPlatform.Architecture),
        };
        var text = args.Text("format") is { } format
            ? format == "json"
                ? TemplateValue.RowOf("version", fields).Json()
                : GoTemplate.Typed(format).Bind(t => t.Render(TemplateValue.RowOf("version", fields)))
            : Right<DomainError, string>(
                $"EventDock\n Version:  {Program.Version}\n Build:    {build}, {RuntimeInformation.FrameworkDescription}\n OS/Arch:  linux/{fields[3].Value}");
        return text.Map(t =>
        {
            session.Line(t);
            return 0;
        }).ToAsync();
    }
}
