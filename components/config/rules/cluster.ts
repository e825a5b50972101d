import { parseImage } from "../images";
import type { Problem } from "../problems";
import type { Rule } from "./rule";

const MAX_WORKERS = 10;
/** RFC 1123 label, shortened so that `<name>-control-plane` is still a host name. */
const CLUSTER_NAME = /^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/;
const GO_DURATION = /^([0-9]+h)?([0-9]+m)?([0-9]+s)?$/;

export const clusterFits: Rule = (settings) => {
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

export const nodeImageFits: Rule = ({ kind }) => {
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
