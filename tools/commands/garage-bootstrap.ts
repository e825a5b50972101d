import { text } from "node:stream/consumers";
import type { BootstrapInput } from "../../components/storage/bootstrap-input";
import { bootstrap } from "../garage/bootstrap";
import type { Command } from "../lib/command";

export const command: Command = {
    summary: "make Garage's keys and buckets (run by the Pulumi program)",
    usage: `Usage: node tools/run.js garage-bootstrap < input.json

Waits until Garage is ready, then imports one key per consumer and makes the buckets, their
rights and quotas. Changes only what differs, so it may always be run again. The Pulumi program
runs it; its input (see BootstrapInput in components/storage/bootstrap-input.ts) holds secrets
and comes on standard input for that reason.`,
    async run() {
        const input = JSON.parse(await text(process.stdin)) as BootstrapInput;
        await bootstrap(input, (line) => process.stdout.write(`${line}\n`));
        return 0;
    },
};
