import { idOf, type Manifest } from "./manifests";
import type { Cluster, End, NetworkVerdicts, Place, Pod, PortVerdict } from "./reachability";
import { inBlock, list, object, only, selectorMatcher, texts, type Json, type Lookup } from "./reachability-selectors";

type Direction = "ingress" | "egress";
type Labels = ReadonlyMap<string, string>;

const NAMESPACE = "io.kubernetes.pod.namespace";

/**
 * Verdicts of Cilium's policies, after its source (1.19: pkg/policy, pkg/k8s/apis/cilium.io/utils). A direction of a pod
 * is closed once a rule that selects it has a section for the direction, unless the rule says otherwise
 * (`enableDefaultDeny`); a deny wins over every allow; a node reaches its own pods in any case.
 */
export function ciliumVerdicts(policies: readonly Manifest[], cluster: Cluster): NetworkVerdicts {
    const parsed = policies.flatMap(parse);
    const seen = new Map<Pod, Seen>();
    const identityOf = (pod: Pod): Seen => {
        const known = seen.get(pod);
        if (known !== undefined) return known;
        const labels = podLabels(pod, cluster);
        const identity = { labels, selecting: parsed.filter((rule) => rule.selects(labels)) };
        seen.set(pod, identity);
        return identity;
    };
    const side = (direction: Direction, subject: End, peer: End): PortVerdict => {
        if (subject.kind !== "pod") return () => true;
        if (direction === "ingress" && peer.kind === "place" && peer.node === subject.node) return () => true;
        const { selecting } = identityOf(subject);
        const theirs = peer.kind === "pod" ? identityOf(peer).labels : placeLabels(peer, subject);
        const rules = selecting.flatMap((rule) => rule.rules[direction]).filter((rule) => rule.covers(theirs, peer));
        const closed = selecting.some((rule) => rule.closes[direction]);
        return (port, protocol) => {
            const hits = rules.filter((rule) => rule.passes(port, protocol));
            if (hits.some(({ deny }) => deny)) return false;
            return hits.length > 0 || !closed;
        };
    };
    return (from, to) => {
        const [out, into] = [side("egress", from, to), side("ingress", to, from)];
        return (port, protocol) => out(port, protocol) && into(port, protocol);
    };
}

/** A pod's identity: `source:key` → value. */
function podLabels({ labels, namespace, account }: Pod, { namespaces }: Cluster): Labels {
    return new Map([
        ...Object.entries(labels).map(([key, value]): [string, string] => [`k8s:${key}`, value]),
        ...Object.entries(namespaces[namespace] ?? {}).map(([key, value]): [string, string] => [
            `k8s:io.cilium.k8s.namespace.labels.${key}`,
            value,
        ]),
        [`k8s:${NAMESPACE}`, namespace],
        ["k8s:io.cilium.k8s.policy.serviceaccount", account],
    ]);
}

/** A pod's identity, and the policies that select it. */
interface Seen {
    readonly labels: Labels;
    readonly selecting: readonly Rule[];
}

/** The identity of an address as a pod at the other end sees it. */
function placeLabels(end: Place, seenBy: Pod): Labels {
    const node = end.node === undefined ? "world" : end.node === seenBy.node ? "host" : "remote-node";
    const names = [node, ...(end.apiServer === true ? ["kube-apiserver"] : [])];
    return new Map(names.map((name) => [`reserved:${name}`, ""]));
}

interface PeerRule {
    readonly deny: boolean;
    readonly covers: (labels: Labels, end: End) => boolean;
    readonly passes: PortVerdict;
}

interface Rule {
    readonly selects: (labels: Labels) => boolean;
    readonly closes: Readonly<Record<Direction, boolean>>;
    readonly rules: Readonly<Record<Direction, readonly PeerRule[]>>;
}

function parse(manifest: Manifest): readonly Rule[] {
    const id = idOf(manifest);
    const specs = [
        ...(manifest["spec"] === undefined ? [] : [manifest["spec"]]),
        ...(list(manifest["specs"], id) ?? []),
    ];
    return specs.map((spec) => parseSpec(object(spec, id), id, manifest.metadata.namespace));
}

