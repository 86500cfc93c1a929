namespace EventDock.Domain.Oci;

/// <summary>What people call the things that registries hold beside images, by their media types.</summary>
public static class ArtifactName
{
    /// <summary>Null for a type that is not known.</summary>
    public static string? Of(string mediaType) => mediaType switch
    {
        "application/vnd.cncf.helm.config.v1+json" or "application/vnd.cncf.helm.chart.content.v1.tar+gzip" => "a Helm chart",
        "application/vnd.dev.cosign.simplesigning.v1+json" or "application/vnd.dev.cosign.artifact.sig.v1+json" => "a cosign signature",
        "application/vnd.cncf.notary.signature" => "a Notary signature",
        "application/vnd.in-toto+json" or "application/vnd.dsse.envelope.v1+json" => "an in-toto attestation",
        "application/vnd.wasm.config.v0+json" or "application/vnd.wasm.config.v1+json" or "application/wasm"
            or "application/vnd.wasm.content.layer.v1+wasm" or "application/vnd.module.wasm.content.layer.v1+wasm" => "a WebAssembly module",
        "application/vnd.dev.sigstore.bundle.v0.3+json" or "application/vnd.dev.sigstore.bundle+json;version=0.3" => "a Sigstore bundle",
        "text/spdx" or "text/spdx+json" or "application/spdx+json" or "application/vnd.cyclonedx+json" or "application/vnd.cyclonedx+xml"
            or "application/vnd.syft+json" => "a software bill of materials",
        "application/vnd.docker.plugin.v1+json" => "a Docker plugin",
        "application/vnd.oci.empty.v1+json" => "an artifact without a configuration",
        _ => null,
    };
}
