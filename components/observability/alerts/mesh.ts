import type { PlatformConfig } from "../../config/schema";
import { whereKnown, type AlertRule } from "./model";

const DAY = 86_400;

/** What a waypoint has seen of requests; beside it, only clients and servers with a proxy of their own would count. */
const WAYPOINT = 'reporter="waypoint"';

const SERVICE = "destination_service_namespace, destination_service_name";

/** Rules about Istio that are the same on every stack. */
const FIXED: readonly AlertRule[] = [
    {
        name: "IstiodDown",
        layers: ["istio"],
        expr: 'absent(up{job="istiod"} == 1)',
        for: "5m",
        severity: "critical",
        summary: "istiod does not answer",
        description:
            "Traffic goes on with what proxies know; new pods get no certificate, changed policies reach nobody.",
    },
    {
        name: "ZtunnelDown",
        layers: ["istio"],
        expr: 'up{job="ztunnel"} == 0 or absent(up{job="ztunnel"})',
        for: "5m",
        severity: "critical",
        summary: `ztunnel${whereKnown("node", "on")} does not answer`,
        description: "Pods of the mesh on its node reach nobody, and nobody them. Look at DaemonSet ztunnel.",
    },
    {
        name: "IstioCniDown",
        layers: ["istio"],
        expr: 'up{job="istio-cni"} == 0 or absent(up{job="istio-cni"})',
        for: "5m",
        severity: "warning",
        summary: `Istio's CNI agent${whereKnown("node", "on")} does not answer`,
        description: "New pods of the mesh do not start on its node. Look at DaemonSet istio-cni-node.",
    },
    {
        name: "MeshConfigRejected",
        layers: ["istio"],
        expr: "sum by (type) (rate(pilot_total_xds_rejects[5m])) > 0",
        for: "5m",
        severity: "warning",
        summary: "Proxies reject what istiod sends ({{ $labels.type }})",
        description: "They go on with what they had: a changed policy is not in force. istiod's log says what and why.",
    },
    {
        name: "TokenKeysUnreachable",
        layers: ["istio"],
        expr: "sum(rate(pilot_jwks_resolver_network_fetch_fail_total[10m])) > 0",
        for: "10m",
        severity: "warning",
        summary: "istiod cannot fetch the public keys of the tokens' issuer",
        description: "Tokens that are signed with a newer key are refused. Look at the issuer, and at istiod's log.",
    },
    {
        name: "MeshAuthorityExpiring",
        layers: ["istio"],
        expr:
            `min(citadel_server_root_cert_expiry_seconds) < ${30 * DAY} ` +
            `or min(citadel_server_cert_chain_expiry_seconds) < ${30 * DAY}`,
        for: "5m",
        severity: "critical",
        summary: "The mesh's certificate authority ends in {{ $value | humanizeDuration }}",
        description: "After that no pod of the mesh talks to another. Renew Secret istio-ca-secret in istio-system.",
    },
    {
        name: "WaypointCertificateNotRenewed",
        layers: ["istio"],
        // Certificates live for a day, and are renewed at half of it.
        expr: "min by (namespace, pod) (istio_agent_cert_expiry_seconds) < 3600",
        for: "5m",
        severity: "critical",
        summary: "The certificate of waypoint {{ $labels.namespace }}/{{ $labels.pod }} ends within the hour",
        description: "It should have been renewed long ago: the waypoint cannot reach istiod, or istiod refuses it.",
    },
    {
        name: "MeshPolicyRefuses",
        layers: ["istio"],
        expr:
            "sum by (source_workload_namespace, source_workload, destination_workload_namespace, destination_workload) " +
            '(rate(istio_tcp_connections_failed_total{response_flags="DENY"}[5m])) > 0.1',
        for: "15m",
        severity: "warning",
        summary:
            "The mesh refuses {{ $labels.source_workload_namespace }}/{{ $labels.source_workload }} at " +
            "{{ $labels.destination_workload_namespace }}/{{ $labels.destination_workload }}",
        description: "A program wants what no policy allows, all the time. ztunnel's log names policy and identities.",
    },
    {
        name: "HighErrorRateAtWaypoint",
        layers: ["istio"],
        // A share of few requests says little: below one in ten seconds nothing is said.
        expr:
            `sum by (${SERVICE}) (rate(istio_requests_total{${WAYPOINT}, response_code=~"5.."}[5m])) ` +
            `/ sum by (${SERVICE}) (rate(istio_requests_total{${WAYPOINT}}[5m])) > 0.05 ` +
            `and sum by (${SERVICE}) (rate(istio_requests_total{${WAYPOINT}}[5m])) > 0.1`,
        for: "5m",
        severity: "warning",
        summary:
            "{{ $value | humanizePercentage }} of requests to " +
            "{{ $labels.destination_service_namespace }}/{{ $labels.destination_service_name }} fail",
        description:
            "Its waypoint answers with 5xx. Dashboard Mesh shows whether the service or the way to it is wrong.",
    },
];

/** Rules about Istio: the fixed ones, and one that names every namespace that must have a waypoint. */
export function meshAlerts({
    applicationNamespaces,
}: Pick<PlatformConfig, "applicationNamespaces">): readonly AlertRule[] {
    if (applicationNamespaces.length === 0) return FIXED;
    return [...FIXED, waypointDown(applicationNamespaces)];
}

function waypointDown(namespaces: readonly string[]): AlertRule {
    // One that was never made has no series. `absent` tells the namespace of a plain selector only, not of a comparison.
    const absent = namespaces.map((name) => `absent(up{job="waypoint", namespace="${name}"})`);
    return {
        name: "WaypointDown",
        layers: ["istio"],
        expr: ['up{job="waypoint"} == 0', ...absent].join(" or "),
        for: "5m",
        severity: "critical",
        summary: "The waypoint of namespace {{ $labels.namespace }} does not answer",
        description:
            "Requests to its Services fail: without the waypoint nobody checks tokens, so pods admit nobody. " +
            "kubectl get gateway in the namespace shows its state.",
    };
}
