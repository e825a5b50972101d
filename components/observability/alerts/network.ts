import { whereKnown, type AlertRule } from "./model";

/** What a network policy has refused, as Cilium's datapath says it. */
const REFUSED = "Policy denied.*";

/** What is dropped on a healthy node too: frames and protocols that Cilium does not carry, such as IPv6 router queries. */
const HARMLESS = "Unsupported L[23] protocol|Unknown ICMPv[46] (code|type)";

/** Rules about Cilium and Hubble. */
export const NETWORK_ALERTS: readonly AlertRule[] = [
    {
        name: "CiliumAgentDown",
        layers: ["cilium"],
        expr: 'up{job="cilium-agent"} == 0 or absent(up{job="cilium-agent"})',
        for: "5m",
        severity: "critical",
        summary: `Cilium's agent${whereKnown("node", "on")} does not answer`,
        description:
            "Pods that run keep their network and policies, new ones get none. Look at DaemonSet cilium in kube-system.",
    },
    {
        name: "CiliumOperatorDown",
        layers: ["cilium"],
        expr: 'absent(up{job="cilium-operator"} == 1)',
        for: "10m",
        severity: "warning",
        summary: "Cilium's operator does not answer",
        description: "Identities and nodes that are gone are not cleaned up. Look at Deployment cilium-operator.",
    },
    {
        name: "CiliumNodeUnreachable",
        layers: ["cilium"],
        expr: "max by (node) (cilium_unreachable_nodes) > 0",
        for: "10m",
        severity: "warning",
        summary: "{{ $labels.node }} cannot reach {{ $value }} other nodes",
        description:
            "Pods of these nodes have no network between them. After nodes got new addresses, restart Cilium's agents.",
    },
    {
        name: "CiliumEndpointsNotReady",
        layers: ["cilium"],
        expr: 'sum by (node, endpoint_state) (cilium_endpoint_state{endpoint_state!="ready"}) > 0',
        for: "15m",
        severity: "warning",
        summary: "{{ $value }} pods of {{ $labels.node }} are {{ $labels.endpoint_state }} to Cilium",
        description: "Their policies are not in force yet, or no longer. cilium-dbg endpoint list shows which.",
    },
    {
        name: "CiliumPoliciesNotApplied",
        layers: ["cilium"],
        expr:
            'sum by (node) (rate(cilium_endpoint_regenerations_total{outcome="fail"}[10m])) > 0 ' +
            'or sum by (node) (rate(cilium_policy_change_total{outcome="fail"}[10m])) > 0',
        for: "10m",
        severity: "warning",
        summary: "Cilium's agent on {{ $labels.node }} fails to apply policies",
        description: "What it enforces may be older than what the API server has. Its log has the reason.",
    },
    {
        name: "CiliumControllersFailing",
        layers: ["cilium"],
        expr: "max by (node) (cilium_controllers_failing) > 0",
        for: "15m",
        severity: "warning",
        summary: "{{ $value }} tasks of Cilium's agent on {{ $labels.node }} fail again and again",
        description: "cilium-dbg status --all-controllers names them, with their last error.",
    },
    {
        name: "CiliumDropsPackets",
        layers: ["cilium"],
        expr: `sum by (node, reason) (rate(cilium_drop_count_total{reason!~"${REFUSED}|${HARMLESS}"}[5m])) > 1`,
        for: "10m",
        severity: "warning",
        summary: "{{ $labels.node }} drops packets: {{ $labels.reason }}",
        description: "Not by policy. hubble observe --verdict DROPPED shows between whom.",
    },
    {
        name: "NetworkPolicyRefuses",
        layers: ["cilium"],
        // A single program that tries in vain repeats itself about once a second; a probe now and then is no alert.
        expr: `sum by (node, direction) (rate(cilium_drop_count_total{reason=~"${REFUSED}"}[5m])) > 0.5`,
        for: "15m",
        severity: "warning",
        summary: "{{ $labels.node }} refuses {{ $labels.direction }} traffic all the time",
        description:
            "A program wants what no policy allows: it is wrong, or the policies are. Dashboard Network shows which.",
    },
    {
        name: "CiliumMapFillingUp",
        layers: ["cilium"],
        expr: "max by (node, map_name) (cilium_bpf_map_pressure) > 0.9",
        for: "10m",
        severity: "warning",
        summary: "Cilium's table {{ $labels.map_name }} on {{ $labels.node }} is more than 90 % full",
        description: "Once full, new connections or policies are dropped. Raise its size in Cilium's values (bpf).",
    },
    {
        name: "HubbleLosesEvents",
        layers: ["cilium"],
        expr: "sum by (node, source) (rate(hubble_lost_events_total[5m])) > 1",
        for: "10m",
        severity: "warning",
        summary: "Hubble on {{ $labels.node }} loses events ({{ $labels.source }})",
        description:
            "There is more traffic than it can follow: flows and their metrics have gaps, the traffic has none.",
    },
];
