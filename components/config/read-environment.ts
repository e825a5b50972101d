import { spawnSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Environment } from "./environment";
import { OWN_IMAGES_DIR } from "./own-images";
import { CHARTS_DIR, clusterDir } from "./paths";
import { clusterNameOf } from "./resolve";
import type { ContainerEngine } from "./schema";
import type { Settings } from "./defaults";

/** Order in which `auto` takes them. */
const ENGINES: readonly ContainerEngine[] = ["docker", "podman", "nerdctl"];

/** An engine that needs longer than this for its version is not going to make a cluster either. */
const ENGINE_TIMEOUT_MS = 5000;

/** Reads what the gate needs to know of this machine; asks container engines only where their answer matters. */
export function readEnvironment(project: string, stack: string, settings: Settings): Environment {
    const recorded = recordedProvider(project, clusterNameOf(stack, settings), stack);
    const wantsEngine = settings.cluster === "kind" || (settings.cluster === "auto" && recorded !== "kwok");
    return {
        engines: wantsEngine ? ENGINES.filter(engineAnswers) : [],
        charts: entries(join(project, CHARTS_DIR)),
        ownImages: entries(join(project, OWN_IMAGES_DIR)),
        ...(recorded === undefined ? {} : { recordedProvider: recorded }),
    };
}

function engineAnswers(engine: ContainerEngine): boolean {
    // The client's own version is no answer: it is there without a daemon, too.
    const args =
        engine === "podman"
            ? ["info", "--format", "{{.Version.Version}}"]
            : ["version", "--format", "{{.Server.Version}}"];
    const result = spawnSync(engine, engine === "nerdctl" ? ["info", "--format", "{{.ServerVersion}}"] : args, {
        timeout: ENGINE_TIMEOUT_MS,
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
    });
    return result.status === 0 && result.stdout.trim() !== "";
}

function recordedProvider(project: string, cluster: string, stack: string): "kind" | "kwok" | undefined {
    const record = readJson(join(clusterDir(cluster), "cluster.json"));
    if (record === undefined || record["checkout"] !== project || record["stack"] !== stack) return undefined;
    const provider = record["provider"];
    return provider === "kind" || provider === "kwok" ? provider : undefined;
}

function readJson(path: string): Readonly<Record<string, unknown>> | undefined {
    try {
        const value: unknown = JSON.parse(readFileSync(path, "utf8"));
        return value !== null && typeof value === "object" ? { ...value } : undefined;
    } catch {
        return undefined;
    }
}

function entries(folder: string): readonly string[] {
    try {
        return readdirSync(folder);
    } catch {
        return [];
    }
}
