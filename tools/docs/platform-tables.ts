import { chartsOf } from "../../components/config/charts";
import { COMPATIBILITY } from "../../components/config/compat";
import { LAYERS, NETWORK_LAYER, NETWORK_REQUIREMENTS, REQUIREMENTS, type Layer } from "../../components/config/layers";
import { NAMESPACES, namespacesOf } from "../../components/config/namespaces";
import { HOST_ADDRESS, PORTS } from "../../components/config/ports";
import { imagesOf } from "../../components/config/stack-images";
import {
    CHART_NAMES,
    chartSpec,
    IMAGE_IDS,
    KIND_NODE_IMAGE,
    KUBERNETES_VERSION,
    pinnedImage,
} from "../../components/config/versions";
import { SECRETS, secretPath } from "../../components/secrets/secret-table";
import { code, codes, table } from "./table";

/** Layers by stack: those that the stack files list, and the container network where that is ours. */
export type StackLayers = Readonly<Record<string, readonly string[]>>;

/** Host ports, and the stacks that have them. */
export function portsTable(stacks: StackLayers): string {
    return table(
        ["address", "service", "layer", "in stacks"],
        PORTS.map(({ nodePort, scheme, title, layer }) => [
            code(`${scheme}://${HOST_ADDRESS}:${nodePort}`),
            title,
            code(layer),
            codes(stacksWith(layer, stacks)),
        ]),
    );
}

/** Every layer: what it needs and what it brings. */
export function layersTable(stacks: StackLayers): string {
    const layers: readonly Layer[] = [NETWORK_LAYER, ...LAYERS];
    return table(
        ["layer", "needs", "chart", "images", "in stacks"],
        layers.map((layer) => [
            code(layer),
            needsOf(layer),
            codes(chartsOf([layer])),
            codes(imageIds(layer)),
            codes(stacksWith(layer, stacks)),
        ]),
    );
}

function needsOf(layer: Layer): string {
    if (layer === NETWORK_LAYER) return `not listed: comes by ${code(`hearth:cni: ${NETWORK_LAYER}`)}`;
    return [...REQUIREMENTS, ...NETWORK_REQUIREMENTS]
        .filter((requirement) => requirement.layer === layer)
        .map(({ needs, because }) => `${code(needs)}: ${because}`)
        .join("; ");
}

function stacksWith(layer: Layer, stacks: StackLayers): readonly string[] {
    return Object.keys(stacks).filter((stack) => stacks[stack]?.includes(layer));
}

function imageIds(layer: Layer): readonly string[] {
    const images = { overrides: {}, registries: {}, byTagOnly: false };
    return imagesOf({ layers: [layer], collector: "own", images }).map(({ id }) => id);
}

/** Namespaces with their Pod Security level. */
export function namespacesTable(): string {
    return table(
        ["namespace", "Pod Security", "why not restricted", "exists with one of"],
        [
            ...NAMESPACES.map(({ name, podSecurity, exception = "", layers }) => [
                code(name),
                code(podSecurity),
                exception,
                codes(layers),
            ]),
            ...namespacesOf([], ["apps"]).map(({ podSecurity }) => [
                `(each of ${code("hearth:applicationNamespaces")})`,
                code(podSecurity),
                "",
                "always",
            ]),
        ],
    );
}

/** Charts with their pins. */
export function chartsTable(): string {
    return table(
        ["chart", "version", "installs", "repository", "verified by"],
        CHART_NAMES.map((name) => {
            const { version, appVersion, repository, sha256, chartHash, manifests = [] } = chartSpec(name);
            const proven = manifests.length > 0 && manifests.every((manifest) => manifest.sha256 !== undefined);
            const proofs = [
                ...(proven ? [`made of ${manifests.length} manifests, each by its digest`] : []),
                ...(sha256 === undefined ? [] : ["digest of the archive"]),
                ...(chartHash === undefined ? [] : ["hash of the content"]),
            ];
            return [code(name), version, appVersion, repository, proofs.join(", ") || "first use, then pinned"];
        }),
    );
}

/** Versions that are known to work together; all others are refused. */
export function compatibilityTable(): string {
    return table(
        ["program", "works with", "source"],
        COMPATIBILITY.map(({ program, line, other, works, source }) => [
            `${program} ${line}`,
            `${other} ${works.join(", ")}`,
            source,
        ]),
    );
}

/** Images by the id that `hearth:images` takes. */
export function imagesTable(): string {
    return table(
        ["id", "reference"],
        [
            ...IMAGE_IDS.map((id) => [code(id), code(pinnedImage(id))]),
            ["(Kind's node, `hearth:kind.image`)", code(KIND_NODE_IMAGE)],
            ["(simulated control plane)", `Kubernetes ${KUBERNETES_VERSION}, no image`],
        ],
    );
}

/** Secrets of the cluster, each with its one reader. */
export function secretsTable(): string {
    return table(
        ["Secret", "reader", "keys", "exists with"],
        SECRETS.map(({ id, reader, keys, layers, demo = false }) => [
            code(secretPath(id)),
            reader,
            keys === "databases" ? "one per database" : codes(keys),
            codes(demo ? [...layers, "hearth:demo"] : layers),
        ]),
    );
}
