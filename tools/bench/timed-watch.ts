import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { clusterDir } from "../../components/config/paths";
import { treeOf } from "../../components/config/delivery";
import { clusterNameOf, modeOf } from "../../components/config/resolve";
import { ensureTools, neededTools } from "../install/ensure";
import { readPlan } from "../stack/plan";
import type { ScratchCheckout } from "./scratch-checkout";

/** Files that are saved, one after another. */
const SAVES = 3;

/** Milliseconds that one of them may take before the measurement is given up. */
const PATIENCE = 120_000;

/**
 * Milliseconds from saving a file of one application to the object's new content in the cluster, under `make watch` on a
 * stack that is up.
 * @returns none for a stack whose applications Argo CD delivers
 */
export async function timedWatch(checkout: ScratchCheckout, stack: string): Promise<readonly number[]> {
    const { settings } = readPlan(checkout.folder, stack).file;
    if (settings.layers.includes("argocd")) return [];
    const [namespace = ""] = settings.applicationNamespaces;
    const folder = join(checkout.folder, treeOf(modeOf(settings)), "bench");
    mkdirSync(folder, { recursive: true });
    const save = (value: string): void => {
        const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "bench" }, data: { value } };
        writeFileSync(join(folder, "ConfigMap-bench.yaml"), JSON.stringify(object));
    };
    save("start");
    const { env } = await ensureTools(neededTools({ cluster: "kwok" }), { project: checkout.folder });
    const state = checkout.env["HEARTH_STATE_DIR"] ?? "";
    const kubeconfig = join(clusterDir(clusterNameOf(stack, settings), state), "kubeconfig");
    const watch = lines("node", ["tools/run.js", "watch", "--stack", stack], checkout.folder, { ...checkout.env });
    try {
        await watch.until(/^applied by Pulumi/);
        const path = "jsonpath={.data.value}{'\\n'}";
        const args = ["--kubeconfig", kubeconfig, "-n", namespace, "get", "configmap", "bench", "--watch", "-o", path];
        const seen = lines("kubectl", args, checkout.folder, { ...checkout.env, ...env });
        try {
            await seen.until(/^start$/);
            const took: number[] = [];
            for (let round = 1; round <= SAVES; round++) {
                const started = Date.now();
                save(`round ${round}`);
                await seen.until(new RegExp(`^round ${round}$`));
                took.push(Date.now() - started);
                await watch.until(/^applied by Pulumi/);
            }
            return took;
        } finally {
            await seen.end();
        }
    } finally {
        await watch.end();
        rmSync(folder, { recursive: true, force: true });
    }
}

interface Lines {
    /** Waits for a line that none of the calls before has taken. */
    until(pattern: RegExp): Promise<void>;
    end(): Promise<void>;
}

function lines(program: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Lines {
    const child: ChildProcess = spawn(program, args, { cwd, env, stdio: ["ignore", "pipe", "inherit"] });
    const unread: string[] = [];
    let wake: () => void = () => undefined;
    if (child.stdout !== null) {
        createInterface({ input: child.stdout }).on("line", (line) => {
            unread.push(line);
            wake();
        });
    }
    const ended = once(child, "close");
    void ended.then(() => wake());
    return {
        async until(pattern) {
            const end = Date.now() + PATIENCE;
            for (;;) {
                const found = unread.findIndex((line) => pattern.test(line));
                if (found !== -1) {
                    unread.splice(0, found + 1);
                    return;
                }
                if (child.exitCode !== null || Date.now() > end) {
                    throw new Error(`${program} did not say ${String(pattern)}, but: ${unread.join("\n")}`);
                }
                await new Promise<void>((resolve) => {
                    const timer = setTimeout(resolve, 1000);
                    wake = () => {
                        clearTimeout(timer);
                        resolve();
                    };
                });
            }
        },
        async end() {
            if (child.exitCode === null) child.kill("SIGINT");
            await ended;
        },
    };
}
