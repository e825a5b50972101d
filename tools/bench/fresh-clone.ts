import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "../../components/config/problems";
import { capture, type Environment } from "../lib/process";
import { duration } from "../lib/progress";
import { figure, figureLine, type Figure } from "./figure";

/** Seconds that the issue of the foundation promises, on 2 cores. */
const GOALS = { "second-clone": 90, "bare-machine": 25 * 60 } as const;

export type CloneKind = keyof typeof GOALS;

/** Measures a clone of the committed state, from `git clone` to the end of `make up`; once, since it takes long. */
export async function benchFreshClone(
    project: string,
    stack: string,
    kinds: readonly CloneKind[],
    report: (line: string) => void,
): Promise<readonly Figure[]> {
    const figures: Figure[] = [];
    for (const kind of kinds) {
        const base = mkdtempSync(join(tmpdir(), `hearth-${kind}-`));
        try {
            const seconds = await cloneAndUp(project, stack, base, cloneEnvironment(kind, base, process.env), report);
            figures.push(figure(kind.replace("-", " "), "s", [seconds], GOALS[kind]));
        } finally {
            // Go makes the folders of its module cache read-only.
            await capture("chmod", ["-R", "u+w", base]);
            rmSync(base, { recursive: true, force: true });
        }
    }
    for (const each of figures) report(figureLine(each));
    return figures;
}

/**
 * Variables of a `make up` in a fresh clone.
 * @param base folder for all that it makes
 * @param own variables of this process
 */
export function cloneEnvironment(kind: CloneKind, base: string, own: Environment): Environment {
    // An outer make hands its own ARGS on by these, to the makes that it starts.
    const names = ["ARGS", "MAKEFLAGS", "MAKEOVERRIDES", "MFLAGS", "MAKELEVEL"];
    const outer = Object.fromEntries(names.map((name) => [name, undefined]));
    const state = { ...own, ...outer, HEARTH_STATE_DIR: join(base, "state") };
    if (kind === "second-clone") return state;
    const home = join(base, "home");
    const caches = { HOME: home, XDG_CACHE_HOME: join(home, ".cache"), XDG_CONFIG_HOME: join(home, ".config") };
    const go = { GOPATH: join(home, "go"), GOCACHE: undefined, GOMODCACHE: undefined, HEARTH_CACHE_DIR: undefined };
    return { ...state, ...caches, ...go, npm_config_cache: join(home, ".npm") };
}

async function cloneAndUp(
    project: string,
    stack: string,
    base: string,
    env: Environment,
    report: (line: string) => void,
): Promise<number> {
    const folder = join(base, "hearth");
    const started = Date.now();
    await capture("mkdir", ["-p", join(base, "home")]);
    const cloned = await capture("git", ["clone", "--quiet", project, folder], { env });
    if (cloned.status !== 0) throw new Error(`git clone failed:\n${cloned.stderr}`);
    const onErrorLine = (line: string): void => report(`  ${line}`);
    const up = await capture("make", ["up", `STACK=${stack}`], { cwd: folder, env, onErrorLine });
    const seconds = (Date.now() - started) / 1000;
    await capture("make", ["down", `STACK=${stack}`], { cwd: folder, env });
    if (up.status !== 0) {
        const what = `make up failed after ${duration(seconds)}, with its messages above`;
        throw new UserError("nothing was measured", [{ where: folder, what, fix: "mend what they say" }]);
    }
    return seconds;
}
