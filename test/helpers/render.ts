import { spawnSync } from "node:child_process";
import type { Values } from "../../components/core/release";
import { inNamespace, templateArguments } from "../../tools/policy/rendering";
import { parseManifests, type Manifest } from "./manifests";

/** Helm's program: on PATH, where `make test` puts it. Hearth itself needs none: its provider links Helm. */
export function helm(): string | undefined {
    return spawnSync("helm", ["version"], { stdio: "ignore" }).status === 0 ? "helm" : undefined;
}

export interface RenderOptions {
    /** Archive or folder. */
    readonly chart: string;
    readonly release: string;
    readonly namespace: string;
    readonly values: Values;
}

/**
 * What a chart renders, without its `crds/`.
 * @throws Error with Helm's words when it refuses chart or values
 */
export function render(program: string, { chart, release, namespace, values }: RenderOptions): readonly Manifest[] {
    const result = spawnSync(program, templateArguments({ release, chart, namespace, skipCrds: true }), {
        input: JSON.stringify(values),
        encoding: "utf8",
        maxBuffer: 64 * 1024 * 1024,
    });
    if (result.status !== 0) throw new Error(`helm template ${chart}: ${result.stderr}`);
    return parseManifests(result.stdout).map((manifest) => inNamespace(manifest, namespace));
}
