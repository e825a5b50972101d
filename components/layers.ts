import type * as pulumi from "@pulumi/pulumi";
import { ApplicationAccess } from "./access/application-access";
import { clusterIssuer } from "./access/cluster-keys";
import { oidcIssuer } from "./access/issuer";
import { Users } from "./access/users";
import type { Cluster } from "./cluster/cluster";
import { hasLayer, type PlatformConfig } from "./config/schema";
import type { Rollout } from "./core/rollout";
import { PostgreSql } from "./database/postgresql";
import { Traefik } from "./edge/traefik";
import { Applications } from "./delivery/applications";
import type { Application } from "./delivery/tree";
import { Policies } from "./flows/policies";
import { GatewayApi } from "./gateway-api/gateway-api";
import { ArgoCd } from "./gitops/argocd";
import { GitServer } from "./gitops/git-server";
import { meshLabels } from "./mesh/enrolment";
import { Istio } from "./mesh/istio";
import { MeshPolicy } from "./mesh/mesh-policy";
import { Waypoint } from "./mesh/waypoint";
import { Namespaces } from "./namespaces/namespaces";
import { Cilium } from "./network/cilium";
import { Collector } from "./observability/collector";
import { Grafana } from "./observability/grafana";
import { Loki } from "./observability/loki";
import { Prometheus } from "./observability/prometheus";
import { Tempo } from "./observability/tempo";
import { Readiness } from "./readiness/readiness";
import { Credentials } from "./secrets/credentials";
import { secretsFileAt } from "./secrets/file";
import { Garage } from "./storage/garage";

export interface LayersArgs {
    readonly config: PlatformConfig;
    readonly cluster: Cluster;
    /** What Pulumi applies of the rendered tree, where there is no Argo CD. */
    readonly applications: readonly Application[];
}

/** What every layer is given. */
interface Surroundings {
    readonly config: PlatformConfig;
    readonly cluster: Cluster;
    readonly serviceType: Cluster["serviceType"];
    readonly namespaces: Namespaces;
    readonly credentials: Credentials;
}

/**
 * Everything that stands in a stack's cluster: namespaces, credentials, the layers that are on, in the order that their
 * true needs make, and at the end one gate that waits for all pods at once.
 */
export function makeLayers({ config, cluster, applications }: LayersArgs, parent: pulumi.Resource): Credentials {
    // All that is in the cluster goes with it: destroy deletes a cluster, not its objects one by one.
    const inCluster: pulumi.ComponentResourceOptions = {
        parent,
        providers: [cluster.provider],
        ...(cluster.identity === undefined ? {} : { deletedWith: cluster.identity }),
    };
    const namespaces = new Namespaces(
        "namespaces",
        { config, labels: (namespace) => meshLabels(namespace, config) },
        inCluster,
    );
    const file = secretsFileAt(config.secretsFile);
    const credentials = new Credentials(
        "credentials",
        {
            config,
            namespaces,
            provider: cluster.provider,
            ...(file === undefined ? {} : { file }),
            ...(cluster.identity === undefined ? {} : { clusterIdentity: cluster.identity }),
        },
        { parent },
    );
    const surroundings = { config, cluster, serviceType: cluster.serviceType, namespaces, credentials };
    const { rollouts, waypoints, before } = makeWorkloads(surroundings, inCluster);
    // Argo CD has the tree from git; no object has two owners.
    const owned = hasLayer(config, "argocd") ? [] : applications;
    const applied = owned.length === 0 ? [] : [deliver(owned, before, surroundings, inCluster)];
    new Readiness(
        "readiness",
        {
            config,
            cluster,
            after: rollouts.map(({ resource }) => resource),
            generations: [...rollouts.map(({ generation }) => generation), ...applied],
            expected: waypoints.map(({ namespace, name }) => ({ namespace, name, maker: "istiod" })),
        },
        inCluster,
    );
    return credentials;
}

/** What the gate watches: what the program makes, and what programs in the cluster make of it. */
interface Made {
    readonly rollouts: readonly Rollout[];
    readonly waypoints: readonly Waypoint[];
    /** What is there before applications are: policies, and the kinds of their routes. */
    readonly before: readonly pulumi.Resource[];
}

/** The applications by Pulumi. @returns what changes with them, once they are there */
function deliver(
    applications: readonly Application[],
    before: readonly pulumi.Resource[],
    { config, namespaces }: Surroundings,
    opts: pulumi.ComponentResourceOptions,
): Promise<string> {
    const homes = config.applicationNamespaces.map((namespace) => namespaces.of(`application-${namespace}`));
    return new Applications("applications", { applications, after: [...homes, ...before] }, opts).applied;
}

