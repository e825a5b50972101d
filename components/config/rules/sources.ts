import { isPinned, parseImage } from "../images";
import { suggestion } from "../parse";
import type { Problem } from "../problems";
import { IMAGE_IDS, pinnedImage } from "../versions";
import type { Rule } from "./rule";

const REGISTRY = /^[a-z0-9.-]+(:[0-9]+)?(\/[a-z0-9._/-]+)?$/;

export const chartsFit: Rule = ({ charts, cluster, chartMirror }) => {
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

export const imagesFit: Rule = ({ images, registries }) => {
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
export const collectorFits: Rule = ({ cluster, layers, collector, images, registries }) => {
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

export const mirrorsFit: Rule = ({ registryMirrors }) =>
    Object.entries(registryMirrors)
        .filter(([, url]) => !/^https?:\/\/[^\s/]+/.test(url))
        .map(([host, url]) => ({
            where: `hearth:registryMirrors.${host}`,
            what: `"${url}" is not an http(s) address`,
            fix: "write http://host:port",
        }));
