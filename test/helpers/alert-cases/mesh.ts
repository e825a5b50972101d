import type { CasesByAlert } from "./model";

const REFUSED =
    'source_workload_namespace="shop", source_workload="web", destination_workload_namespace="database", destination_workload="postgresql"';
const SERVICE = 'reporter="waypoint", destination_service_namespace="apps", destination_service_name="web"';

/** Situations of the alerts about Istio, on a stack whose one namespace of applications is `apps`. */
export const MESH_CASES: CasesByAlert = {
    IstiodDown: {
        fires: [{ series: { 'up{job="istiod"}': "0x9" }, minute: 6, labels: {}, summary: "istiod does not answer" }],
        silent: [{ series: { 'up{job="istiod", pod="a"}': "0x9", 'up{job="istiod", pod="b"}': "1x9" }, minute: 6 }],
    },
    ZtunnelDown: {
        fires: [
            {
                series: { 'up{job="ztunnel", node="worker"}': "0x9" },
                minute: 6,
                labels: { job: "ztunnel", node: "worker" },
                summary: "ztunnel on worker does not answer",
            },
            { series: {}, minute: 6, labels: { job: "ztunnel" }, summary: "ztunnel does not answer" },
        ],
        silent: [{ series: { 'up{job="ztunnel", node="worker"}': "0x3 1x9" }, minute: 8 }],
    },
    IstioCniDown: {
        fires: [
            {
                series: { 'up{job="istio-cni", node="worker"}': "0x9" },
                minute: 6,
                labels: { job: "istio-cni", node: "worker" },
                summary: "Istio's CNI agent on worker does not answer",
            },
            { series: {}, minute: 6, labels: { job: "istio-cni" }, summary: "Istio's CNI agent does not answer" },
        ],
        silent: [{ series: { 'up{job="istio-cni", node="worker"}': "0x3 1x9" }, minute: 8 }],
    },
    MeshConfigRejected: {
        fires: [
            {
                series: { 'pilot_total_xds_rejects{type="cds"}': "0+1x19" },
                minute: 8,
                labels: { type: "cds" },
                summary: "Proxies reject what istiod sends (cds)",
            },
        ],
        silent: [{ series: { 'pilot_total_xds_rejects{type="cds"}': "4x19" }, minute: 8 }],
    },
    TokenKeysUnreachable: {
        fires: [
            {
                series: { 'pilot_jwks_resolver_network_fetch_fail_total{pod="istiod"}': "0+1x19" },
                minute: 13,
                labels: {},
                summary: "istiod cannot fetch the public keys of the tokens' issuer",
            },
        ],
        silent: [{ series: { 'pilot_jwks_resolver_network_fetch_fail_total{pod="istiod"}': "2x19" }, minute: 13 }],
    },
    MeshAuthorityExpiring: {
        fires: [
            {
                series: { citadel_server_root_cert_expiry_seconds: "86400x9" },
                minute: 6,
                labels: {},
                summary: "The mesh's certificate authority ends in 1d 0h 0m 0s",
            },
            {
                series: {
                    citadel_server_root_cert_expiry_seconds: "100000000x9",
                    citadel_server_cert_chain_expiry_seconds: "3600x9",
                },
                minute: 6,
                labels: {},
                summary: "The mesh's certificate authority ends in 1h 0m 0s",
            },
        ],
        silent: [
            {
                series: {
                    citadel_server_root_cert_expiry_seconds: "100000000x9",
                    citadel_server_cert_chain_expiry_seconds: "3000000x9",
                },
                minute: 6,
            },
        ],
    },
    WaypointCertificateNotRenewed: {
        fires: [
            {
                series: { 'istio_agent_cert_expiry_seconds{namespace="apps", pod="waypoint-1"}': "1800x9" },
                minute: 6,
                labels: { namespace: "apps", pod: "waypoint-1" },
                summary: "The certificate of waypoint apps/waypoint-1 ends within the hour",
            },
        ],
        silent: [
            { series: { 'istio_agent_cert_expiry_seconds{namespace="apps", pod="waypoint-1"}': "43200x9" }, minute: 6 },
        ],
    },
    MeshPolicyRefuses: {
        fires: [
            {
                series: { [`istio_tcp_connections_failed_total{response_flags="DENY", ${REFUSED}}`]: "0+60x24" },
                minute: 18,
                labels: {
                    source_workload_namespace: "shop",
                    source_workload: "web",
                    destination_workload_namespace: "database",
                    destination_workload: "postgresql",
                },
                summary: "The mesh refuses shop/web at database/postgresql",
            },
        ],
        silent: [
            {
                series: {
                    [`istio_tcp_connections_failed_total{response_flags="CONNECT", ${REFUSED}}`]: "0+60x24",
                    [`istio_tcp_connections_failed_total{response_flags="DENY", ${REFUSED}}`]: "0+3x24",
                },
                minute: 18,
            },
        ],
    },
    HighErrorRateAtWaypoint: {
        fires: [
            {
                series: {
                    [`istio_requests_total{response_code="503", ${SERVICE}}`]: "0+15x19",
                    [`istio_requests_total{response_code="200", ${SERVICE}}`]: "0+45x19",
                },
                minute: 8,
                labels: { destination_service_namespace: "apps", destination_service_name: "web" },
                summary: "25% of requests to apps/web fail",
            },
        ],
        silent: [
            {
                series: {
                    [`istio_requests_total{response_code="403", ${SERVICE}}`]: "0+45x19",
                    [`istio_requests_total{response_code="503", ${SERVICE}}`]: "0+2x19",
                },
                minute: 8,
            },
        ],
    },
    WaypointDown: {
        fires: [
            {
                series: { 'up{job="waypoint", namespace="apps", pod="waypoint-1"}': "0x9" },
                minute: 6,
                labels: { job: "waypoint", namespace: "apps", pod: "waypoint-1" },
                summary: "The waypoint of namespace apps does not answer",
            },
            {
                series: { 'up{job="waypoint", namespace="other"}': "1x9" },
                minute: 6,
                labels: { job: "waypoint", namespace: "apps" },
                summary: "The waypoint of namespace apps does not answer",
            },
        ],
        silent: [{ series: { 'up{job="waypoint", namespace="apps"}': "0x3 1x9" }, minute: 8 }],
    },
};
