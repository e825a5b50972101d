import type * as pulumi from "@pulumi/pulumi";
import { parseImage, resolveImage } from "../config/images";
import { ARGOCD_METRICS } from "../config/metrics-ports";
import { portOf, urlOf, type PortId } from "../config/ports";
import type { PlatformConfig, ServiceType } from "../config/schema";
import { pinnedImage } from "../config/versions";
import { checksum } from "../core/hash";
import { resources } from "../core/quantity";
import type { Values } from "../core/release";
import { RESTRICTED_CONTAINER, restrictedPod } from "../core/security";
import { CHILD_KINDS, MANAGED_KINDS, REFUSED_KINDS } from "../config/application-kinds";
import { CONTROLLER, IN_CLUSTER, NAMESPACE, SERVER, USER } from "./identities";

/** The slice of stack config that decides how Argo CD runs. */
export type ArgoCdSettings = Pick<PlatformConfig, "applicationNamespaces" | "cluster" | "images" | "ports">;

/** What Argo CD needs beside the settings. */
export interface ArgoCdConnections {
    readonly serviceType: ServiceType;
    /** Changes with the password of Redis: pods read it when they start. */
    readonly redisChecksum: pulumi.Input<string>;
}

/** The chart waits ten seconds before it asks; all of them answer within two. */
const SOON_READY = { initialDelaySeconds: 1, periodSeconds: 2, failureThreshold: 5 };

/** Values for the chart `argo-cd`. */
export function argocdValues(settings: ArgoCdSettings, { serviceType, redisChecksum }: ArgoCdConnections): Values {
    const secret = { "hearth.dev/secret": redisChecksum };
    return {
        global: {
            image: chartImage("argocd", settings.images),
            // Only for links that Argo CD writes about itself.
            domain: personalDomain(settings),
            logging: { format: "json", level: "info" },
            securityContext: restrictedPod(USER),
            // Signatures of commits are asked for by no project; with it, each start draws a key first.
            env: [{ name: "ARGOCD_GPG_ENABLED", value: "false" }],
            // Policies of the network are made from the flows, for all of the platform.
            networkPolicy: { create: false },
        },
        // Users' Applications die with their kinds.
        crds: { install: true, keep: true },
        // Instead of the chart's, which may do everything everywhere: Roles in the namespaces of the applications.
        createClusterRoles: false,
        configs: {
            cm: configuration(),
            params: parameters(),
            // Whom nothing else is said of may do nothing. The administrator's role is built in.
            rbac: { "policy.default": "" },
            // Made by the platform, beforehand: the hash of the password, and the key of sessions.
            secret: { createSecret: false },
            clusterCredentials: { "in-cluster": ownCluster(settings) },
        },
        server: {
            replicas: 1,
            service: { type: serviceType, ...nodePorts(serviceType) },
            serviceAccount: { name: SERVER },
            podAnnotations: { ...scraped("server"), ...secret },
            readinessProbe: SOON_READY,
            containerSecurityContext: RESTRICTED_CONTAINER,
            resources: resources("20m", "64Mi", "256Mi"),
        },
        controller: {
            replicas: 1,
            serviceAccount: { name: CONTROLLER },
            // It learns which kinds it may watch when it starts.
            podAnnotations: { ...scraped("controller"), ...secret, "hearth.dev/kinds": kindsChecksum() },
            readinessProbe: SOON_READY,
            containerSecurityContext: RESTRICTED_CONTAINER,
            resources: resources("50m", "192Mi", "768Mi"),
        },
        repoServer: {
            replicas: 1,
            // It never asks the API server, and it runs what comes from repositories through templates.
            automountServiceAccountToken: false,
            serviceAccount: { create: true, automountServiceAccountToken: false },
            podAnnotations: { ...scraped("repoServer"), ...secret },
            readinessProbe: SOON_READY,
            containerSecurityContext: RESTRICTED_CONTAINER,
            resources: resources("20m", "96Mi", "512Mi"),
        },
        applicationSet: {
            replicas: 1,
            podAnnotations: scraped("applicationSet"),
            readinessProbe: { enabled: true, ...SOON_READY },
            containerSecurityContext: RESTRICTED_CONTAINER,
            resources: resources("10m", "48Mi", "192Mi"),
        },
        redis: {
            image: chartImage("argocd-redis", settings.images),
            // A cache that is full forgets; by itself it would grow until it is killed.
            extraArgs: ["--maxmemory", "96mb", "--maxmemory-policy", "allkeys-lru"],
            serviceAccount: { create: true, automountServiceAccountToken: false },
            automountServiceAccountToken: false,
            podAnnotations: secret,
            readinessProbe: { enabled: true, initialDelaySeconds: 1, periodSeconds: 5, timeoutSeconds: 3 },
            securityContext: restrictedPod(USER),
            containerSecurityContext: RESTRICTED_CONTAINER,
            resources: resources("10m", "16Mi", "128Mi"),
        },
        // A hook that would draw the password of Redis, which is there already.
        redisSecretInit: { enabled: false },
        dex: { enabled: false },
        notifications: { enabled: false },
        commitServer: { enabled: false },
    };
}

