import { parseImage, isPinned } from "./images";
import { LAYERS, REQUIREMENTS, isLayer } from "./layers";
import { MAX_PORT_OFFSET } from "./ports";
import type { Problem } from "./problems";
import { suggestion } from "./parse";
import type { Settings } from "./defaults";
import { IMAGE_IDS, pinnedImage } from "./versions";

const MAX_WORKERS = 10;
/** RFC 1123 label, shortened so that `<name>-control-plane` is still a host name. */
const CLUSTER_NAME = /^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/;
const QUANTITY = /^[1-9][0-9]*(Ki|Mi|Gi|Ti)$/;
const GO_DURATION = /^([0-9]+h)?([0-9]+m)?([0-9]+s)?$/;
/** Names that need no quoting in PostgreSQL; 63 bytes is its limit for identifiers. */
const DATABASE = /^[a-z_][a-z0-9_]{0,62}$/;
const RESERVED_DATABASES = ["postgres", "template0", "template1", "hearth_exporter"];
const REGISTRY = /^[a-z0-9.-]+(:[0-9]+)?(\/[a-z0-9._/-]+)?$/;

type Rule = (settings: Settings) => readonly Problem[];

/** Everything that can be wrong with settings whose types are right. */
export function settingProblems(settings: Settings): readonly Problem[] {
    return RULES.flatMap((rule) => rule(settings));
}

const layersExist: Rule = ({ layers }) =>
    layers
        .filter((layer) => !isLayer(layer))
        .map((layer) => ({
            where: "hearth:layers",
            what: `"${layer}" is not a layer`,
            fix: suggestion(layer, LAYERS),
        }));

const layersFit: Rule = ({ layers }) =>
    REQUIREMENTS.filter(({ layer, needs }) => layers.includes(layer) && !layers.includes(needs)).map(
        ({ layer, needs, because }) => ({
            where: "hearth:layers",
            what: `"${layer}" is on and "${needs}" is off, but ${because}`,
            fix: `add ${needs}, or take ${layer} out`,
        }),
    );

const layersOnce: Rule = ({ layers }) =>
    [...new Set(layers.filter((layer, index) => layers.indexOf(layer) !== index))].map((layer) => ({
        where: "hearth:layers",
        what: `"${layer}" is listed more than once`,
        fix: "list it once",
    }));

const networkFits: Rule = ({ layers, cni, cluster }) => {
    const problems: Problem[] = [];
    if (layers.includes("hubble-ui") && cni !== "cilium") {
        problems.push({
            where: "hearth:layers",
            what: `"hubble-ui" shows Cilium's flows, but hearth:cni is ${cni}`,
            fix: "set hearth:cni to cilium, or take hubble-ui out",
        });
    }
    if (layers.includes("istio") && cni !== "cilium") {
        problems.push({
            where: "hearth:layers",
            what: `"istio" (ambient) is proven with Cilium only, but hearth:cni is ${cni}`,
            fix: "set hearth:cni to cilium, or take istio out",
        });
    }
    if (cluster === "existing" && cni !== "kindnetd") {
        problems.push({
            where: "hearth:cni",
            what: "the network of an existing cluster is not ours to install",
            fix: "remove hearth:cni",
        });
    }
    return problems;
};

