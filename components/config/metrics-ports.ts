/** Ports where Prometheus finds metrics of Cilium's programs; the first and the last are of the same pods. */
export const CILIUM_METRICS = {
    agent: 9962,
    operator: 9963,
    hubble: 9965,
} as const;

/** The same of Istio's, as its charts and the waypoints' template have them. */
export const ISTIO_METRICS = {
    istiod: 15014,
    cni: 15014,
    ztunnel: 15020,
    waypoint: 15020,
} as const;

/** The same of Argo CD's. */
export const ARGOCD_METRICS = {
    controller: 8082,
    server: 8083,
    repoServer: 8084,
    applicationSet: 8080,
} as const;
