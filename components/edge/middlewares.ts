import type { PlatformConfig } from "../config/schema";

/** Names of the middlewares; routes name them with namespace `edge`. */
export type MiddlewareName = "cors" | "rate-limit" | "retry" | "auth";

/** One object of kind `Middleware` (`traefik.io/v1alpha1`). */
export interface MiddlewareSpec {
    readonly name: MiddlewareName;
    readonly spec: Readonly<Record<string, unknown>>;
}

/** Methods that browsers of other origins may use. */
const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/** Request headers of browsers that speak JSON, Connect and gRPC-Web. */
const REQUEST_HEADERS = [
    "Authorization",
    "Content-Type",
    "Connect-Protocol-Version",
    "Connect-Timeout-Ms",
    "Grpc-Timeout",
    "Idempotency-Key",
    "X-Grpc-Web",
    "X-User-Agent",
    "Traceparent",
    "Tracestate",
];

/** Response headers that gRPC-Web clients must be able to read. */
const RESPONSE_HEADERS = ["Grpc-Status", "Grpc-Message", "Grpc-Status-Details-Bin"];

/** Seconds that a browser may remember a preflight's answer; 7200 is the most that Chromium honours. */
const PREFLIGHT_SECONDS = 7200;

/**
 * The middlewares that routes can name.
 *
 * `auth` exists only with an address to ask. A route that names it on a stack without one is not served: Traefik
 * drops the route, answers 404 and logs that `edge-auth@kubernetescrd` does not exist. That is on purpose: an
 * `auth` that let everything through would open what its route's author believes closed.
 */
export function middlewares(edge: PlatformConfig["edge"]): readonly MiddlewareSpec[] {
    const { corsOrigins, rateLimit, authAddress } = edge;
    const always: readonly MiddlewareSpec[] = [
        {
            name: "cors",
            spec: {
                headers: {
                    accessControlAllowMethods: METHODS,
                    accessControlAllowHeaders: REQUEST_HEADERS,
                    accessControlExposeHeaders: RESPONSE_HEADERS,
                    accessControlAllowOriginList: [...corsOrigins],
                    accessControlMaxAge: PREFLIGHT_SECONDS,
                    // Caches must not answer one origin with what was meant for another.
                    addVaryHeader: true,
                },
            },
        },
        {
            name: "rate-limit",
            spec: { rateLimit: { average: rateLimit.average, burst: rateLimit.burst, period: "1s" } },
        },
        // Retries only requests that no backend has answered, so that nothing is done twice.
        { name: "retry", spec: { retry: { attempts: 3, initialInterval: "100ms" } } },
    ];
    if (authAddress === undefined) return always;
    const auth: MiddlewareSpec = {
        name: "auth",
        spec: {
            forwardAuth: {
                address: authAddress,
                // X-Forwarded-* as a client sent them would let it claim another host or address.
                trustForwardHeader: false,
                authResponseHeaders: ["X-User-Id"],
            },
        },
    };
    return [...always, auth];
}
