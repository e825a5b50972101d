import * as pulumi from "@pulumi/pulumi";
import { askCommand } from "../core/command";
import { parseClusterIssuer, type TrustedIssuer } from "./issuer";

/**
 * The cluster as an issuer of tokens: its name and public keys, asked of its API server in every run, so that new keys
 * reach the waypoints with the next one. Nobody else can ask: the API server answers to administrators only.
 *
 * Unknown in a preview of a cluster that is not there yet or does not answer.
 *
 * @param kubeconfig the administrator's; nothing of it is in the result
 */
export function clusterIssuer(
    kubeconfig: pulumi.Input<string>,
    opts: pulumi.InvokeOptions = {},
): pulumi.Output<TrustedIssuer> {
    const preview = pulumi.runtime.isDryRun();
    const command = `exec node tools/run.js cluster-keys${preview ? " --preview" : ""}`;
    return askCommand(command, kubeconfig, opts).apply((printed) => {
        const issuer = parseClusterIssuer(printed);
        if (issuer !== undefined) return issuer;
        if (!preview) throw new Error("the cluster told no keys");
        // What the SDK takes an unknown value for; there is no other way to make one.
        return pulumi.unknown as unknown as TrustedIssuer;
    });
}
