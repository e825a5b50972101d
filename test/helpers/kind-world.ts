import type { V1Pod } from "@kubernetes/client-node";
import { namespacesOf } from "../../components/config/namespaces";
import { workloadsOf } from "../../components/flows/workloads";
import { isReady, podName } from "./kind-pods";
import { podNetworks, type PodNetwork } from "./kind-probes";
import type { KindStack } from "./kind-stack";
import type { End, PortVerdict } from "./reachability";
import { expectedReach } from "./reachability-model";
import { PLACES, worldOf, type PodNode, type Role, type World } from "./reachability-world";

/** Something on the real cluster that can be called and can call. */
export interface RealEnd {
    readonly name: string;
    readonly address: string;
    /** Name of the node that it is or runs on. */
    readonly node: string;
    readonly network: PodNetwork;
    /** What it is for the model; a node has none. */
    readonly role?: Role;
    readonly namespace?: string;
    /** Ports that something listens on. */
    readonly ports: readonly number[];
}

/** Pods that are nobody's, or an application's, made for the tests; both listen on one port. */
export interface Extra {
    readonly pod: V1Pod;
    readonly role: Role;
    readonly ports: readonly number[];
}

/** Ports of nodes: the API server, the kubelet; those of workloads in their network come on top. */
const NODE_PORTS = [6443, 10250];

/** The real ends of a stack: its nodes, its workloads' pods (of a DaemonSet's all), and the pods made for the tests. */
export async function realEnds(stack: KindStack, extras: readonly Extra[]): Promise<readonly RealEnd[]> {
    const { core } = stack.api;
    const [{ items: nodes }, { items: pods }] = await Promise.all([core.listNode(), core.listPodForAllNamespaces()]);
    const names = nodes.map(({ metadata }) => metadata?.name ?? "");
    const networks = new Map<string, PodNetwork>();
    for (const node of names) for (const [pod, network] of await podNetworks(stack, node)) networks.set(pod, network);
    const workloads = workloadsOf(stack.config);
    const hosted = workloads.filter(({ hostNetwork }) => hostNetwork).flatMap(({ ports }) => Object.values(ports));
    const end = (pod: V1Pod, role: Role, ports: readonly number[]): RealEnd => {
        const network = networks.get(podName(pod));
        if (network === undefined) throw new Error(`pod ${podName(pod)} has no network of its own`);
        const { name = "", namespace = "" } = pod.metadata ?? {};
        return { name, namespace, address: pod.status?.podIP ?? "", node: network.node, network, role, ports };
    };
    return [
        ...nodes.map(({ metadata, status }): RealEnd => {
            const node = metadata?.name ?? "";
            const address = status?.addresses?.find(({ type }) => type === "InternalIP")?.address ?? "";
            return { name: node, node, address, network: { node }, ports: [...NODE_PORTS, ...hosted] };
        }),
        ...workloads
            .filter(({ hostNetwork }) => !hostNetwork)
            .flatMap((workload) => {
                const own = pods.filter(
                    (pod) => isReady(pod) && pod.status?.phase === "Running" && runs(pod, workload),
                );
                if (own.length === 0) throw new Error(`workload ${workload.id} has no pod`);
                const role: Role = { kind: "workload", id: workload.id };
                return own.map((pod) => end(pod, role, Object.values(workload.ports)));
            }),
        ...extras.map(({ pod, role, ports }) => end(pod, role, ports)),
    ];
}

function runs(
    { metadata }: V1Pod,
    { namespace, labels }: { readonly namespace: string; readonly labels: Readonly<Record<string, string>> },
): boolean {
    return (
        metadata?.namespace === namespace &&
        Object.entries(labels).every(([key, value]) => metadata.labels?.[key] === value)
    );
}

/** Namespaces in which a pod that is nobody's is put: ours, the cluster's and somebody else's. */
export function strangersNamespaces(stack: KindStack, foreign: string): readonly string[] {
    const ours = namespacesOf(stack.config.layers).filter(({ id }) => id !== "users");
    return [...ours.map(({ name }) => name), "kube-system", "default", foreign];
}

/** What the model says of two real ends. */
export interface Expected {
    readonly verdict: PortVerdict;
    readonly from: End;
    readonly to: End;
    readonly world: World;
}

interface ModelWorld {
    readonly world: World;
    /** For each pod another one of the same workload. */
    readonly twins: ReadonlyMap<End, End>;
    readonly reach: ReturnType<typeof expectedReach>;
}

/**
 * The model's word on real ends. Its world has all pods on one node, beside another node: of a pair, the pod's node is
 * the one, and a node that is not the pod's is the other.
 */
export function modelOf(stack: KindStack): (from: RealEnd, to: RealEnd) => Expected {
    const controlPlane = `${stack.clusterName}-control-plane`;
    const worlds = new Map<PodNode, ModelWorld>();
    for (const node of ["worker", "control-plane"] as const) {
        const world = worldOf(stack.config, node);
        const twins = new Map([...world.roles.keys()].map((end) => [end, { ...end }] as const));
        const roles = new Map(world.roles);
        for (const [end, twin] of twins) roles.set(twin, world.roles.get(end) ?? { kind: "stranger" });
        worlds.set(node, { world, twins, reach: expectedReach(stack.config, { ...world, roles }) });
    }
    return (from, to) => {
        const [node, podNode] = from.role === undefined ? [from.node, to.node] : [to.node, from.node];
        const isControlPlane = node === controlPlane;
        const own = node === podNode;
        const at = worlds.get(own === isControlPlane ? "control-plane" : "worker");
        if (at === undefined) throw new Error("there is no such world");
        const place = isControlPlane ? PLACES.controlPlane : PLACES.worker;
        const ends = [from, to].map((real) => (real.role === undefined ? place : modelEnd(at.world, real)));
        const [modelFrom, same] = ends;
        // Two pods of one workload are two ends all the same.
        const modelTo = same !== undefined && same === modelFrom ? at.twins.get(same) : same;
        if (modelFrom === undefined || modelTo === undefined) throw new Error("the model knows only two ends");
        return { verdict: at.reach(modelFrom, modelTo), from: modelFrom, to: modelTo, world: at.world };
    };
}

function modelEnd({ roles }: World, { role, namespace, name }: RealEnd): End {
    for (const [end, known] of roles) {
        if (end.kind !== "pod" || end.namespace !== namespace || known.kind !== role?.kind) continue;
        if (known.kind === "workload" && role.kind === "workload" && known.id !== role.id) continue;
        if (known.kind === "application" && !name.endsWith(end.name)) continue;
        return end;
    }
    throw new Error(`the model does not know ${namespace}/${name}`);
}
