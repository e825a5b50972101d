import type { ChartSpec, ManifestSpec } from "../../components/config/versions";
import { sha256 } from "../../components/core/hash";
import { narHash, type ChartFiles } from "./nar";
import { chartTarball } from "./tarball";

/** A chart that is made of manifests. */
export type ManifestChart = ChartSpec & { readonly manifests: readonly ManifestSpec[] };

/** True for what its project publishes as plain manifests and not as a chart. */
export function isManifestChart(spec: ChartSpec): spec is ManifestChart {
    return spec.manifests !== undefined;
}

/** True when every manifest has a published digest, so that nothing is left to trust on first use. */
export function hasAllDigests(spec: ManifestChart): boolean {
    return spec.manifests.every((manifest) => manifest.sha256 !== undefined);
}

/** Folder of a mirror that has a chart's manifests as they are published, below their own paths. */
export function manifestFolder({ name, version }: Pick<ChartSpec, "name" | "version">): string {
    return `${name}-${version}`;
}

/**
 * The chart: the manifests as they are, as templates that give just their text, and a Chart.yaml. It is an ordinary
 * Helm release then, upgraded and removed like all others.
 * @param contents content of each manifest by its path
 */
export function chartOfManifests(spec: ManifestChart, contents: ReadonlyMap<string, Uint8Array>): ChartFiles {
    const templates = spec.manifests.map(({ path }): readonly [string, Uint8Array] => {
        const content = contents.get(path);
        if (content === undefined) throw new Error(`${spec.name}: there is no content of ${path}`);
        return [templatePath(path), Buffer.from(escapeTemplate(Buffer.from(content).toString("latin1")), "latin1")];
    });
    return new Map([["Chart.yaml", Buffer.from(chartYaml(spec))], ...templates]);
}

/** The same as an archive. */
export function archiveOfManifests(spec: ManifestChart, contents: ReadonlyMap<string, Uint8Array>): Buffer {
    return chartTarball(spec.name, chartOfManifests(spec, contents));
}

/** Why files are not the chart that Hearth makes of a spec's manifests. */
export interface Mismatch {
    readonly expected: string;
    readonly found: string;
}

/**
 * Compares a chart with its spec: each manifest with its digest, and all around them with what Hearth writes. So an
 * archive is believed wherever it comes from, and a file more or another Chart.yaml is found out.
 */
export function compareManifests(spec: ManifestChart, files: ChartFiles): Mismatch | undefined {
    const contents = new Map<string, Uint8Array>();
    for (const manifest of spec.manifests) {
        const template = files.get(templatePath(manifest.path));
        if (template === undefined) {
            return { expected: `${templatePath(manifest.path)} in it`, found: [...files.keys()].sort().join(", ") };
        }
        const text = unescapeTemplate(Buffer.from(template).toString("latin1"));
        const content = Buffer.from(text, "latin1");
        const mismatch = digestMismatch(manifest, content) ?? kindMismatch(manifest, text);
        if (mismatch !== undefined) return mismatch;
        contents.set(manifest.path, content);
    }
    const whole = narHash(chartOfManifests(spec, contents));
    const found = narHash(files);
    if (whole === found) return undefined;
    return { expected: `these manifests and Hearth's Chart.yaml alone, content ${whole}`, found: `content ${found}` };
}

function digestMismatch({ path, sha256: digest }: ManifestSpec, content: Uint8Array): Mismatch | undefined {
    const found = sha256(content);
    if (digest === undefined || digest === found) return undefined;
    return { expected: `${path} with sha256 ${digest}`, found: `sha256 ${found}` };
}

/** What a proxy says instead of the file would else become a template. */
function kindMismatch({ path }: ManifestSpec, text: string): Mismatch | undefined {
    if (/^apiVersion:/m.test(text) && /^kind:/m.test(text)) return undefined;
    return { expected: `manifests in ${path}`, found: "something else" };
}

/** Folders stay, so that equal names in two of them stay apart. */
function templatePath(path: string): string {
    return `templates/${path}`;
}

/** What a template has for `{{`, which begins an action: an action that prints it. */
const PRINTED = '{{ "{{" }}';

/**
 * A template that gives just `text`. Texts are bytes here (latin1): a manifest's digest must survive the way there and
 * back whatever its encoding.
 */
export function escapeTemplate(text: string): string {
    return text.replaceAll("{{", PRINTED);
}

/** What `escapeTemplate` made it of. */
export function unescapeTemplate(template: string): string {
    return template.replaceAll(PRINTED, "{{");
}

function chartYaml({ name, version, appVersion }: ChartSpec): string {
    return [
        "apiVersion: v2",
        `name: ${name}`,
        "description: Made by Hearth of manifests that their project publishes",
        `version: ${version}`,
        `appVersion: "${appVersion}"`,
        "",
    ].join("\n");
}
