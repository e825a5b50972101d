import { kubernetesOf } from "./kubernetes";
import { NETWORK_LAYER, type Layer } from "./layers";
import type { Problem } from "./problems";
import type { ClusterConfig } from "./schema";
import { chartSpec } from "./versions";

/** The programs whose versions depend on each other. */
export type Program = "Kubernetes" | "Cilium" | "Istio" | "Gateway API";

/** Whole versions (`1.34.0`) of what a stack has; absent is what it lacks, or what cannot be known. */
export type Versions = Readonly<Partial<Record<Program, string>>>;

/** What is known of one release line (`1.19`) of a program together with another program. */
export interface Compatibility {
    readonly program: Program;
    readonly line: string;
    readonly other: Program;
    /** Release lines of the other program that are known to work. */
    readonly works: readonly string[];
    /** Who says so, and where. */
    readonly source: string;
}

/**
 * Which versions work together. A pair that is in no row is refused rather than tried: so the table cannot be outgrown
 * without anybody's notice. A new row needs a source, or a run on a real cluster.
 */
export const COMPATIBILITY: readonly Compatibility[] = [
    {
        program: "Cilium",
        line: "1.19",
        other: "Kubernetes",
        works: ["1.32", "1.33", "1.34", "1.35"],
        source: "Cilium v1.19.6, Documentation/network/kubernetes/compatibility.rst: end-to-end tested versions",
    },
    {
        program: "Istio",
        line: "1.29",
        other: "Kubernetes",
        works: ["1.31", "1.32", "1.33", "1.34", "1.35"],
        source: "Istio 1.29.0, release announcement: officially supported versions",
    },
    {
        program: "Istio",
        line: "1.29",
        other: "Gateway API",
        works: ["1.4"],
        source: "Istio 1.29.6, go.mod: sigs.k8s.io/gateway-api v1.4.1",
    },
    {
        program: "Istio",
        line: "1.29",
        other: "Cilium",
        works: ["1.19"],
        source: "Cilium v1.19.6, Documentation/network/servicemesh/istio.rst, and ambient's own requirements of a CNI",
    },
    {
        program: "Gateway API",
        line: "1.4",
        other: "Kubernetes",
        works: ["1.30", "1.31", "1.32", "1.33", "1.34", "1.35"],
        source: "Gateway API v1.4.1, .github/workflows/crd-validation.yml: 1.30 to 1.34; 1.35 by Istio 1.29, which supports it with these kinds",
    },
];

/** The versions of a stack that depend on each other, as far as they are known before anything runs. */
export function versionsOf(layers: readonly Layer[], provider: ClusterConfig["provider"], nodeImage: string): Versions {
    const kubernetes = kubernetesOf(provider, nodeImage);
    const istio = layers.includes("istio");
    return {
        ...(kubernetes === undefined ? {} : { Kubernetes: kubernetes }),
        ...(layers.includes(NETWORK_LAYER) ? { Cilium: chartSpec("cilium").version } : {}),
        ...(istio ? { Istio: chartSpec("istiod").version, "Gateway API": chartSpec("gateway-api").version } : {}),
    };
}

/**
 * Pairs of programs whose versions are not known to work together: a problem each, with what is known.
 * @param provider tells whether the version of Kubernetes is the stack's choice (Kind's node image) or a pin
 */
export function compatProblems(
    versions: Versions,
    provider: ClusterConfig["provider"],
    table: readonly Compatibility[] = COMPATIBILITY,
): readonly Problem[] {
    return pairsOf(table).flatMap(({ program, other }) => {
        const [version, otherVersion] = [versions[program], versions[other]];
        if (version === undefined || otherVersion === undefined) return [];
        const rows = table.filter((row) => row.program === program && row.other === other);
        const sameLine = rows.filter((row) => row.line === lineOf(version));
        if (sameLine.some(({ works }) => works.includes(lineOf(otherVersion)))) return [];
        const what = `${program} ${version} is not known to work with ${other} ${otherVersion}`;
        const known = (sameLine.length > 0 ? sameLine : rows).map(rowText).join("; ");
        const chosen = other === "Kubernetes" && provider === "kind";
        return [{ ...(chosen ? NODE_IMAGE : PIN), what: `${what}; known: ${known}` }];
    });
}

const PROVEN = "add the pair to components/config/compat.ts once it is proven";
const NODE_IMAGE = { where: "hearth:kind.image", fix: `use a node image of a known version, or ${PROVEN}` } as const;
const PIN = { where: "components/config/registry.json", fix: `pin versions that are known, or ${PROVEN}` } as const;

function rowText({ program, line, other, works, source }: Compatibility): string {
    return `${program} ${line} with ${other} ${works.join(", ")} (${source})`;
}

type Pair = Pick<Compatibility, "program" | "other">;

function pairsOf(table: readonly Compatibility[]): readonly Pair[] {
    return table.filter(
        ({ program, other }, index) =>
            table.findIndex((row) => row.program === program && row.other === other) === index,
    );
}

/** `v1.34.0` → `1.34` */
function lineOf(version: string): string {
    return /^v?(\d+\.\d+)/.exec(version)?.[1] ?? version;
}
