import type { ChartSpec } from "../../components/config/versions";
import { sha256 } from "../../components/core/hash";
import { ArchiveError, readChartArchive } from "./archive";
import { compareManifests, hasAllDigests, isManifestChart, type Mismatch } from "./manifests";
import { narHash } from "./nar";

/** How an archive was found to be the chart that the registry means. */
export type Proof =
    /** The bytes are the official archive's. */
    | "archive digest"
    /** The files are the official chart's; the archive was packaged anew. */
    | "content hash"
    /** The chart is Hearth's, and the manifests in it are those that were published. */
    | "manifest digests"
    /** Nobody publishes a digest; the content is the one that this checkout has seen before. */
    | "pinned on first use"
    /** Nobody publishes a digest, and this checkout sees the chart for the first time. */
    | "first use";

export interface Digests {
    /** SHA-256 of the archive in hex. */
    readonly sha256: string;
    /** SHA-256 of the content as a Nix archive, SRI form. */
    readonly chartHash: string;
}

export type Verdict =
    | { readonly proof: Proof; readonly digests: Digests }
    /** Not the chart; `expected` and `found` are texts for the user. */
    | Mismatch;

/**
 * Whether an archive is the chart. The content hash is asked only where the archive's digest is unknown or
 * another: Helm archives carry timestamps, so a mirror that packages the same files gets other bytes.
 *
 * @param pinned content hash that this checkout has seen before; it counts only where the registry knows none
 */
export async function verifyChart(spec: ChartSpec, archive: Uint8Array, pinned?: string): Promise<Verdict> {
    const content = await contentOf(spec, archive);
    if ("expected" in content) return content;
    const digests = { sha256: sha256(archive), chartHash: content.chartHash };
    if (spec.sha256 !== undefined && spec.sha256 === digests.sha256) return { proof: "archive digest", digests };
    if (spec.chartHash !== undefined && spec.chartHash === digests.chartHash) return { proof: "content hash", digests };
    if (isManifestChart(spec) && hasAllDigests(spec)) return { proof: "manifest digests", digests };
    if (spec.sha256 === undefined && spec.chartHash === undefined) {
        if (pinned === undefined) return { proof: "first use", digests };
        if (pinned === digests.chartHash) return { proof: "pinned on first use", digests };
        return { expected: `content ${pinned}, as it was at its first use`, found: `content ${digests.chartHash}` };
    }
    const expected = [
        ...(spec.sha256 === undefined ? [] : [`archive sha256 ${spec.sha256}`]),
        ...(spec.chartHash === undefined ? [] : [`content ${spec.chartHash}`]),
    ];
    return {
        expected: expected.join(" or "),
        found: `archive sha256 ${digests.sha256}, content ${digests.chartHash}`,
    };
}

const UNREADABLE = "without a readable Chart.yaml";

async function contentOf(spec: ChartSpec, archive: Uint8Array): Promise<{ readonly chartHash: string } | Mismatch> {
    const expected = `an archive of chart ${spec.name} ${spec.version}`;
    try {
        const files = await readChartArchive(archive);
        const head = Buffer.from(files.get("Chart.yaml") ?? []).toString("utf8");
        const [name, version] = ["name", "version"].map((key) => topLevel(head, key) ?? UNREADABLE);
        // A registry without digests would else accept any chart under this one's file name.
        if (name !== spec.name || version !== spec.version) return { expected, found: `chart ${name} ${version}` };
        const mismatch = isManifestChart(spec) ? compareManifests(spec, files) : undefined;
        return mismatch ?? { chartHash: narHash(files) };
    } catch (error) {
        if (error instanceof ArchiveError) return { expected, found: `something else: ${error.message}` };
        throw error;
    }
}

/** One top-level scalar of a Chart.yaml; undefined where there is none. */
export function topLevel(yaml: string, key: string): string | undefined {
    return new RegExp(`^${key}:\\s*["']?([^"'\\s#]+)`, "m").exec(yaml)?.[1];
}
