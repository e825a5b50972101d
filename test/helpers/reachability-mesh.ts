import { idOf, type Manifest } from "./manifests";
import type { Cluster, Pod } from "./reachability";
import { list, object, only, selectorMatcher, texts, type Json } from "./reachability-selectors";

/** Tells by a pod's real port and the caller's identity (`cluster.local/ns/…/sa/…`), undefined for plain TCP. */
export type Admission = (port: number, identity: string | undefined) => boolean;

/** Namespace whose objects are about the whole mesh. */
const ROOT = "istio-system";

/**
 * What ztunnel lets into a pod of the mesh, after its source and istiod's (1.29: ztunnel src/state.rs and src/rbac.rs,
 * istio pilot/pkg/serviceregistry/kube/controller/ambient/authorization.go): nothing without an identity where mutual
 * TLS is STRICT; then a DENY that matches refuses; then, if there is any ALLOW for the pod, one of them has to match.
 * Policies with `targetRefs` are the waypoint's.
 */
export function ztunnelAdmits({ policies }: Pick<Cluster, "policies">): (pod: Pod) => Admission {
    const authentications = policies.filter(({ kind }) => kind === "PeerAuthentication");
    const authorizations = policies
        .filter((policy) => policy.kind === "AuthorizationPolicy" && policy["spec"] !== undefined)
        .filter((policy) => object(policy["spec"], idOf(policy))["targetRefs"] === undefined)
        .map(parse);
    return (pod) => {
        const selecting = authorizations.filter((policy) => policy.selects(pod));
        const [denies, allows] = [selecting.filter(({ deny }) => deny), selecting.filter(({ deny }) => !deny)];
        return (port, identity) => {
            if (identity === undefined && isStrict(authentications, pod, port)) return false;
            if (denies.some((policy) => policy.matches(port, identity))) return false;
            return allows.length === 0 || allows.some((policy) => policy.matches(port, identity));
        };
    };
}

/** A pod's own rule wins over its namespace's, and that over the mesh's; only a pod's own rule can except ports. */
function isStrict(policies: readonly Manifest[], pod: Pod, port: number): boolean {
    const specs = policies.map((policy) => {
        const id = idOf(policy);
        const spec = only(object(policy["spec"], id), id, "selector", "mtls", "portLevelMtls");
        return { namespace: policy.metadata.namespace, selector: object(spec["selector"], id), spec, id };
    });
    const general = (namespace: string): string | undefined => {
        const found = specs.filter((one) => one.namespace === namespace && Object.keys(one.selector).length === 0);
        if (found.length > 1) throw new Error(`two PeerAuthentications of namespace ${namespace}`);
        return found[0] && modeOf(found[0].spec["mtls"]);
    };
    const own = specs.filter(
        ({ namespace, selector, id }) =>
            namespace !== ROOT &&
            namespace === pod.namespace &&
            Object.keys(selector).length > 0 &&
            selectorMatcher(selector, id)((key) => pod.labels[key]),
    );
    const [workload, ...more] = own;
    if (more.length > 0) throw new Error(`two PeerAuthentications select ${pod.name}`);
    const inherited = general(pod.namespace) ?? general(ROOT) ?? "PERMISSIVE";
    if (workload === undefined) return inherited === "STRICT";
    const stated = modeOf(workload.spec["mtls"]);
    const mode = stated ?? inherited;
    const exception = modeOf(object(workload.spec["portLevelMtls"], workload.id)[String(port)]);
    if (exception === undefined) return mode === "STRICT";
    // istiod does not count DISABLE as an exception of a rule that is only inherited.
    if (exception === "DISABLE" && stated === undefined) return mode === "STRICT";
    return exception === "STRICT";
}

/** Undefined for what is inherited. */
function modeOf(mtls: unknown): string | undefined {
    const mode = object(mtls, "mtls")["mode"] ?? "UNSET";
    return mode === "UNSET" ? undefined : String(mode);
}

interface Authorization {
    readonly deny: boolean;
    readonly selects: (pod: Pod) => boolean;
    readonly matches: (port: number, identity: string | undefined) => boolean;
}

function parse(policy: Manifest): Authorization {
    const id = idOf(policy);
    const spec = only(object(policy["spec"], id), id, "selector", "action", "rules");
    const { action = "ALLOW" } = spec;
    if (action !== "ALLOW" && action !== "DENY") throw new Error(`${id}: ztunnel knows no ${String(action)}`);
    const matches = selectorMatcher(only(object(spec["selector"], id), id, "matchLabels"), id);
    const rules = (list(spec["rules"], id) ?? []).map((rule) => object(rule, id));
    return {
        deny: action === "DENY",
        selects: (pod) =>
            (policy.metadata.namespace === ROOT || policy.metadata.namespace === pod.namespace) &&
            matches((key) => pod.labels[key]),
        matches: (port, identity) => rules.some((rule) => matchesRule(rule, port, identity, id)),
    };
}

/** A rule matches when one of its sources and one of its operations does; what it does not state is met. */
function matchesRule(rule: Json, port: number, identity: string | undefined, id: string): boolean {
    // Whatever else a rule can hold, ztunnel does not evaluate as it is written.
    only(rule, id, "from", "to");
    const sources = list(rule["from"], id)?.map((one) => object(only(object(one, id), id, "source")["source"], id));
    const operations = list(rule["to"], id)?.map((one) =>
        object(only(object(one, id), id, "operation")["operation"], id),
    );
    return (
        (sources ?? [{}]).some((source) => matchesSource(source, identity, id)) &&
        (operations ?? [{}]).some((operation) => matchesOperation(operation, port, id))
    );
}

function matchesSource(source: Json, identity: string | undefined, id: string): boolean {
    only(source, id, "principals", "notPrincipals", "namespaces", "notNamespaces");
    const namespace = identity === undefined ? undefined : /\/ns\/([^/]+)\//.exec(identity)?.[1];
    return (
        isAmong(texts(source["principals"], id), texts(source["notPrincipals"], id), identity) &&
        isAmong(texts(source["namespaces"], id), texts(source["notNamespaces"], id), namespace)
    );
}

function matchesOperation(operation: Json, port: number, id: string): boolean {
    only(operation, id, "ports", "notPorts");
    return isAmong(texts(operation["ports"], id), texts(operation["notPorts"], id), String(port));
}

function isAmong(
    wanted: readonly string[] | undefined,
    unwanted: readonly string[] | undefined,
    value: string | undefined,
): boolean {
    const hit = (pattern: string): boolean => value !== undefined && matchesText(pattern, value);
    return (wanted === undefined || wanted.some(hit)) && !(unwanted ?? []).some(hit);
}

/** A `*` at one end of a pattern stands for anything there; alone it stands for any text that is there at all. */
function matchesText(pattern: string, value: string): boolean {
    if (pattern === "*") return value !== "";
    if (pattern.endsWith("*")) return value.startsWith(pattern.slice(0, -1));
    if (pattern.startsWith("*")) return value.endsWith(pattern.slice(1));
    return pattern === value;
}
