namespace EventDock.Domain.Kernel;

public abstract partial record DomainError
{
    /// <summary>A mistake in a Dockerfile, found before any step has run.</summary>
    public sealed record BadDockerfile(string File, int Line, string Reason) : DomainError;

    /// <summary>A step that failed while it ran.</summary>
    public sealed record BuildStepFailed(string File, int Line, string Reason) : DomainError;

    /// <summary>A RUN whose process did not end with 0; docker exits with that code.</summary>
    public sealed record BuildRunFailed(string Command, int ExitCode) : DomainError;
}
