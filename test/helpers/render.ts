import { spawnSync } from "node:child_process";
import { KUBERNETES_VERSION } from "../../components/config/versions";
import type { Values } from "../../components/core/release";
import { parseManifests, type Manifest } from "./manifests";

/** Helm's program: on PATH, where `make test` puts it. Hearth itself needs none: its provider links Helm. */
export function helm(): string | undefined {
    return spawnSync("helm", ["version"], { stdio: "ignore" }).status === 0 ? "helm" : undefined;
}

export interface RenderOptions {
    /** Archive or folder. */
    readonly chart: string;
    readonly release: string;
    readonly namespace: string;
    readonly values: Values;
}

/**
 * What a chart renders, without its `crds/`.
 * @throws Error with Helm's words when it refuses chart or values
 */
export function render(program: string, { chart, release, namespace, values }: RenderOptions): readonly Manifest[] {
    const args = ["template", release, chart, "--namespace", namespace, "--skip-crds", "--values", "-"];
    const result = spawnSync(program, [...args, "--kube-version", KUBERNETES_VERSION], {
        input: JSON.stringify(values),
        encoding: "utf8",
        maxBuffer: 64 * 1024 * 1024,
    });
    if (result.status !== 0) throw new Error(`helm template ${chart}: ${result.stderr}`);
    return parseManifests(result.stdout).map((manifest) => inNamespace(manifest, namespace));
}

/** Helm installs objects that name no namespace into the release's. */
function inNamespace(manifest: Manifest, namespace: string): Manifest {
    if (manifest.kind === "CustomResourceDefinition" || manifest.kind.startsWith("Cluster")) return manifest;
    return { ...manifest, metadata: { namespace, ...manifest.metadata } };
}
