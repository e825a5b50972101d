import type { CasesByAlert } from "./model";

const DROPS = "cilium_drop_count_total";

/** Situations of the alerts about Cilium and Hubble. */
export const NETWORK_CASES: CasesByAlert = {
    CiliumAgentDown: {
        fires: [
            {
                series: {
                    'up{job="cilium-agent", node="worker"}': "0x9",
                    'up{job="cilium-agent", node="other"}': "1x9",
                },
                minute: 6,
                labels: { job: "cilium-agent", node: "worker" },
                summary: "Cilium's agent on worker does not answer",
            },
            {
                series: {},
                minute: 6,
                labels: { job: "cilium-agent" },
                summary: "Cilium's agent does not answer",
            },
        ],
        silent: [{ series: { 'up{job="cilium-agent", node="worker"}': "0x3 1x9" }, minute: 8 }],
    },
    CiliumOperatorDown: {
        fires: [
            {
                series: { 'up{job="cilium-operator"}': "0x15" },
                minute: 11,
                labels: {},
                summary: "Cilium's operator does not answer",
            },
        ],
        silent: [
            // One of two is enough.
            {
                series: { 'up{job="cilium-operator", pod="a"}': "0x15", 'up{job="cilium-operator", pod="b"}': "1x15" },
                minute: 11,
            },
        ],
    },
    CiliumNodeUnreachable: {
        fires: [
            {
                series: { 'cilium_unreachable_nodes{node="worker"}': "2x15" },
                minute: 11,
                labels: { node: "worker" },
                summary: "worker cannot reach 2 other nodes",
            },
        ],
        silent: [{ series: { 'cilium_unreachable_nodes{node="worker"}': "2x5 0x15" }, minute: 11 }],
    },
    CiliumEndpointsNotReady: {
        fires: [
            {
                series: { 'cilium_endpoint_state{node="worker", endpoint_state="waiting-for-identity"}': "3x19" },
                minute: 16,
                labels: { node: "worker", endpoint_state: "waiting-for-identity" },
                summary: "3 pods of worker are waiting-for-identity to Cilium",
            },
        ],
        silent: [
            {
                series: {
                    'cilium_endpoint_state{node="worker", endpoint_state="ready"}': "9x19",
                    'cilium_endpoint_state{node="worker", endpoint_state="regenerating"}': "2x9 0x19",
                },
                minute: 16,
            },
        ],
    },
    CiliumPoliciesNotApplied: {
        fires: [
            {
                series: { 'cilium_endpoint_regenerations_total{node="worker", outcome="fail"}': "0+1x19" },
                minute: 13,
                labels: { node: "worker" },
                summary: "Cilium's agent on worker fails to apply policies",
            },
            {
                series: { 'cilium_policy_change_total{node="worker", outcome="fail"}': "0+1x19" },
                minute: 13,
                labels: { node: "worker" },
                summary: "Cilium's agent on worker fails to apply policies",
            },
        ],
        silent: [
            {
                series: {
                    'cilium_endpoint_regenerations_total{node="worker", outcome="fail"}': "3x19",
                    'cilium_endpoint_regenerations_total{node="worker", outcome="success"}': "0+5x19",
                },
                minute: 13,
            },
        ],
    },
    CiliumControllersFailing: {
        fires: [
            {
                series: { 'cilium_controllers_failing{node="worker"}': "2x19" },
                minute: 16,
                labels: { node: "worker" },
                summary: "2 tasks of Cilium's agent on worker fail again and again",
            },
        ],
        silent: [{ series: { 'cilium_controllers_failing{node="worker"}': "2x9 0 2x9" }, minute: 16 }],
    },
    CiliumDropsPackets: {
        fires: [
            {
                series: {
                    [`${DROPS}{node="worker", reason="Stale or unroutable IP", direction="EGRESS"}`]: "0+120x19",
                },
                minute: 13,
                labels: { node: "worker", reason: "Stale or unroutable IP" },
                summary: "worker drops packets: Stale or unroutable IP",
            },
        ],
        silent: [
            {
                series: {
                    [`${DROPS}{node="worker", reason="Policy denied", direction="INGRESS"}`]: "0+600x19",
                    [`${DROPS}{node="worker", reason="Unsupported L3 protocol", direction="EGRESS"}`]: "0+600x19",
                    [`${DROPS}{node="worker", reason="Stale or unroutable IP", direction="EGRESS"}`]: "0+30x19",
                },
                minute: 13,
            },
        ],
    },
    NetworkPolicyRefuses: {
        fires: [
            {
                series: { [`${DROPS}{node="worker", reason="Policy denied", direction="INGRESS"}`]: "0+60x24" },
                minute: 18,
                labels: { node: "worker", direction: "INGRESS" },
                summary: "worker refuses INGRESS traffic all the time",
            },
        ],
        silent: [
            {
                series: {
                    [`${DROPS}{node="worker", reason="Policy denied", direction="INGRESS"}`]: "0+6x24",
                    [`${DROPS}{node="worker", reason="Stale or unroutable IP", direction="INGRESS"}`]: "0+600x24",
                },
                minute: 18,
            },
        ],
    },
    CiliumMapFillingUp: {
        fires: [
            {
                series: { 'cilium_bpf_map_pressure{node="worker", map_name="ct4_global"}': "0.95x15" },
                minute: 11,
                labels: { node: "worker", map_name: "ct4_global" },
                summary: "Cilium's table ct4_global on worker is more than 90 % full",
            },
        ],
        silent: [
            { series: { 'cilium_bpf_map_pressure{node="worker", map_name="ct4_global"}': "0.85x15" }, minute: 11 },
        ],
    },
    HubbleLosesEvents: {
        fires: [
            {
                series: { 'hubble_lost_events_total{node="worker", source="perf_event_ring_buffer"}': "0+120x19" },
                minute: 13,
                labels: { node: "worker", source: "perf_event_ring_buffer" },
                summary: "Hubble on worker loses events (perf_event_ring_buffer)",
            },
        ],
        silent: [
            {
                series: { 'hubble_lost_events_total{node="worker", source="perf_event_ring_buffer"}': "0+30x19" },
                minute: 13,
            },
        ],
    },
};
