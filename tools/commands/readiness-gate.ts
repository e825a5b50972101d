import { text } from "node:stream/consumers";
import type { GateInput } from "../../components/readiness/gate-input";
import type { Command } from "../lib/command";
import { gate } from "../readiness/gate";

export const command: Command = {
    summary: "wait until all pods are ready (run by the Pulumi program)",
    usage: `Usage: node tools/run.js readiness-gate < input.json

Watches the workloads of the platform's namespaces, says on standard error what it waits for, and
ends when all are ready. A pod that cannot start ends it with status 1 and the cause, as soon as
that is known; else it waits as long as anything gets better. Changes nothing. The Pulumi program
runs it; its input (see GateInput in components/readiness/gate-input.ts) holds the kubeconfig and
comes on standard input for that reason.`,
    async run() {
        const input = JSON.parse(await text(process.stdin)) as GateInput;
        console.log(await gate(input, (line) => process.stderr.write(`${line}\n`)));
        return 0;
    },
};
