import { KUBERNETES_VERSION } from "../../components/config/versions";
import { capture, type Environment } from "../lib/process";
import { isOfTheCluster, parseManifests, type Manifest } from "./manifests";

/** What a Helm release is made of. */
export interface ReleaseInputs {
    readonly release: string;
    readonly namespace: string;
    /** Archive or folder. */
    readonly chart: string;
    readonly values: Readonly<Record<string, unknown>>;
    /** The chart's `crds/` is left out. */
    readonly skipCrds: boolean;
}

/** Arguments by which Helm renders a release from values on standard input, for the simulated control plane's version. */
export function templateArguments({ release, chart, namespace, skipCrds }: Omit<ReleaseInputs, "values">): string[] {
    const crds = skipCrds ? "--skip-crds" : "--include-crds";
    const version = ["--kube-version", KUBERNETES_VERSION];
    return ["template", release, chart, "--namespace", namespace, crds, "--values", "-", ...version];
}

/** Helm installs objects that name no namespace into the release's. */
export function inNamespace(manifest: Manifest, namespace: string): Manifest {
    if (isOfTheCluster(manifest)) return manifest;
    return { ...manifest, metadata: { namespace, ...manifest.metadata } };
}

/**
 * The objects that a release installs, by the pinned Helm.
 * @throws Error with Helm's words when it refuses chart or values
 */
export async function renderRelease(
    inputs: ReleaseInputs,
    where: { readonly cwd?: string; readonly env?: Environment } = {},
): Promise<readonly Manifest[]> {
    const input = JSON.stringify(inputs.values);
    const { status, stdout, stderr } = await capture("helm", templateArguments(inputs), { ...where, input });
    if (status !== 0) throw new Error(`helm template ${inputs.chart}: ${stderr}`);
    return parseManifests(stdout).map((manifest) => inNamespace(manifest, inputs.namespace));
}