function parseSpec(spec: Json, id: string, namespace: string | undefined): Rule {
    const sections = ["ingress", "egress", "ingressDeny", "egressDeny"];
    only(spec, id, "description", "endpointSelector", "enableDefaultDeny", ...sections);
    const matches = selectorMatcher(object(spec["endpointSelector"], id), id);
    const defaultDeny = only(object(spec["enableDefaultDeny"], id), id, "ingress", "egress");
    const section = (direction: Direction): readonly PeerRule[] =>
        ([direction, `${direction}Deny`] as const).flatMap((name) =>
            (list(spec[name], id) ?? []).map((rule) =>
                parseRule(object(rule, id), direction, name !== direction, namespace, id),
            ),
        );
    const [ingress, egress] = [section("ingress"), section("egress")];
    return {
        selects: (labels) =>
            (namespace === undefined || labels.get(`k8s:${NAMESPACE}`) === namespace) && matches(lookUp(labels)),
        closes: {
            ingress: (defaultDeny["ingress"] ?? ingress.length > 0) === true,
            egress: (defaultDeny["egress"] ?? egress.length > 0) === true,
        },
        rules: { ingress, egress },
    };
}

function parseRule(
    rule: Json,
    direction: Direction,
    deny: boolean,
    namespace: string | undefined,
    id: string,
): PeerRule {
    const prefix = direction === "ingress" ? "from" : "to";
    const [endpoints, entities, cidr] = [`${prefix}Endpoints`, `${prefix}Entities`, `${prefix}CIDR`];
    only(rule, id, endpoints, entities, cidr, "toPorts");
    const peers: readonly ((labels: Labels, end: End) => boolean)[] | undefined = [
        list(rule[endpoints], id)?.map((one) => endpointMatcher(object(one, id), namespace, id)),
        texts(rule[entities], id)?.map(entityMatcher),
        // A block of addresses is never about pods or nodes, whatever it includes.
        texts(rule[cidr], id)?.map((block) => (labels: Labels, end: End) => isWorld(labels) && inBlock(end.ip, block)),
    ].find((matchers) => matchers !== undefined);
    const ports = list(rule["toPorts"], id)?.flatMap((one) => parsePorts(object(one, id), id));
    return {
        deny,
        // With ports alone a rule is about everybody; with nothing at all it is about nobody.
        covers: (labels, end) =>
            peers === undefined ? ports !== undefined : peers.some((matches) => matches(labels, end)),
        passes: (port, protocol) => ports === undefined || ports.some((passes) => passes(port, protocol)),
    };
}

function parsePorts(rule: Json, id: string): readonly PortVerdict[] {
    only(rule, id, "ports");
    return (list(rule["ports"], id) ?? []).map((one) => {
        const { port, protocol = "ANY" } = only(object(one, id), id, "port", "protocol");
        if (typeof port !== "string" || !/^[1-9][0-9]*$/.test(port)) throw new Error(`${id}: port ${String(port)}`);
        return (asked, by) => asked === Number(port) && (protocol === "ANY" || protocol === by);
    });
}

/** Without a namespace a selector is about the policy's own; in a policy of the whole cluster, about all pods. */
function endpointMatcher(selector: Json, namespace: string | undefined, id: string): (labels: Labels) => boolean {
    const keys = [
        ...Object.keys(object(selector["matchLabels"], id)),
        ...(list(selector["matchExpressions"], id) ?? []).map((one) => String(object(one, id)["key"])),
    ].map((key) => key.replace(/^(k8s|any)[:.]/, ""));
    const named = keys.some((key) => key === NAMESPACE || key.startsWith("io.cilium.k8s.namespace.labels"));
    const reserved = keys.some((key) => key.startsWith("reserved:"));
    const matches = selectorMatcher(selector, id);
    return (labels) => {
        const own = labels.get(`k8s:${NAMESPACE}`);
        const scoped = named || reserved || (namespace === undefined ? own !== undefined : own === namespace);
        return scoped && matches(lookUp(labels));
    };
}

/** A key without a source, or with source `any`, is met by a label of any source. */
function lookUp(labels: Labels): Lookup {
    return (key) => {
        if (key.startsWith("k8s:") || key.startsWith("reserved:")) return labels.get(key);
        const bare = key.startsWith("any:") ? key.slice("any:".length) : key;
        return labels.get(`k8s:${bare}`) ?? labels.get(`reserved:${bare}`);
    };
}

function entityMatcher(entity: string): (labels: Labels) => boolean {
    switch (entity) {
        case "all":
            return () => true;
        case "cluster":
            return (labels) => !isWorld(labels);
        case "world":
        case "host":
        case "remote-node":
        case "kube-apiserver":
            return (labels) => labels.has(`reserved:${entity}`);
        default:
            throw new Error(`entity ${entity} is not evaluated`);
    }
}

function isWorld(labels: Labels): boolean {
    return labels.has("reserved:world");
}