const clusterFits: Rule = (settings) => {
    const problems: Problem[] = [];
    const { cluster, clusterName, context, kubeconfig, workers, kind } = settings;
    if (clusterName !== undefined && !CLUSTER_NAME.test(clusterName)) {
        problems.push({
            where: "hearth:clusterName",
            what: `"${clusterName}" is not a cluster name`,
            fix: "use at most 40 lower-case letters, digits and inner hyphens",
        });
    }
    if (cluster === "existing" && context === undefined) {
        problems.push({
            where: "hearth:context",
            what: "an existing cluster needs the name of its kubeconfig context",
            fix: "pulumi config set hearth:context <name> (kubectl config get-contexts lists them)",
        });
    }
    if (cluster !== "existing") {
        for (const [name, value] of Object.entries({ context, kubeconfig })) {
            if (value !== undefined)
                problems.push({
                    where: `hearth:${name}`,
                    what: `only an existing cluster has one, but hearth:cluster is ${cluster}`,
                    fix: `set hearth:cluster to existing, or remove hearth:${name}`,
                });
        }
    }
    if (workers < 0 || workers > MAX_WORKERS) {
        problems.push({
            where: "hearth:workers",
            what: `${workers} is not between 0 and ${MAX_WORKERS}`,
            fix: "pulumi config set hearth:workers 0",
        });
    }
    if (cluster === "existing" && workers > 0) {
        problems.push({
            where: "hearth:workers",
            what: "the nodes of an existing cluster are not ours to make",
            fix: "remove hearth:workers",
        });
    }
    for (const name of ["eventTtl", "etcdCompaction"] as const) {
        if (kind[name] === "" || !GO_DURATION.test(kind[name])) {
            problems.push({
                where: `hearth:kind.${name}`,
                what: `"${kind[name]}" is not a duration`,
                fix: "write it like 15m or 1h30m",
            });
        }
    }
    if (kind.imageGcLow >= kind.imageGcHigh || kind.imageGcHigh > 100 || kind.imageGcLow < 0) {
        problems.push({
            where: "hearth:kind.imageGcLow, hearth:kind.imageGcHigh",
            what: `${kind.imageGcLow} and ${kind.imageGcHigh} are not two rising percentages`,
            fix: "use for example 80 and 95",
        });
    }
    return problems;
};

const portsFit: Rule = ({ portOffset }) =>
    portOffset < 0 || portOffset > MAX_PORT_OFFSET
        ? [
              {
                  where: "hearth:portOffset",
                  what: `${portOffset} is not between 0 and ${MAX_PORT_OFFSET}`,
                  fix: "choose a smaller one, for example 100",
              },
          ]
        : [];

const chartsFit: Rule = ({ charts, cluster, chartMirror }) => {
    const problems: Problem[] = [];
    if (charts === "stand-in" && cluster !== "kwok" && cluster !== "auto") {
        problems.push({
            where: "hearth:charts",
            what: `stand-in charts are for the simulated cluster only, but hearth:cluster is ${cluster}`,
            fix: "set hearth:charts to auto, or hearth:cluster to kwok",
        });
    }
    if (chartMirror !== undefined && /^[a-z]+:\/\//.test(chartMirror) && !/^(https?|oci):\/\/./.test(chartMirror)) {
        problems.push({
            where: "hearth:chartMirror",
            what: `"${chartMirror}" is neither a folder nor an http, https or oci address`,
            fix: "give a folder's path, http(s)://… or oci://…",
        });
    }
    return problems;
};

const imagesFit: Rule = ({ images, registries }) => {
    const problems: Problem[] = [];
    for (const [id, reference] of Object.entries(images)) {
        if (!IMAGE_IDS.some((known) => known === id)) {
            problems.push({
                where: `hearth:images.${id}`,
                what: "there is no such image",
                fix: suggestion(id, IMAGE_IDS),
            });
        }
        const parsed = parseImage(reference);
        if (parsed === undefined)
            problems.push({
                where: `hearth:images.${id}`,
                what: `"${reference}" is not an image reference`,
                fix: "write registry/repository:tag",
            });
        else if (!isPinned(parsed))
            problems.push({
                where: `hearth:images.${id}`,
                what: `"${reference}" is not pinned`,
                fix: "add a tag other than latest, or a digest",
            });
    }
    for (const [host, replacement] of Object.entries(registries)) {
        if (!REGISTRY.test(replacement))
            problems.push({
                where: `hearth:registries.${host}`,
                what: `"${replacement}" is not a registry`,
                fix: "write host[:port][/path], without a scheme",
            });
    }
    return problems;
};

