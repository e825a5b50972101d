import fc from "fast-check";
import { NETWORK_REQUIREMENTS } from "../../components/config/layers";
import { hostPorts } from "../../components/config/ports";
import type { FlowSettings } from "../../components/flows/flows";
import { FULL_LAYERS, layerSets } from "./observability";
import { presetConfig } from "./platform";

/** Any stack that the settings' gate lets through, as far as its layers and applications go. */
export function stacks(): fc.Arbitrary<FlowSettings> {
    const base = presetConfig("full");
    return fc.tuple(layerSets(FULL_LAYERS), fc.subarray(["apps", "shop"])).map(([chosen, applicationNamespaces]) => {
        const layers = chosen.filter((layer) =>
            NETWORK_REQUIREMENTS.every((need) => need.layer !== layer || chosen.includes(need.needs)),
        );
        return { ...base, layers, applicationNamespaces, ports: hostPorts(layers, 0) };
    });
}
