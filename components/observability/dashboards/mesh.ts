import { namespaceName } from "../../config/namespaces";
import { hasLayer, type PlatformConfig } from "../../config/schema";
import { logql, logs, promql, promqlNow, stat, timeseries, type Row } from "./model";
import type { DashboardSpec } from "./render";
import { metricLabel } from "./variables";

/** Requests that a waypoint has seen, to the chosen namespaces. */
const CHOSEN = 'reporter="waypoint", destination_service_namespace=~"$namespace"';

const SERVICE = "destination_service_namespace, destination_service_name";
const SERVICE_LEGEND = "{{destination_service_namespace}}/{{destination_service_name}}";

const WORKLOADS = "source_workload_namespace, source_workload, destination_workload_namespace, destination_workload";
const WORKLOADS_LEGEND =
    "{{source_workload_namespace}}/{{source_workload}} → {{destination_workload_namespace}}/{{destination_workload}}";

/** Connections and requests of the mesh, and what it refuses. Needs layers prometheus and istio. */
export function mesh(settings: Pick<PlatformConfig, "layers">): DashboardSpec {
    return {
        uid: "hearth-mesh",
        title: "Mesh",
        description: "Istio ambient: connections at ztunnel, requests at waypoints, and istiod behind them.",
        variables: [metricLabel("namespace", "istio_requests_total", "destination_service_namespace")],
        rows: [state(), waypoints(), ztunnel(), ...(hasLayer(settings, "loki") ? [refusals()] : []), istiod()],
    };
}

function state(): Row {
    const answering = (title: string, job: string) =>
        stat({ title, width: 4, badBelow: 1, queries: [promqlNow(`count(up{job="${job}"} == 1) or vector(0)`)] });
    return {
        title: "State",
        panels: [
            answering("istiod", "istiod"),
            answering("ztunnels", "ztunnel"),
            answering("CNI agents", "istio-cni"),
            answering("Waypoints", "waypoint"),
            stat({
                title: "Pods in the mesh",
                width: 4,
                queries: [promqlNow("sum(workload_manager_active_proxy_count)")],
            }),
            stat({
                title: "Certificate authority ends in",
                width: 4,
                unit: "s",
                badBelow: 30 * 86_400,
                queries: [promqlNow("min(citadel_server_root_cert_expiry_seconds)")],
            }),
        ],
    };
}

function waypoints(): Row {
    const requests = (selector: string, by: string): string =>
        `sum by (${by}) (rate(istio_requests_total{${selector}}[$__rate_interval]))`;
    const quantile = (q: number): string =>
        `histogram_quantile(${q}, sum by (le, ${SERVICE}) ` +
        `(rate(istio_request_duration_milliseconds_bucket{${CHOSEN}}[$__rate_interval])))`;
    return {
        title: "Requests at waypoints",
        panels: [
            timeseries({
                title: "Requests",
                unit: "reqps",
                queries: [promql(requests(CHOSEN, `${SERVICE}, response_code`), `${SERVICE_LEGEND} {{response_code}}`)],
            }),
            timeseries({
                title: "Refused for their token",
                description: "401 is a token that is not valid, 403 none where one is needed, or one without the role.",
                unit: "reqps",
                queries: [
                    promql(
                        requests(`${CHOSEN}, response_code=~"401|403"`, `${SERVICE}, source_principal, response_code`),
                        `{{source_principal}} → ${SERVICE_LEGEND} {{response_code}}`,
                    ),
                ],
            }),
            timeseries({
                title: "Duration",
                unit: "ms",
                queries: [0.95, 0.5].map((q) => promql(quantile(q), `${SERVICE_LEGEND} ${q * 100} %`)),
            }),
        ],
    };
}

function ztunnel(): Row {
    const connections = (what: string, selector = ""): string =>
        `sum by (${WORKLOADS}) (rate(istio_tcp_connections_${what}_total${selector}[$__rate_interval]))`;
    // Both ends of a connection count it.
    const bytes = (what: string): string =>
        `sum by (${WORKLOADS}) (rate(istio_tcp_${what}_bytes_total{job="ztunnel", reporter="source"}[$__rate_interval]))`;
    return {
        title: "Connections at ztunnel",
        panels: [
            timeseries({
                title: "Opened",
                unit: "cps",
                queries: [promql(connections("opened", '{job="ztunnel", reporter="source"}'), WORKLOADS_LEGEND)],
            }),
            timeseries({
                title: "Failed",
                description: "DENY is a policy of the mesh, NETWORK_POLICY one below it, TLS_FAILURE a certificate.",
                unit: "cps",
                queries: [
                    promql(
                        `sum by (response_flags, ${WORKLOADS}) ` +
                            "(rate(istio_tcp_connections_failed_total[$__rate_interval]))",
                        `${WORKLOADS_LEGEND} {{response_flags}}`,
                    ),
                ],
            }),
            timeseries({
                title: "Without mutual TLS",
                description: "Connections from or to what is outside of the mesh.",
                unit: "cps",
                queries: [
                    promql(
                        connections("opened", '{job="ztunnel", connection_security_policy!="mutual_tls"}'),
                        WORKLOADS_LEGEND,
                    ),
                ],
            }),
            timeseries({ title: "Sent", unit: "Bps", queries: [promql(bytes("sent"), WORKLOADS_LEGEND)] }),
            timeseries({ title: "Received", unit: "Bps", queries: [promql(bytes("received"), WORKLOADS_LEGEND)] }),
            timeseries({
                title: "Pods that wait for ztunnel",
                unit: "short",
                queries: [promql("sum by (node) (workload_manager_pending_proxy_count)", "{{node}}")],
            }),
        ],
    };
}

/** ztunnel writes a line for each connection that ends, with both identities and what was wrong. */
function refusals(): Row {
    const query = `{k8s_namespace_name="${namespaceName("mesh")}"} |= "policy rejection"`;
    return {
        title: "Refused by ztunnel",
        panels: [logs({ title: "Connections", width: 24, height: 8, queries: [logql(query)] })],
    };
}

function istiod(): Row {
    return {
        title: "istiod",
        panels: [
            timeseries({
                title: "Pushes",
                unit: "cps",
                queries: [promql("sum by (type) (rate(pilot_xds_pushes[$__rate_interval]))", "{{type}}")],
            }),
            timeseries({
                title: "Time until a change is everywhere",
                unit: "s",
                queries: [0.99, 0.5].map((q) =>
                    promql(
                        `histogram_quantile(${q}, sum by (le) (rate(pilot_proxy_convergence_time_bucket[$__rate_interval])))`,
                        `${q * 100} %`,
                    ),
                ),
            }),
            timeseries({
                title: "Rejected by proxies",
                unit: "cps",
                queries: [promql("sum by (type) (rate(pilot_total_xds_rejects[$__rate_interval]))", "{{type}}")],
            }),
            timeseries({
                title: "Connected proxies",
                unit: "short",
                queries: [promql("sum by (version) (pilot_xds)", "{{version}}")],
            }),
            timeseries({
                title: "Certificates",
                unit: "cps",
                queries: [
                    promql("sum(rate(citadel_server_success_cert_issuance_count[$__rate_interval]))", "issued"),
                    promql("sum(rate(citadel_server_authentication_failure_count[$__rate_interval]))", "refused"),
                ],
            }),
            timeseries({
                title: "Fetches of the issuer's keys",
                unit: "cps",
                queries: ["success", "fail"].map((outcome) =>
                    promql(`sum(rate(pilot_jwks_resolver_network_fetch_${outcome}_total[$__rate_interval]))`, outcome),
                ),
            }),
        ],
    };
}
