import { enrolledNamespaces, isEnrolled, type MeshSettings } from "../config/enrolment";
import { meshPrincipal } from "../config/mesh";
import type { CustomObject } from "../core/custom-object";
import { labels } from "../core/labels";
import { flowsOf, inMesh, type FlowSettings } from "./flows";
import type { Flow, Peer } from "./peers";
import { workloadsOf, type Workload } from "./workloads";

type Spec = CustomObject["spec"];

/**
 * What ztunnel lets into the platform's own pods in the mesh, by the identity of who calls and the real port, which
 * the network does not see: in each namespace nothing, and for each workload what its flows allow. The applications'
 * namespaces are not among them: their pods admit the waypoint and nobody else (components/access).
 *
 * A port to which somebody comes from outside the mesh is open to everybody at this level, since such a caller has no
 * identity that could be asked for; there the network's policies decide alone. PeerAuthentication has to name it as an
 * exception (components/mesh).
 */
export function authorizationPolicies(config: FlowSettings): readonly CustomObject[] {
    const ours = enrolledNamespaces(config).filter((namespace) => !config.applicationNamespaces.includes(namespace));
    const flows = flowsOf(config);
    const workloads = workloadsOf(config).filter(({ namespace }) => ours.includes(namespace));
    return [
        // An ALLOW policy without a rule matches nothing, and one that is there closes the rest.
        ...ours.map((namespace) => policy("default-deny", namespace, {})),
        ...workloads.map((workload) =>
            policy(workload.id, workload.namespace, {
                selector: { matchLabels: workload.labels },
                action: "ALLOW",
                rules: admission(workload, flows, config),
            }),
        ),
    ];
}

function policy(name: string, namespace: string, spec: Spec): CustomObject {
    return {
        apiVersion: "security.istio.io/v1",
        kind: "AuthorizationPolicy",
        metadata: { name, namespace, labels: labels(name, "mesh-policy") },
        spec,
    };
}

/** Ports of a workload in the mesh to which somebody comes from outside it: the exceptions that mutual TLS needs. */
export function plaintextPorts(of: Workload, config: FlowSettings): readonly number[] {
    if (!isEnrolled(of.namespace, config)) return [];
    return openPorts(flowsTo(of, flowsOf(config)), config);
}

/** The rules by which a workload in the mesh is called: open ports first, then each flow with its identity. */
export function admission(of: Workload, flows: readonly Flow[], config: MeshSettings): readonly Spec[] {
    const leading = flowsTo(of, flows);
    const open = openPorts(leading, config);
    const known = leading.filter(({ from }) => inMesh(from, config));
    return [
        ...(open.length === 0 ? [] : [{ to: toPorts(open) }]),
        ...known.map((flow) => ({
            from: [{ source: { principals: [principalOf(flow.from)] } }],
            to: toPorts(portsOf([flow])),
        })),
    ];
}

function openPorts(flows: readonly Flow[], config: MeshSettings): readonly number[] {
    return portsOf(flows.filter(({ from }) => !inMesh(from, config)));
}

function flowsTo({ id }: Workload, flows: readonly Flow[]): readonly Flow[] {
    return flows.filter(({ to }) => to.kind === "workload" && to.workload.id === id);
}

function portsOf(flows: readonly Flow[]): readonly number[] {
    const ports = flows.flatMap(({ id, ports }) => {
        if (ports === "any") throw new Error(`flow ${id} names no port of a workload in the mesh`);
        return ports;
    });
    return [...new Set(ports)].sort((a, b) => a - b);
}

function toPorts(ports: readonly number[]): readonly Spec[] {
    return [{ operation: { ports: ports.map(String) } }];
}

/** The identity of pods, as policies write it; of an application's pods, any ServiceAccount of the namespace. */
function principalOf(peer: Peer): string {
    switch (peer.kind) {
        case "workload":
            return meshPrincipal(peer.workload.namespace, peer.workload.account);
        case "applications":
            return meshPrincipal(peer.namespace, "*");
        default:
            throw new Error(`${peer.kind} has no identity in the mesh`);
    }
}