/** Only the nodes of a Kind cluster are given the image that is built from this repository; no registry has it. */
const collectorFits: Rule = ({ cluster, layers, collector, images, registries }) => {
    if (cluster !== "existing" || !layers.includes("otel-collector") || collector !== "own") return [];
    if (images["otel-collector"] !== undefined) return [];
    const { registry = "" } = parseImage(pinnedImage("otel-collector")) ?? {};
    if (registries[registry] !== undefined) return [];
    return [
        {
            where: "hearth:collector",
            what: "our own collector's image is in no registry that an existing cluster could pull it from",
            fix: "set hearth:collector to upstream, or push it (make collector ARGS=--image) and name it in hearth:images",
        },
    ];
};

const nodeImageFits: Rule = ({ kind }) => {
    const parsed = parseImage(kind.image);
    if (parsed?.tag !== undefined && /^v?[0-9]+\.[0-9]+\.[0-9]+/.test(parsed.tag)) return [];
    return [
        {
            where: "hearth:kind.image",
            what: `"${kind.image}" has no tag that tells a Kubernetes version`,
            fix: "use a node image such as kindest/node:v1.34.0@sha256:…",
        },
    ];
};

const mirrorsFit: Rule = ({ registryMirrors }) =>
    Object.entries(registryMirrors)
        .filter(([, url]) => !/^https?:\/\/[^\s/]+/.test(url))
        .map(([host, url]) => ({
            where: `hearth:registryMirrors.${host}`,
            what: `"${url}" is not an http(s) address`,
            fix: "write http://host:port",
        }));

const sizesFit: Rule = ({ sizes }) =>
    Object.entries(sizes)
        .filter(([, size]) => !QUANTITY.test(size))
        .map(([volume, size]) => ({
            where: `hearth:sizes.${volume}`,
            what: `"${size}" is not a size`,
            fix: "write a whole number with Ki, Mi, Gi or Ti, for example 5Gi",
        }));

const retentionFits: Rule = ({ retention }) =>
    Object.entries(retention)
        .filter(([, hours]) => hours < 1 || hours > 24 * 365)
        .map(([signal, hours]) => ({
            where: `hearth:retention.${signal}`,
            what: `${hours} hours is not between 1 and ${24 * 365}`,
            fix: "choose for example 48",
        }));

const databasesFit: Rule = ({ databases }) =>
    databases
        .filter(
            (name, index) =>
                !DATABASE.test(name) || RESERVED_DATABASES.includes(name) || databases.indexOf(name) !== index,
        )
        .map((name) => ({
            where: "hearth:databases",
            what: `"${name}" is reserved, listed twice, or not a name`,
            fix: "use lower-case letters, digits and _, at most 63, each name once",
        }));

const edgeFits: Rule = ({ corsOrigins, authAddress, rateLimit }) => {
    const problems: Problem[] = corsOrigins
        .filter((origin) => !/^https?:\/\/[^\s/]+$/.test(origin))
        .map((origin) => ({
            where: "hearth:corsOrigins",
            what: `"${origin}" is not an origin`,
            fix: "write scheme://host[:port] without a path",
        }));
    if (authAddress !== undefined && !/^https?:\/\/[^\s]+$/.test(authAddress)) {
        problems.push({
            where: "hearth:authAddress",
            what: `"${authAddress}" is not an http(s) address`,
            fix: "write http://service.namespace.svc:port/path",
        });
    }
    for (const [name, value] of Object.entries(rateLimit)) {
        if (value < 1)
            problems.push({
                where: `hearth:rateLimit.${name}`,
                what: `${value} lets nothing through`,
                fix: "choose at least 1",
            });
    }
    return problems;
};

const RULES: readonly Rule[] = [
    layersExist,
    layersOnce,
    layersFit,
    networkFits,
    clusterFits,
    portsFit,
    chartsFit,
    imagesFit,
    collectorFits,
    nodeImageFits,
    mirrorsFit,
    sizesFit,
    retentionFits,
    databasesFit,
    edgeFits,
];
