import { KUBERNETES_VERSION } from "../../components/config/versions";
import { RELEASE } from "../../components/core/type-tokens";
import { capture, type Environment } from "../lib/process";
import type { PolicyPreview } from "./events";
import { isOfTheCluster, parseManifests, type Manifest } from "./manifests";
import { UNKNOWN_TEXT } from "./text";

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

/** What the releases of a preview bring. */
export interface RenderedReleases {
    /** The objects of each, by the release's name. */
    readonly objects: ReadonlyMap<string, readonly Manifest[]>;
    /** Releases that could not be rendered here, and why, a line each. */
    readonly unseen: readonly string[];
}

/**
 * Renders every release of a preview.
 * @throws Error with Helm's words when it refuses a chart or values that are all known
 */
export async function renderReleases(
    { resources }: Pick<PolicyPreview, "resources">,
    where: { readonly cwd: string; readonly env: Environment },
): Promise<RenderedReleases> {
    const objects = new Map<string, readonly Manifest[]>();
    const unseen: string[] = [];
    for (const { type, inputs } of resources.values()) {
        if (type !== RELEASE) continue;
        const release = releaseInputs(inputs);
        try {
            objects.set(release.release, await renderRelease(release, where));
        } catch (error) {
            // A chart may refuse the text that stands for a value that is not known yet; elsewhere it is known again.
            if (!JSON.stringify(inputs).includes(UNKNOWN_TEXT)) throw error;
            unseen.push(`the objects of release ${release.release}, of which a value is not known yet`);
        }
    }
    return { objects, unseen };
}

/** A release by the inputs of its resource. */
function releaseInputs(inputs: object): ReleaseInputs {
    const text = (key: string): string => String(Reflect.get(inputs, key));
    const values: unknown = Reflect.get(inputs, "values");
    return {
        release: text("name"),
        namespace: text("namespace"),
        chart: text("chart"),
        values: Object.fromEntries(Object.entries(values ?? {})),
        skipCrds: Reflect.get(inputs, "skipCrds") === true,
    };
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
