/** Name of every waypoint; istiod gives its Deployment, Service and ServiceAccount the same. */
export const WAYPOINT = "waypoint";

/** Port on which waypoints and ztunnel take tunnelled traffic (HBONE). */
export const HBONE_PORT = 15008;

/** Trust domain of the mesh, the first part of every identity in it. */
const TRUST_DOMAIN = "cluster.local";

/**
 * Identity of a ServiceAccount's pods in the mesh, as policies write it: `cluster.local/ns/apps/sa/waypoint`.
 * @param account `*` for every ServiceAccount of the namespace
 */
export function meshPrincipal(namespace: string, account: string): string {
    return `${TRUST_DOMAIN}/ns/${namespace}/sa/${account}`;
}
