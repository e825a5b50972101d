import { LAYERS, NETWORK_LAYER, REQUIREMENTS, isLayer } from "../layers";
import { suggestion } from "../parse";
import type { Problem } from "../problems";
import { repetitions } from "./names";
import type { Rule } from "./rule";

export const layersExist: Rule = ({ layers, cni }) =>
    layers
        .filter((layer) => !isLayer(layer))
        .map((layer) => (layer === NETWORK_LAYER ? networkIsNoLayer(cni) : unknownLayer(layer)));

function unknownLayer(layer: string): Problem {
    return { where: "hearth:layers", what: `"${layer}" is not a layer`, fix: suggestion(layer, LAYERS) };
}

function networkIsNoLayer(cni: string): Problem {
    return {
        where: "hearth:layers",
        what: `"${NETWORK_LAYER}" comes with the container network and is not listed`,
        fix:
            cni === NETWORK_LAYER
                ? `take it out; hearth:cni, which is ${cni}, brings it`
                : `take it out, and set hearth:cni to ${NETWORK_LAYER}`,
    };
}

export const layersOnce: Rule = ({ layers }) => repetitions("hearth:layers", layers);

export const layersFit: Rule = ({ layers }) =>
    REQUIREMENTS.filter(({ layer, needs }) => layers.includes(layer) && !layers.includes(needs)).map(
        ({ layer, needs, because }) => ({
            where: "hearth:layers",
            what: `"${layer}" is on and "${needs}" is off, but ${because}`,
            fix: `add ${needs}, or take ${layer} out`,
        }),
    );
