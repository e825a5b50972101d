import { idOf, type Manifest } from "./manifests";
import type { Cluster, End, NetworkVerdicts, Pod, PortVerdict } from "./reachability";
import { inBlock, list, object, only, selectorMatcher, texts, type Json } from "./reachability-selectors";

type Direction = "Ingress" | "Egress";

/**
 * Verdicts of Kubernetes' NetworkPolicies, as its manual has them: a connection needs to be let out by the policies
 * that select its source and let in by those that select its destination; where none does for a direction, everything
 * passes; rules only ever add. Between a pod and its own node everything passes.
 */
export function networkPolicyVerdicts(policies: readonly Manifest[], cluster: Cluster): NetworkVerdicts {
    const parsed = policies.map(parse);
    const side = (direction: Direction, subject: End, peer: End): PortVerdict => {
        if (subject.kind !== "pod" || isOwnNode(subject, peer)) return () => true;
        const selecting = parsed.filter((policy) => policy.types.includes(direction) && policy.selects(subject));
        if (selecting.length === 0) return () => true;
        const rules = selecting
            .flatMap((policy) => policy.rules[direction])
            .filter((rule) => rule.covers(peer, subject.namespace, cluster));
        return (port, protocol) => rules.some((rule) => rule.passes(port, protocol));
    };
    return (from, to) => {
        const [out, into] = [side("Egress", from, to), side("Ingress", to, from)];
        return (port, protocol) => out(port, protocol) && into(port, protocol);
    };
}

function isOwnNode(pod: Pod, end: End): boolean {
    return end.kind === "place" && end.node === pod.node;
}

interface Rule {
    readonly covers: (peer: End, namespace: string, cluster: Cluster) => boolean;
    readonly passes: PortVerdict;
}

interface Policy {
    readonly types: readonly string[];
    readonly selects: (pod: Pod) => boolean;
    readonly rules: Readonly<Record<Direction, readonly Rule[]>>;
}

function parse(manifest: Manifest): Policy {
    const id = idOf(manifest);
    const spec = only(object(manifest["spec"], id), id, "podSelector", "policyTypes", "ingress", "egress");
    const matches = selectorMatcher(object(spec["podSelector"], id), id);
    const egress = list(spec["egress"], id);
    return {
        types: texts(spec["policyTypes"], id) ?? ["Ingress", ...(egress === undefined ? [] : ["Egress"])],
        selects: (pod) => pod.namespace === manifest.metadata.namespace && matches((key) => pod.labels[key]),
        rules: {
            Ingress: (list(spec["ingress"], id) ?? []).map((rule) => parseRule(object(rule, id), "from", id)),
            Egress: (egress ?? []).map((rule) => parseRule(object(rule, id), "to", id)),
        },
    };
}

function parseRule(rule: Json, end: "from" | "to", id: string): Rule {
    only(rule, id, end, "ports");
    const peers = (list(rule[end], id) ?? []).map((peer) => parsePeer(object(peer, id), id));
    const ports = (list(rule["ports"], id) ?? []).map((one) => {
        const { port, protocol = "TCP" } = only(object(one, id), id, "port", "protocol");
        if (typeof port !== "number") throw new Error(`${id}: ports by name are not evaluated`);
        return { port, protocol };
    });
    return {
        // No peers, absent or empty, are all of them; so are no ports.
        covers: (...end) => peers.length === 0 || peers.some((covers) => covers(...end)),
        passes: (port, protocol) =>
            ports.length === 0 || ports.some((one) => one.port === port && one.protocol === protocol),
    };
}

function parsePeer(peer: Json, id: string): Rule["covers"] {
    only(peer, id, "podSelector", "namespaceSelector", "ipBlock");
    if (peer["ipBlock"] !== undefined) {
        const { cidr, except } = only(object(peer["ipBlock"], id), id, "cidr", "except");
        const exceptions = texts(except, id) ?? [];
        return ({ ip }) => inBlock(ip, String(cidr)) && !exceptions.some((block) => inBlock(ip, block));
    }
    const pods = selectorMatcher(object(peer["podSelector"], id), id);
    const namespaces =
        peer["namespaceSelector"] === undefined
            ? undefined
            : selectorMatcher(object(peer["namespaceSelector"], id), id);
    return (end, own, cluster) => {
        if (end.kind !== "pod") return false;
        const labels = cluster.namespaces[end.namespace] ?? {};
        const inNamespace = namespaces === undefined ? end.namespace === own : namespaces((key) => labels[key]);
        return inNamespace && pods((key) => end.labels[key]);
    };
}
