import type { CustomObject } from "../../components/core/custom-object";
import { matches, type Attributes, type PolicySpec } from "./mesh-matching";
import { normalizedPath, type PathNormalization } from "./mesh-paths";
import { identify, type Carried, type JwtRule } from "./mesh-tokens";

/** Namespace whose objects hold for the whole mesh. */
const ROOT = "istio-system";

/** Everything that decides about a request, as it is in the cluster. */
export interface Mesh {
    /** PeerAuthentications, AuthorizationPolicies, RequestAuthentications and Gateways. */
    readonly objects: readonly CustomObject[];
    /** Labels of the namespaces, by name. */
    readonly namespaces: Readonly<Record<string, Readonly<Record<string, string>>>>;
    readonly pathNormalization: PathNormalization;
    /** Namespaces whose waypoint has no pod that runs. */
    readonly withoutWaypointPods?: readonly string[];
    /** Key sets by their URLs. */
    readonly remoteKeys?: Readonly<Record<string, string>>;
    /** Seconds since 1970. */
    readonly now: number;
}

/** A pod, or somebody outside the cluster. */
export type Source = { readonly namespace: string; readonly account: string } | "outside";

export interface Destination {
    readonly namespace: string;
    /** Labels of the pod. */
    readonly labels?: Readonly<Record<string, string>>;
    /** Port of the pod. */
    readonly port: number;
}

export interface MeshRequest extends Carried {
    readonly from: Source;
    readonly to: Destination;
    /** Whether the Service is called, or the pod's own address (as a NodePort does in the end). */
    readonly by: "service" | "address";
    /** With its query, if any. */
    readonly path: string;
    /** Default GET. */
    readonly method?: string;
}

/** What the caller sees: the application's answer, the waypoint's refusal, or no connection. */
export type MeshAnswer = 200 | 401 | 403 | "refused";

/** How the mesh answers a request. The application itself answers everything with 200. */
export function answer(mesh: Mesh, request: MeshRequest): MeshAnswer {
    const { from, to, by } = request;
    const principal = principalOf(mesh, from);
    // Only the mesh's own pods know of waypoints: their ztunnel dials them.
    const waypoint = by === "service" && principal !== undefined ? waypointFor(mesh, to.namespace) : undefined;
    if (waypoint === undefined) return arrives(mesh, to, principal) ? 200 : "refused";
    if (mesh.withoutWaypointPods?.includes(to.namespace) === true) return "refused";
    const status = atWaypoint(mesh, waypoint, request, principal);
    if (status !== 200) return status;
    return arrives(mesh, to, identity(to.namespace, waypoint)) ? 200 : "refused";
}

/** Whether a connection gets into a pod. What ztunnel does not carry, no policy of the mesh holds up. */
export function arrives(mesh: Mesh, to: Destination, principal: string | undefined): boolean {
    const { namespace, labels = {}, port } = to;
    if (!isEnrolled(mesh, namespace) || labels["istio.io/dataplane-mode"] === "none") return true;
    if (principal === undefined && isStrict(mesh, to)) return false;
    const attributes: Attributes = { port, ...(principal === undefined ? {} : { principal }) };
    const policies = mesh.objects.filter(
        ({ kind, metadata, spec }) =>
            kind === "AuthorizationPolicy" &&
            (metadata.namespace === namespace || metadata.namespace === ROOT) &&
            spec["targetRefs"] === undefined &&
            selects(spec, labels),
    );
    return admits(policies, attributes);
}

function isEnrolled(mesh: Mesh, namespace: string): boolean {
    return mesh.namespaces[namespace]?.["istio.io/dataplane-mode"] === "ambient";
}

function principalOf(mesh: Mesh, from: Source): string | undefined {
    return from !== "outside" && isEnrolled(mesh, from.namespace) ? identity(from.namespace, from.account) : undefined;
}

