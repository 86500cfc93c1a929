namespace EventDock.Domain.Builds;

using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;

/// <summary>
/// A step of a build has been carried out. Stream: <c>buildstep-{key}</c>. A later build that comes to the same key takes the
/// result from here, also when the build that made it failed further on.
/// </summary>
/// <param name="Key">Hex digest over the step before, the instruction and the content it takes in.</param>
/// <param name="Layer">The committed layer it made; null where it changed no file.</param>
public sealed record BuildStepCompleted(
    string Key, string CreatedBy, DateTimeOffset Created, string? Layer, Digest? DiffId) : DockEvent;
