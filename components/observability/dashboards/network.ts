import { promql, promqlNow, stat, timeseries, type Row } from "./model";
import type { DashboardSpec } from "./render";

/** Who and whom, as Hubble's metrics name them; nodes and what is outside the cluster have no namespace. */
const PAIR = "source_namespace, destination_namespace";
const PAIR_LEGEND = "{{source_namespace}} → {{destination_namespace}}";

function state(): Row {
    const now = (title: string, expr: string, bad: { readonly badFrom?: number; readonly badBelow?: number } = {}) =>
        stat({ title, width: 4, ...bad, queries: [promqlNow(expr)] });
    return {
        title: "State",
        panels: [
            now("Agents that answer", 'count(up{job="cilium-agent"} == 1) or vector(0)', { badBelow: 1 }),
            now("Policies in force", "max(cilium_policy)", { badBelow: 1 }),
            now("Pods without policies yet", 'sum(cilium_endpoint_state{endpoint_state!="ready"}) or vector(0)', {
                badFrom: 1,
            }),
            now("Nodes out of reach", "max(cilium_unreachable_nodes) or vector(0)", { badFrom: 1 }),
            now("Failing tasks", "sum(cilium_controllers_failing) or vector(0)", { badFrom: 1 }),
            now("Flows lost to Hubble in 5 minutes", "sum(increase(hubble_lost_events_total[5m])) or vector(0)", {
                badFrom: 1,
            }),
        ],
    };
}

function policies(): Row {
    return {
        title: "Policies",
        panels: [
            timeseries({
                title: "Refused",
                description:
                    "A program wants what no policy allows, or a policy forgets it. " +
                    "hubble observe --verdict DROPPED has the pods.",
                width: 12,
                unit: "cps",
                queries: [
                    promql(
                        `sum by (${PAIR}, direction) (rate(hubble_policy_verdicts_total{action="dropped"}[$__rate_interval]))`,
                        `${PAIR_LEGEND} {{direction}}`,
                    ),
                ],
            }),
            timeseries({
                title: "Verdicts",
                description: "On connections, each once; match none is what no policy spoke of.",
                width: 12,
                unit: "cps",
                queries: [
                    promql(
                        "sum by (action, direction, match) (rate(hubble_policy_verdicts_total[$__rate_interval]))",
                        "{{action}} {{direction}} {{match}}",
                    ),
                ],
            }),
        ],
    };
}

function traffic(): Row {
    return {
        title: "Traffic",
        panels: [
            timeseries({
                title: "Flows",
                description: "What Hubble saw, by the namespaces that talk.",
                unit: "cps",
                queries: [
                    promql(
                        `sum by (${PAIR}, verdict) (rate(hubble_flows_processed_total[$__rate_interval]))`,
                        `${PAIR_LEGEND} {{verdict}}`,
                    ),
                ],
            }),
            timeseries({
                title: "Packets forwarded",
                unit: "pps",
                queries: [
                    promql(
                        "sum by (node, direction) (rate(cilium_forward_count_total[$__rate_interval]))",
                        "{{node}} {{direction}}",
                    ),
                ],
            }),
            timeseries({
                title: "Packets dropped",
                description: "By policy and for any other reason.",
                unit: "pps",
                queries: [
                    promql(
                        "sum by (node, reason, direction) (rate(cilium_drop_count_total[$__rate_interval]))",
                        "{{node}} {{reason}} {{direction}}",
                    ),
                ],
            }),
            timeseries({
                title: "Connections opened and refused",
                description: "SYN without SYN-ACK is nobody who answers, RST somebody who does not want to.",
                unit: "cps",
                queries: [promql("sum by (flag) (rate(hubble_tcp_flags_total[$__rate_interval]))", "{{flag}}")],
            }),
            timeseries({
                title: "Busiest ports",
                unit: "cps",
                queries: [
                    promql(
                        "topk(10, sum by (protocol, port) (rate(hubble_port_distribution_total[$__rate_interval])))",
                        "{{protocol}} {{port}}",
                    ),
                ],
            }),
            timeseries({
                title: "Drops by the pair",
                description: "As Hubble saw them, policies' refusals included.",
                unit: "cps",
                queries: [
                    promql(
                        `sum by (reason, ${PAIR}) (rate(hubble_drop_total[$__rate_interval]))`,
                        `${PAIR_LEGEND} {{reason}}`,
                    ),
                ],
            }),
        ],
    };
}

function dns(): Row {
    const rate = (metric: string): string => `rate(hubble_dns_${metric}[$__rate_interval])`;
    return {
        title: "DNS, where a policy looks into it",
        panels: [
            timeseries({
                title: "Questions",
                unit: "reqps",
                queries: [promql(`sum by (qtypes) (${rate("queries_total")})`, "{{qtypes}}")],
            }),
            timeseries({
                title: "Answers",
                unit: "reqps",
                queries: [promql(`sum by (rcode) (${rate("responses_total")})`, "{{rcode}}")],
            }),
            timeseries({
                title: "Refused",
                description: "Names that no policy lets a pod look up.",
                unit: "reqps",
                queries: [
                    promql('sum(rate(hubble_dns_queries_total{rcode="Policy denied"}[$__rate_interval]))', "questions"),
                ],
            }),
        ],
    };
}

function agents(): Row {
    return {
        title: "Cilium's agents",
        panels: [
            timeseries({
                title: "Policies brought into force",
                unit: "cps",
                queries: [
                    promql(
                        "sum by (node, outcome) (rate(cilium_endpoint_regenerations_total[$__rate_interval]))",
                        "{{node}} {{outcome}}",
                    ),
                ],
            }),
            timeseries({
                title: "Tables filled",
                unit: "percentunit",
                queries: [promql("max by (map_name) (cilium_bpf_map_pressure)", "{{map_name}}")],
            }),
            timeseries({
                title: "Errors and warnings in logs",
                unit: "cps",
                queries: [
                    promql(
                        "sum by (node, level, subsystem) (rate(cilium_errors_warnings_total[$__rate_interval]))",
                        "{{node}} {{level}} {{subsystem}}",
                    ),
                ],
            }),
        ],
    };
}

/** Who talks to whom, and what is refused. Needs layers prometheus and cilium. */
export const NETWORK: DashboardSpec = {
    uid: "hearth-network",
    title: "Network",
    description: "Cilium and Hubble: connections, verdicts of policies, drops and DNS.",
    rows: [state(), policies(), traffic(), dns(), agents()],
};
