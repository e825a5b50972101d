import { withDefaults } from "../defaults";
import { NETWORK_LAYER, NETWORK_REQUIREMENTS } from "../layers";
import type { Problem } from "../problems";
import type { Rule } from "./rule";

export const networkFits: Rule = ({ layers, cni, cluster }) => {
    const problems: Problem[] = [];
    for (const { layer, because } of NETWORK_REQUIREMENTS) {
        if (!layers.includes(layer) || cni === NETWORK_LAYER) continue;
        // There, the advice to set hearth:cni would only lead to the next refusal.
        const existing = cluster === "existing";
        problems.push({
            where: "hearth:layers",
            what: existing
                ? `"${layer}" is on, but ${because}, and the network of an existing cluster is not ours to install`
                : `"${layer}" is on, but ${because}, and hearth:cni is ${cni}`,
            fix: existing
                ? `take ${layer} out, or set hearth:cluster to kind with hearth:cni cilium`
                : `set hearth:cni to ${NETWORK_LAYER}, or take ${layer} out`,
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

/** Defaults may stand anywhere; whoever changes one means to get something by it. */
export const ciliumFits: Rule = ({ cni, cilium }) => {
    if (cni === NETWORK_LAYER) return [];
    const defaults = Object.entries(withDefaults({}).cilium);
    const given = new Map<string, unknown>(Object.entries(cilium));
    return defaults
        .filter(([field, value]) => given.get(field) !== value)
        .map(([field]) => ({
            where: `hearth:cilium.${field}`,
            what: `is set, but hearth:cni is ${cni}, so that there is no Cilium`,
            fix: `set hearth:cni to ${NETWORK_LAYER}, or remove the setting`,
        }));
};
