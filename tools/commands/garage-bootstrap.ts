import { text } from "node:stream/consumers";
import type { BootstrapInput } from "../../components/storage/bootstrap-input";
import { bootstrap } from "../garage/bootstrap";

export const summary = "make Garage's keys and buckets (run by the Pulumi program)";

export const help = `Usage: node tools/run.js garage-bootstrap < input.json

Waits until Garage is ready, then imports one key per consumer and makes the buckets, their
rights and quotas. Changes only what differs, so it may always be run again. The Pulumi program
runs it; its input (see BootstrapInput in components/storage/bootstrap-input.ts) holds secrets
and comes on standard input for that reason.`;

/** Runs the bootstrap with the input on standard input. */
export async function run(): Promise<number> {
    const input = JSON.parse(await text(process.stdin)) as BootstrapInput;
    await bootstrap(input, (line) => process.stdout.write(`${line}\n`));
    return 0;
}
