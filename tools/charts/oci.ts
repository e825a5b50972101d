import type { ChartSpec } from "../../components/config/versions";
import { sha256 } from "../../components/core/hash";
import { download, type Download } from "./download";

const MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json";
const CHART_LAYER = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";

/** Hosts for which Helm and Docker speak plain HTTP. */
const LOOPBACK = /^(localhost|127\.[0-9.]+|\[::1\])(:[0-9]+)?$/;

/**
 * Pulls one chart from `oci://host/prefix/<name>:<version>`, anonymously: where a registry asks for a token, one is
 * fetched without credentials, which is how public registries (ghcr.io, quay.io, docker.io) want it.
 */
export async function pullChart(prefix: string, spec: ChartSpec, answerWithin: number): Promise<Download> {
    const [host = "", ...path] = prefix
        .replace(/^oci:\/\//, "")
        .replace(/\/+$/, "")
        .split("/");
    const repository = [...path, spec.name].join("/");
    const scheme = LOOPBACK.test(host) ? "http" : "https";
    const server = host === "docker.io" ? "registry-1.docker.io" : host;
    const base = `${scheme}://${server}/v2/${repository}`;
    // Tags have no "+"; Helm writes "_" instead.
    const manifestUrl = `${base}/manifests/${spec.version.replace(/\+/g, "_")}`;
    const accept = { accept: MANIFEST_TYPE };

    let headers: Readonly<Record<string, string>> = accept;
    let manifest = await download(manifestUrl, { headers, answerWithin });
    if ("problem" in manifest && manifest.status === 401) {
        const token = await anonymousToken(manifest.challenge ?? "", answerWithin);
        if (token === undefined)
            return { problem: `${manifest.problem} and gives no anonymous token`, unreachable: false };
        headers = { ...accept, authorization: `Bearer ${token}` };
        manifest = await download(manifestUrl, { headers, answerWithin });
    }
    if ("problem" in manifest) return manifest;

    const digest = chartLayer(manifest.body.toString("utf8"));
    if (digest === undefined) return { problem: `${manifestUrl} is not the manifest of a chart`, unreachable: false };
    const blob = await download(`${base}/blobs/${digest}`, { headers, answerWithin });
    if ("problem" in blob || `sha256:${sha256(blob.body)}` === digest) return blob;
    return { problem: `${blob.url} is not what its digest says`, unreachable: false };
}

/** `Bearer realm="…",service="…",scope="…"` → a token for whoever asks. */
async function anonymousToken(challenge: string, answerWithin: number): Promise<string | undefined> {
    const fields = Object.fromEntries(
        [...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, value]) => [key, value]),
    );
    const { realm, service, scope } = fields;
    if (!/^bearer /i.test(challenge) || realm === undefined || !URL.canParse(realm)) return undefined;
    const url = new URL(realm);
    if (service !== undefined) url.searchParams.set("service", service);
    if (scope !== undefined) url.searchParams.set("scope", scope);
    const answer = await download(url.href, { answerWithin });
    if ("problem" in answer) return undefined;
    const value = fieldsOf(answer.body.toString("utf8"));
    const token = value["token"] ?? value["access_token"];
    return typeof token === "string" ? token : undefined;
}

/** Digest of a manifest's chart layer. */
function chartLayer(manifest: string): string | undefined {
    const layers = fieldsOf(manifest)["layers"];
    if (!Array.isArray(layers)) return undefined;
    for (const layer of layers as readonly unknown[]) {
        if (layer === null || typeof layer !== "object" || !("mediaType" in layer) || !("digest" in layer)) continue;
        const { mediaType, digest } = layer;
        if (mediaType === CHART_LAYER && typeof digest === "string" && /^sha256:[0-9a-f]{64}$/.test(digest))
            return digest;
    }
    return undefined;
}

function fieldsOf(json: string): Readonly<Record<string, unknown>> {
    try {
        const value: unknown = JSON.parse(json);
        return value !== null && typeof value === "object" ? { ...value } : {};
    } catch {
        return {};
    }
}