/** The layers that are on. */
function makeWorkloads(args: Surroundings, opts: pulumi.ComponentResourceOptions): Made {
    const { config } = args;
    // First, since nothing that needs the network starts before it.
    const cilium = hasLayer(config, "cilium") ? new Cilium("cilium", args, opts) : undefined;
    // Then what takes longest: what is registered first begins first (make bench prints the critical path).
    const prometheus = hasLayer(config, "prometheus") ? [new Prometheus("prometheus", args, opts)] : [];
    const mesh = makeMesh(args, opts);
    const garage = hasLayer(config, "garage") ? new Garage("garage", args, opts) : undefined;
    // The gate of the settings lets neither on without Garage.
    const stores = garage === undefined ? [] : storeLayers({ ...args, garage }, opts);
    const after = { ...(cilium && { cilium: cilium.crds }), ...(mesh.istio && { istio: mesh.istio.kinds }) };
    const policies = new Policies("policies", { ...args, after }, opts);
    const rest = [
        ...(garage === undefined ? [] : [garage]),
        ...stores,
        ...(hasLayer(config, "postgresql") ? [new PostgreSql("postgresql", args, opts)] : []),
        ...mesh.edge,
        ...(hasLayer(config, "grafana") ? [new Grafana("grafana", args, opts)] : []),
        ...(hasLayer(config, "otel-collector") ? [new Collector("collector", args, opts)] : []),
        ...(hasLayer(config, "argocd") ? [new ArgoCd("argocd", { ...args, kinds: mesh.kinds }, opts)] : []),
        ...(hasLayer(config, "git-server") ? [new GitServer("git-server", args, opts)] : []),
    ];
    const rollouts = [
        ...(cilium === undefined ? [] : [cilium.rollout]),
        ...[...prometheus, ...rest].map(({ rollout }) => rollout),
        ...(mesh.istio?.rollouts ?? []),
    ];
    return { rollouts, waypoints: mesh.waypoints, before: [policies, ...mesh.kinds] };
}

/** The ways into the applications, and what they share: the kinds of Gateway API. */
interface Mesh {
    readonly edge: readonly Traefik[];
    readonly istio: Istio | undefined;
    readonly waypoints: readonly Waypoint[];
    /** What brings the kinds of routes that applications may use. */
    readonly kinds: readonly pulumi.Resource[];
}

function makeMesh(args: Surroundings, opts: pulumi.ComponentResourceOptions): Mesh {
    const { config } = args;
    if (!hasLayer(config, "traefik") && !hasLayer(config, "istio")) {
        return { edge: [], istio: undefined, waypoints: [], kinds: [] };
    }
    const gatewayApi = new GatewayApi("gateway-api", args, opts);
    const edge = hasLayer(config, "traefik") ? [new Traefik("traefik", { ...args, gatewayApi }, opts)] : [];
    const istio = hasLayer(config, "istio") ? new Istio("istio", { ...args, gatewayApi }, opts) : undefined;
    const waypoints = istio === undefined ? [] : guardApplications({ ...args, gatewayApi, istio }, opts);
    return { edge, istio, waypoints, kinds: [gatewayApi.crds, ...edge.map(({ crds }) => crds)] };
}

/** Mutual TLS for all of the mesh, and tokens at a waypoint before the applications of each namespace. @returns those */
function guardApplications(
    args: Surroundings & { readonly gatewayApi: GatewayApi; readonly istio: Istio },
    opts: pulumi.ComponentResourceOptions,
): readonly Waypoint[] {
    const { config, cluster, istio, namespaces } = args;
    const { access, applicationNamespaces } = config;
    new MeshPolicy("mesh-policy", args, opts);
    new Users("users", { access, namespaces }, opts);
    const issuer = access.issuer.kind === "oidc" ? oidcIssuer(access.issuer) : clusterIssuer(cluster.kubeconfig);
    return applicationNamespaces.map((namespace) => {
        const waypoint = new Waypoint(`waypoint-${namespace}`, { ...args, namespace }, opts);
        new ApplicationAccess(
            `access-${namespace}`,
            { access, issuer, waypoint, namespaces, kinds: istio.kinds },
            opts,
        );
        return waypoint;
    });
}

/** Layers that keep their data in Garage. */
function storeLayers(
    args: Surroundings & { readonly garage: Garage },
    opts: pulumi.ComponentResourceOptions,
): readonly { readonly rollout: Rollout }[] {
    return [
        ...(hasLayer(args.config, "loki") ? [new Loki("loki", args, opts)] : []),
        ...(hasLayer(args.config, "tempo") ? [new Tempo("tempo", args, opts)] : []),
    ];
}