function identity(namespace: string, account: string): string {
    return `cluster.local/ns/${namespace}/sa/${account}`;
}

/** Name of the waypoint for a namespace's Services, if there is one: without its Gateway, ztunnel goes straight to pods. */
function waypointFor(mesh: Mesh, namespace: string): string | undefined {
    const wanted = mesh.namespaces[namespace]?.["istio.io/use-waypoint"];
    const gateway = mesh.objects.find(
        ({ kind, metadata, spec }) =>
            kind === "Gateway" &&
            metadata.namespace === namespace &&
            metadata.name === wanted &&
            spec["gatewayClassName"] === "istio-waypoint" &&
            ["service", "all"].includes(metadata.labels?.["istio.io/waypoint-for"] ?? "service"),
    );
    return gateway?.metadata.name;
}

function atWaypoint(mesh: Mesh, waypoint: string, request: MeshRequest, principal: string | undefined): MeshAnswer {
    const { to, path, method = "GET" } = request;
    // By reference only: a waypoint leaves objects with a selector, or with neither, to ztunnel.
    const of = (wanted: string): readonly CustomObject[] =>
        mesh.objects.filter(
            ({ kind, metadata, spec }) =>
                kind === wanted &&
                metadata.namespace === to.namespace &&
                ((spec as PolicySpec).targetRefs ?? []).some((ref) => ref.kind === "Gateway" && ref.name === waypoint),
        );
    const rules = of("RequestAuthentication").flatMap(({ spec }) => spec["jwtRules"] as readonly JwtRule[]);
    const identified = identify(rules, request, mesh.now, mesh.remoteKeys);
    if ("refused" in identified && identified.refused !== undefined) return identified.refused;
    const { claims } = identified;
    const attributes: Attributes = {
        port: to.port,
        http: {
            path: normalizedPath(path, mesh.pathNormalization),
            method,
            ...(claims === undefined ? {} : { claims }),
        },
        ...(principal === undefined ? {} : { principal }),
    };
    return admits(of("AuthorizationPolicy"), attributes) ? 200 : 403;
}

/** DENY first; then one ALLOW has to match, if there is any. */
function admits(policies: readonly CustomObject[], attributes: Attributes): boolean {
    const specs = policies.map(({ spec }): PolicySpec => spec);
    const denied = specs.some((spec) => spec.action === "DENY" && matches(spec, attributes));
    const allows = specs.filter(({ action = "ALLOW" }) => action === "ALLOW");
    return !denied && (allows.length === 0 || allows.some((spec) => matches(spec, attributes)));
}

function selects(spec: PolicySpec, labels: Readonly<Record<string, string>>): boolean {
    return Object.entries(spec.selector?.matchLabels ?? {}).every(([key, value]) => labels[key] === value);
}

interface PeerSpec extends PolicySpec {
    readonly mtls?: { readonly mode?: string };
    readonly portLevelMtls?: Readonly<Record<string, { readonly mode?: string }>>;
}

/** The narrowest rule that says something: of the port, the workload, the namespace, the mesh. */
function isStrict(mesh: Mesh, { namespace, labels = {}, port }: Destination): boolean {
    const all = mesh.objects
        .filter(({ kind }) => kind === "PeerAuthentication")
        .map(({ metadata, spec }) => ({ home: metadata.namespace, spec: spec as PeerSpec }));
    const general = (home: string): PeerSpec | undefined =>
        all.find((one) => one.home === home && one.spec.selector === undefined)?.spec;
    const own = all.find(
        ({ home, spec }) => home === namespace && spec.selector !== undefined && selects(spec, labels),
    )?.spec;
    const modes = [
        own?.portLevelMtls?.[String(port)]?.mode,
        own?.mtls?.mode,
        general(namespace)?.mtls?.mode,
        general(ROOT)?.mtls?.mode,
    ];
    return modes.find((mode) => mode !== undefined && mode !== "UNSET") === "STRICT";
}
