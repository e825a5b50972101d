import { enrolledNamespaces } from "../../components/config/enrolment";
import { namespacesOf } from "../../components/config/namespaces";
import { hasLayer } from "../../components/config/schema";
import type { FlowSettings } from "../../components/flows/flows";
import { workloadsOf, type Workload } from "../../components/flows/workloads";
import type { Cluster, End, Place, Pod } from "./reachability";

/** What a pod of the world is, for the model: one of a workload, of an application, or nobody's. */
export type Role =
    | { readonly kind: "workload"; readonly id: string }
    | { readonly kind: "application" }
    | { readonly kind: "stranger" };

/** A cluster's pods and addresses, as many as it takes to meet every policy. */
export interface World {
    readonly ends: readonly End[];
    readonly roles: ReadonlyMap<End, Role>;
    readonly namespaces: Cluster["namespaces"];
}

/** A namespace of somebody else's, with pods in it. */
export const FOREIGN = "elsewhere";

/** Addresses that are no pod's. */
export const PLACES = {
    controlPlane: { kind: "place", name: "control-plane", ip: "172.18.0.2", node: "control-plane", apiServer: true },
    worker: { kind: "place", name: "worker", ip: "172.18.0.3", node: "worker" },
    /** A machine in the network of the host's. */
    neighbour: { kind: "place", name: "neighbour", ip: "192.168.7.9" },
    internet: { kind: "place", name: "internet", ip: "203.0.113.7" },
    /** What istio-cni makes of the kubelet's address. */
    probes: { kind: "place", name: "probes", ip: "169.254.7.127" },
} as const satisfies Readonly<Record<string, Place>>;

/** Node that all pods of a world run on; the other one is there too. */
export type PodNode = "worker" | "control-plane";

/**
 * The pods of a stack, one for each workload and two for each application, beside them a pod in every namespace that is
 * nobody's, and the addresses of the surroundings.
 */
export function worldOf(config: FlowSettings, node: PodNode = "worker"): World {
    const roles = new Map<End, Role>();
    const add = (name: string, of: Omit<Pod, "kind" | "name" | "ip" | "node">, role: Role): void => {
        roles.set({ kind: "pod", name, ip: `10.244.1.${roles.size + 1}`, node, ...of }, role);
    };
    for (const workload of workloadsOf(config)) {
        if (!workload.hostNetwork) add(workload.id, podOf(workload), { kind: "workload", id: workload.id });
    }
    for (const namespace of config.applicationNamespaces) {
        for (const name of ["shop", "cart"]) {
            add(`${namespace}-${name}`, nobody(namespace, name), { kind: "application" });
        }
    }
    const theirs = namespacesOf(config.layers).map(({ name }) => name);
    for (const namespace of [...theirs, "kube-system", "default", FOREIGN]) {
        add(`stranger-${namespace}`, nobody(namespace, "stranger"), { kind: "stranger" });
    }
    return {
        ends: [...roles.keys(), ...Object.values(PLACES)],
        roles,
        namespaces: namespaceLabels(
            [...theirs, ...config.applicationNamespaces, "kube-system", "default", FOREIGN],
            config,
        ),
    };
}

const WAYPOINT_LABELS: Readonly<Record<string, string>> = {
    "istio.io/dataplane-mode": "none",
    "gateway.istio.io/managed": "istio.io-mesh-controller",
};

/** The labels that policies select by, among others that pods have. */
function podOf({ namespace, labels, account, id }: Workload): Omit<Pod, "kind" | "name" | "ip" | "node"> {
    const mesh = id === `waypoint-${namespace}` ? WAYPOINT_LABELS : {};
    return {
        namespace,
        account,
        labels: { ...labels, ...mesh, "pod-template-hash": "5d4f8c", "app.kubernetes.io/managed-by": "Helm" },
    };
}

function nobody(namespace: string, name: string): Omit<Pod, "kind" | "name" | "ip" | "node"> {
    return { namespace, account: "default", labels: { app: name, "app.kubernetes.io/name": name } };
}

function namespaceLabels(names: readonly string[], config: FlowSettings): Cluster["namespaces"] {
    const enrolled = hasLayer(config, "istio") ? enrolledNamespaces(config) : [];
    return Object.fromEntries(
        names.map((name) => [
            name,
            {
                "kubernetes.io/metadata.name": name,
                ...(enrolled.includes(name) ? { "istio.io/dataplane-mode": "ambient" } : {}),
            },
        ]),
    );
}
