import { namespaceName } from "../config/namespaces";
import type { PlatformConfig } from "../config/schema";
import type { CustomObject } from "../core/custom-object";
import { labels } from "../core/labels";

/** Port of Traefik's container for HTTP. A listener names this one, and not the Service's 80: Traefik goes by it. */
export const WEB_PORT = 8000;

/** Name of the Gateway that HTTPRoutes and GRPCRoutes of applications name as their parent, in namespace `edge`. */
export const GATEWAY = "edge";

/** Name of the listener, for routes that name one (`sectionName`). */
export const LISTENER = "web";

/** The class of gateways that Hearth's Traefik serves. */
export const GATEWAY_CLASS = "traefik";

/** What Traefik calls itself in a GatewayClass; not a matter of choice. */
const CONTROLLER = "traefik.io/gateway-controller";

/** By this label Traefik finds its class, so that another one's class and gateways are left to that one. */
export const CLASS_SELECTOR = "app.kubernetes.io/part-of=hearth";

/** Label that Kubernetes gives every namespace, with the name as value; nobody can give it to another. */
const NAMESPACE_NAME = "kubernetes.io/metadata.name";

/** The class of gateways; it belongs to the whole cluster. */
export function gatewayClass(): CustomObject {
    return {
        apiVersion: "gateway.networking.k8s.io/v1",
        kind: "GatewayClass",
        metadata: { name: GATEWAY_CLASS, labels: labels(GATEWAY_CLASS, "gateway-class") },
        spec: { controllerName: CONTROLLER },
    };
}

/**
 * The gateway of the edge: one HTTP listener, which takes routes of the applications' namespaces. Gateway API's own
 * default would be its own namespace only, and the chart's example every namespace.
 */
export function gateway({ applicationNamespaces }: Pick<PlatformConfig, "applicationNamespaces">): CustomObject {
    return {
        apiVersion: "gateway.networking.k8s.io/v1",
        kind: "Gateway",
        metadata: { name: GATEWAY, namespace: namespaceName("edge"), labels: labels(GATEWAY, "gateway") },
        spec: {
            gatewayClassName: GATEWAY_CLASS,
            listeners: [
                {
                    name: LISTENER,
                    port: WEB_PORT,
                    protocol: "HTTP",
                    allowedRoutes: { namespaces: routesFrom(applicationNamespaces) },
                },
            ],
        },
    };
}

function routesFrom(namespaces: readonly string[]): Readonly<Record<string, unknown>> {
    // An empty list of values is no valid selector.
    if (namespaces.length === 0) return { from: "Same" };
    const names = { key: NAMESPACE_NAME, operator: "In", values: [...namespaces] };
    return { from: "Selector", selector: { matchExpressions: [names] } };
}
