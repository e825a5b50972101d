import assert from "node:assert/strict";
import { flowsOf } from "../../../components/flows/flows";
import { flowsTable, type FlowRow } from "../../../components/flows/flows-table";
import { presetConfig } from "../../helpers/platform";

const MODES = ["dev-fast", "cilium", "full"].map((mode) => presetConfig(mode));

function rows(mode: number): readonly FlowRow[] {
    const config = MODES[mode];
    if (config === undefined) throw new Error("no such mode");
    return flowsTable(config);
}

function row(mode: number, from: string, to: string): FlowRow | undefined {
    return rows(mode).find((one) => one.from === from && one.to === to);
}

describe("flowsTable", () => {
    it("has a row for every flow, with words in every cell", () => {
        for (const config of MODES) {
            const table = flowsTable(config);
            assert.equal(table.length, flowsOf(config).length);
            for (const one of table)
                assert.ok(
                    Object.values(one).every((cell) => /\S/.test(cell)),
                    JSON.stringify(one),
                );
        }
    });

    it("names workloads with their namespaces, and the ports of their pods", () => {
        assert.deepEqual(row(0, "grafana (observability)", "loki (observability)"), {
            from: "grafana (observability)",
            to: "loki (observability)",
            ports: "3100",
            reason: "Dashboards ask for log lines.",
        });
        assert.equal(row(0, "loki (observability)", "coredns (kube-system)")?.ports, "53 (UDP and TCP)");
    });

    it("says of peers what is let through where the network can only name addresses", () => {
        const [dev, cilium] = [0, 1].map((mode) => rows(mode).find(({ reason }) => /port 30300/.test(reason))?.from);
        assert.deepEqual([dev, cilium], ["everything but pods", "the outside, by way of a node"]);
        const reason = "It watches the objects that it counts.";
        const to = [0, 1].map((mode) => rows(mode).find((one) => one.reason === reason)?.to);
        assert.deepEqual(to, ["private addresses but pods', the API server among them", "API server"]);
    });

    it("tells of a tunnel, whose port is the only one that the network sees", () => {
        assert.equal(row(2, "waypoint-apps (apps)", "applications (apps)")?.ports, "any, through 15008");
        assert.equal(row(2, "traefik (edge)", "waypoint-apps (apps)")?.ports, "15008");
        assert.equal(row(1, "traefik (edge)", "applications (apps)")?.ports, "any");
    });
});
