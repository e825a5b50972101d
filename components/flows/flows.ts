import { isEnrolled, type MeshSettings } from "../config/enrolment";
import { HBONE_PORT } from "../config/mesh";
import { hasLayer, type PlatformConfig } from "../config/schema";
import { applicationFlows } from "./application-flows";
import { flow, peer, type Flow, type Peer } from "./peers";
import { platformFlows, resolves } from "./platform-flows";
import { enforcerOf } from "./surroundings";
import { targetOf } from "./targets";
import { workload, type WorkloadId } from "./workloads";

/** What of a stack's settings decides who may talk to whom. */
export type FlowSettings = Pick<
    PlatformConfig,
    "access" | "applicationNamespaces" | "cluster" | "edge" | "gitops" | "layers"
>;

/**
 * Who may talk to whom on a stack, and why: the one model of which the policies of every kind, their table in the
 * documentation and the matrix of the tests are made. What it does not list is refused, in both directions, for every
 * pod of the platform's namespaces and of the applications'.
 */
export function flowsOf(config: FlowSettings): readonly Flow[] {
    return [...platformFlows(config), ...applicationFlows(config), ...configuredFlows(config), ...probeFlows(config)];
}

/** Flows to addresses that the settings name. */
function configuredFlows(config: FlowSettings): readonly Flow[] {
    const { access, edge, gitops } = config;
    const jwks = access.issuer.kind === "oidc" && "url" in access.issuer.keys ? access.issuer.keys.url : undefined;
    const keys = configured(config, "jwks", "istiod", jwks, "It fetches the public keys of hearth:oidc.");
    return [
        ...configured(config, "auth", "traefik", edge.authAddress, "It asks hearth:authAddress about requests."),
        ...configured(config, "git", "argocd-repo-server", gitops.repository, "It fetches hearth:gitops.repository."),
        ...keys,
        // Otherwise it looks up no name; the others do anyway.
        ...keys.map(({ from }) => resolves("istiod", from)),
    ];
}

function configured(
    config: FlowSettings,
    topic: string,
    id: WorkloadId,
    url: string | undefined,
    reason: string,
): readonly Flow[] {
    const { layer } = workload(id);
    if (url === undefined || layer === undefined || !hasLayer(config, layer)) return [];
    const target = targetOf(url, config);
    return target === undefined ? [] : [flow(`${topic}/${id}`, peer(id), target.peer, target.ports, reason)];
}

/** Flows that come with every pod. */
function probeFlows(config: FlowSettings): readonly Flow[] {
    const [ownNode, everyPod]: readonly [Peer, Peer] = [{ kind: "own-node" }, { kind: "every-pod" }];
    return [
        flow("probes/kubelet", ownNode, everyPod, "any", "The kubelet probes its pods; no policy keeps it out."),
        ...(enforcerOf(config) === "NetworkPolicy"
            ? [flow("node/own", everyPod, ownNode, "any", "No NetworkPolicy keeps a pod from its own node.")]
            : []),
        ...(hasLayer(config, "istio")
            ? [
                  flow(
                      "probes/ambient",
                      { kind: "ambient-probes" },
                      everyPod,
                      "any",
                      "Probes of pods in the mesh come from 169.254.7.127, past ztunnel.",
                  ),
              ]
            : []),
    ];
}

/**
 * True when both ends are in the mesh: ztunnel and waypoints carry it through a TCP connection to port 15008, whatever
 * its own port is, and only they see that port and the identities.
 */
export function isTunnelled({ from, to }: Flow, config: MeshSettings): boolean {
    return [from, to].every((end) => inMesh(end, config));
}

/** True for pods whose traffic ztunnel carries, and for waypoints. */
export function inMesh(end: Peer, config: MeshSettings): boolean {
    switch (end.kind) {
        case "workload":
            return isEnrolled(end.workload.namespace, config);
        case "applications":
            return isEnrolled(end.namespace, config);
        default:
            return false;
    }
}

/** The flow as the network sees it. */
export function onTheWire(of: Flow, config: MeshSettings): Flow {
    return isTunnelled(of, config) ? { ...of, ports: [HBONE_PORT], protocols: ["TCP"] } : of;
}
