import { text } from "node:stream/consumers";
import type { Command } from "../lib/command";
import { Unanswered } from "../token/ask";
import { clusterKeys } from "../token/cluster-keys";

export const command: Command = {
    summary: "print the public keys by which the cluster signs tokens (run by the Pulumi program)",
    usage: `Usage: node tools/run.js cluster-keys [--preview] < kubeconfig

Prints, as JSON, the name and the public keys of the API server of a kubeconfig as an issuer of tokens.
Changes nothing. The Pulumi program runs it; the kubeconfig holds credentials and comes on standard input
for that reason.

  --preview  prints nothing where the API server does not answer, and fails no preview`,
    options: { preview: "flag" },
    async run({ flags }) {
        try {
            console.log(JSON.stringify(await clusterKeys(await text(process.stdin))));
        } catch (error) {
            if (!(error instanceof Unanswered) || !flags.has("preview")) throw error;
        }
        return 0;
    },
};
