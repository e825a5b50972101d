import { parse } from "yaml";
import type { Blueprint } from "./blueprint";
import type { ClusterRecord } from "./record";
import { fields } from "../core/fields";

/** A cluster by what it was made from; what is not known of it is absent. */
export interface MadeFrom {
    readonly name: string;
    readonly configHash: string;
    readonly environment?: Readonly<Record<string, unknown>>;
    readonly stdin?: unknown;
}

/** What a blueprint makes. */
export function madeFrom({ environment, stdin, configHash }: Blueprint): MadeFrom {
    return { name: environment["CLUSTER_NAME"] ?? "", configHash, environment, stdin };
}

/** What a record tells, where there is nothing else to ask. */
export function recordedCluster({ name, configHash, engine, ports }: ClusterRecord): MadeFrom {
    return { name, configHash, environment: engine === undefined ? {} : { ENGINE: engine, PORTS: ports.join(" ") } };
}

/** Characters of a value that are worth showing; of kubeadm's patches it is enough to know that they differ. */
const LONGEST_SHOWN = 120;

/**
 * Why a cluster has to be made anew to become another one, in words of the settings: `workers 1 → 2`. Empty when it
 * can stay. A cluster of which little is known has `other settings`.
 */
export function replacementReasons(before: MadeFrom, wanted: MadeFrom): readonly string[] {
    // The name is part of what is hashed.
    if (before.configHash === wanted.configHash) return [];
    const [was, willBe] = [shapeOf(before), shapeOf(wanted)];
    const reasons = Object.entries(willBe).flatMap(([name, value]): readonly string[] => {
        const old = was[name];
        if (old === undefined || value === undefined || old === value) return [];
        return [Math.max(old.length, value.length) > LONGEST_SHOWN ? name : `${name} ${old} → ${value}`];
    });
    return reasons.length > 0 ? reasons : ["other settings"];
}

/** `cluster hearth-full has to make way for another (workers 1 → 2), and all that is in it goes` */
export function makesWay(name: string, reasons: readonly string[]): string {
    return `cluster ${name} has to make way for another (${reasons.join("; ")}), and all that is in it goes`;
}

/** Facts that a person knows, by the words for them. */
type Shape = Readonly<Record<string, string | undefined>>;

function shapeOf({ name, environment = {}, stdin }: MadeFrom): Shape {
    const text = typeof stdin === "string" ? stdin : "";
    const { ENGINE, NODE_IMAGE, PORTS } = environment;
    return {
        name,
        "container engine": asText(ENGINE),
        "node image": asText(NODE_IMAGE),
        ...(text === "" ? {} : ENGINE === undefined ? simulatedShape(text) : kindShape(text)),
        // A simulated cluster holds no port.
        ...(ENGINE === undefined ? {} : { "host ports": asText(PORTS)?.replaceAll(" ", ", ") }),
    };
}

function kindShape(yaml: string): Shape {
    const config = fields(parse(yaml));
    const networking = fields(config["networking"]);
    const nodes: unknown = config["nodes"];
    return {
        workers: Array.isArray(nodes) ? String(nodes.length - 1) : undefined,
        network: networking["disableDefaultCNI"] === true ? "cilium" : "kindnetd",
        "kube-proxy": networking["kubeProxyMode"] === "none" ? "off" : "on",
        "settings of hearth:kind": JSON.stringify(config["kubeadmConfigPatches"]),
        "registry mirrors": config["containerdConfigPatches"] === undefined ? "off" : "on",
    };
}

function simulatedShape(objects: string): Shape {
    return { workers: String([...objects.matchAll(/^kind: Node$/gm)].length - 1) };
}

function asText(value: unknown): string | undefined {
    return typeof value === "string" && value !== "" ? value : undefined;
}
