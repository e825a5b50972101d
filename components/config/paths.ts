import { homedir } from "node:os";
import { join } from "node:path";

type Variables = Readonly<Record<string, string | undefined>>;

/** Folder of age key, cluster records and kubeconfigs: `$HEARTH_STATE_DIR`, else `$XDG_STATE_HOME/hearth`, else `~/.local/state/hearth`. */
export function stateDir(env: Variables = process.env, home: string = homedir()): string {
    return env["HEARTH_STATE_DIR"] ?? join(env["XDG_STATE_HOME"] ?? join(home, ".local", "state"), "hearth");
}

/** Folder of tools, charts and image archives: `$HEARTH_CACHE_DIR`, else `$XDG_CACHE_HOME/hearth`, else `~/.cache/hearth`. */
export function cacheDir(env: Variables = process.env, home: string = homedir()): string {
    return env["HEARTH_CACHE_DIR"] ?? join(env["XDG_CACHE_HOME"] ?? join(home, ".cache"), "hearth");
}

/** Folder of one cluster's record and kubeconfig. */
export function clusterDir(name: string, state: string = stateDir()): string {
    return join(state, "clusters", name);
}

/** Folder of this checkout's own state, charts and fingerprints, relative to the project. */
export const CHECKOUT_DIR = ".hearth";

/** Folder of the charts that Releases name, relative to the project. */
export const CHARTS_DIR = `${CHECKOUT_DIR}/charts`;
