import assert from "node:assert/strict";
import { containerProgram, relocated } from "../helpers/container-program";
import {
    alertmanagerMoves,
    collectorMoves,
    DATAFLOW_PORTS,
    lokiMoves,
    prometheusMoves,
    tempoMoves,
    type DataflowPorts,
} from "../helpers/dataflow-moves";
import { stackOr, STACKS } from "../helpers/programs";

const PORTS = Object.fromEntries(DATAFLOW_PORTS.map((name, index) => [name, 40_000 + index])) as Record<
    keyof DataflowPorts,
    number
>;

const SERVERS = [
    ["prometheus", "prometheus-server", prometheusMoves(PORTS, "/scratch")],
    ["alertmanager", "alertmanager", alertmanagerMoves("/scratch")],
    ["loki", "loki", lokiMoves(PORTS, "/scratch")],
    ["tempo", "tempo", tempoMoves(PORTS, "/scratch")],
    ["otel-collector", "collector", collectorMoves(PORTS, "/scratch")],
] as const;

/** Asked by nobody: rings of one process are in memory. */
const UNUSED = /^\s*- loki-memberlist\.observability\.svc\.cluster\.local$/gm;

describe("the configurations of the data flow", function () {
    this.timeout(180_000);

    for (const stack of STACKS) {
        it(`name nothing of the cluster any more in stack ${stack}, and listen to nobody outside`, async function () {
            const { objects } = await stackOr(this, stack);
            for (const [workload, container, moves] of SERVERS) {
                const before = containerProgram(objects, workload, container);
                const { args, files } = relocated(before, moves);
                const text = [...args, ...Object.entries(files).flat()].join("\n").replaceAll(UNUSED, "");
                assert.doesNotMatch(text, /\.svc\b|0\.0\.0\.0/, workload);
                // Lines are moved one by one: none comes or goes, but those of addresses that have no line yet.
                const added = Object.values(moves).join("").split("\n").length - 1;
                const lines = (all: Readonly<Record<string, string>>): number =>
                    Object.values(all).join("\n").split("\n").length;
                assert.equal(lines(files), lines(before.files) + added, workload);
            }
        });
    }
});
