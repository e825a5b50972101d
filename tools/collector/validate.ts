import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { stringify } from "yaml";
import type { Layer } from "../../components/config/layers";
import { namespaceName } from "../../components/config/namespaces";
import { collectorConfig, NODE_NAME_VARIABLE } from "../../components/observability/collector-config";

const run = promisify(execFile);

/** The layers that decide the collector's configuration, in every combination. */
export const STORE_SUBSETS: readonly (readonly Layer[])[] = subsets(["loki", "prometheus", "tempo"]);

/** A configuration that the collector refuses, and why. */
export interface Refusal {
    readonly layers: readonly Layer[];
    readonly reason: string;
}

/** The configuration's text for some layers, on a cluster of the default name. */
export function configText(layers: readonly Layer[]): string {
    const cluster = { provider: "kwok", name: "hearth-dev-fast", workers: 0, cni: "kindnetd" } as const;
    return stringify(collectorConfig({ layers, cluster }, namespaceName("nodeAgents")), { lineWidth: 0 });
}

/** Has the collector check its configuration for every combination of stores; needs no cluster and no network. */
export async function validateConfigs(binary: string): Promise<readonly Refusal[]> {
    const scratch = mkdtempSync(join(tmpdir(), "hearth-collector-"));
    try {
        const refusals = await Promise.all(
            STORE_SUBSETS.map(async (layers): Promise<readonly Refusal[]> => {
                const file = join(scratch, `${layers.join("-")}.yaml`);
                writeFileSync(file, configText(layers));
                try {
                    // A pod has the variable from its node; the check insists on a value.
                    const env = { ...process.env, [NODE_NAME_VARIABLE]: "node" };
                    await run(binary, ["validate", `--config=${file}`], { env });
                    return [];
                } catch (error) {
                    return [{ layers, reason: error instanceof Error ? error.message : String(error) }];
                }
            }),
        );
        return refusals.flat();
    } finally {
        rmSync(scratch, { recursive: true, force: true });
    }
}

function subsets(layers: readonly Layer[]): readonly (readonly Layer[])[] {
    return layers.reduce<readonly (readonly Layer[])[]>(
        (found, layer) => [...found, ...found.map((subset) => [...subset, layer])],
        [[]],
    );
}