/** `argocd-cm`. Nothing in it makes Argo CD call anybody but the repository. */
function configuration(): Values {
    return {
        "admin.enabled": true,
        "users.anonymous.enabled": false,
        "exec.enabled": false,
        "statusbadge.enabled": false,
        "timeout.reconciliation": "60s",
        "timeout.reconciliation.jitter": "10s",
        // Kinds that the Roles do not let it see are left out, instead of being an error of the whole cluster.
        "resource.respectRBAC": "normal",
    };
}

/** `argocd-cmd-params-cm`. */
function parameters(): Values {
    return {
        // TLS and plain HTTP share one port of the server: it tells them apart by a connection's first bytes. With TLS
        // on, plain requests are sent on to https at the host and port that they came to, so that both NodePorts lead
        // to the page, whatever their numbers are on the host, and no password crosses in the clear. With TLS off,
        // both would speak HTTP. The certificate is the server's own, made at its first start and kept in
        // argocd-secret; a Secret argocd-server-tls (kubernetes.io/tls) of the user's goes before it.
        "server.insecure": false,
        // What the API server would make of an object is compared, defaults included, as it is applied.
        "controller.diff.server.side": true,
        // A commit that cannot be read is told of at the second look, and not after three minutes.
        "controller.repo.error.grace.period.seconds": 0,
        // Submodules and SCM providers would bring in what the project's one repository does not have.
        "reposerver.enable.git.submodule": false,
        "applicationsetcontroller.enable.git.submodule": false,
        "applicationsetcontroller.enable.scm.providers": false,
        // Rolling syncs switch automated sync off, and with it the healing of changes by hand.
        "applicationsetcontroller.enable.progressive.syncs": false,
    };
}

/**
 * How Argo CD sees the cluster that it runs in: only the namespaces of the applications, and no object of the whole
 * cluster. It needs no credentials, since its pods have their own. An empty list would mean all namespaces.
 */
function ownCluster({ applicationNamespaces }: Pick<ArgoCdSettings, "applicationNamespaces">): Values {
    const namespaces = applicationNamespaces.length === 0 ? [NAMESPACE] : applicationNamespaces;
    return {
        server: IN_CLUSTER,
        namespaces: namespaces.join(","),
        config: { tlsClientConfig: { insecure: false } },
    };
}

/** The chart always knows two NodePorts, which it uses where the type is NodePort. */
function nodePorts(serviceType: ServiceType): Values {
    if (serviceType !== "NodePort") return {};
    return { nodePortHttp: portOf("argocd-http").nodePort, nodePortHttps: portOf("argocd-https").nodePort };
}

/** Host and port by which a person reaches the page; on a cluster of somebody else's only the Service's name is known. */
function personalDomain({ cluster, ports }: Pick<ArgoCdSettings, "cluster" | "ports">): string {
    const id: PortId = "argocd-https";
    const port = ports.find((row) => row.id === id);
    const known = cluster.provider !== "existing" && port !== undefined;
    return known ? new URL(urlOf(port)).host : `${portOf(id).service.name}.${NAMESPACE}.svc`;
}

/** Annotations of pods by which Prometheus finds them. */
function scraped(part: keyof typeof ARGOCD_METRICS): Values {
    return { "prometheus.io/scrape": "true", "prometheus.io/port": String(ARGOCD_METRICS[part]) };
}

function kindsChecksum(): string {
    return checksum([MANAGED_KINDS, CHILD_KINDS, REFUSED_KINDS]);
}

/** The chart joins `repository:tag`, so that a digest has to ride on the tag. */
function chartImage(id: "argocd" | "argocd-redis", images: ArgoCdSettings["images"]): Values {
    const { registry, repository, tag, digest } = resolveImage(id, images);
    // An override may have nothing but a digest.
    const version = tag ?? parseImage(pinnedImage(id))?.tag ?? "pinned";
    return {
        repository: `${registry}/${repository}`,
        tag: digest === undefined ? version : `${version}@${digest}`,
    };
}
