import { idOf, type Manifest } from "./manifests";
import type { Cluster, End, NetworkVerdicts, Pod, PortVerdict } from "./reachability";
import { inBlock, list, matchesSelector, object, only, texts, type Json } from "./reachability-selectors";

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
    const selector = object(spec["podSelector"], id);
    const egress = list(spec["egress"], id);
    return {
        types: texts(spec["policyTypes"], id) ?? ["Ingress", ...(egress === undefined ? [] : ["Egress"])],
        selects: (pod) =>
            pod.namespace === manifest.metadata.namespace && matchesSelector(selector, id, (key) => pod.labels[key]),
        rules: {
            Ingress: (list(spec["ingress"], id) ?? []).map((rule) => parseRule(object(rule, id), "from", id)),
            Egress: (egress ?? []).map((rule) => parseRule(object(rule, id), "to", id)),
        },
    };
}

function parseRule(rule: Json, end: "from" | "to", id: string): Rule {
    only(rule, id, end, "ports");
    const peers = list(rule[end], id) ?? [];
    const ports = (list(rule["ports"], id) ?? []).map((port) => only(object(port, id), id, "port", "protocol"));
    return {
        // No peers, absent or empty, are all of them; so are no ports.
        covers: (peer, namespace, cluster) =>
            peers.length === 0 || peers.some((one) => coversPeer(object(one, id), id, peer, namespace, cluster)),
        passes: (port, protocol) =>
            ports.length === 0 ||
            ports.some((one) => {
                if (typeof one["port"] !== "number") throw new Error(`${id}: ports by name are not evaluated`);
                return one["port"] === port && (one["protocol"] ?? "TCP") === protocol;
            }),
    };
}

function coversPeer(peer: Json, id: string, end: End, namespace: string, cluster: Cluster): boolean {
    only(peer, id, "podSelector", "namespaceSelector", "ipBlock");
    if (peer["ipBlock"] !== undefined) {
        const { cidr, except } = only(object(peer["ipBlock"], id), id, "cidr", "except");
        return inBlock(end.ip, String(cidr)) && !(texts(except, id) ?? []).some((block) => inBlock(end.ip, block));
    }
    if (end.kind !== "pod") return false;
    const labels = cluster.namespaces[end.namespace] ?? {};
    const inNamespace =
        peer["namespaceSelector"] === undefined
            ? end.namespace === namespace
            : matchesSelector(object(peer["namespaceSelector"], id), id, (key) => labels[key]);
    return inNamespace && matchesSelector(object(peer["podSelector"], id), id, (key) => end.labels[key]);
}
