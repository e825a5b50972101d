import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import * as config from "../../components/config/paths";

type Variables = Readonly<Record<string, string | undefined>>;

/** Root of this checkout, absolute. */
export function projectRoot(): string {
    return resolve(__dirname, "..", "..");
}

/** Folder of age key, cluster records and kubeconfigs, absolute. See `components/config/paths.ts` for the rules. */
export function stateDir(env?: Variables, home?: string): string {
    return resolve(config.stateDir(env, home));
}

/** Folder that all checkouts share, absolute; it may be deleted at any time. */
export function cacheDir(env?: Variables, home?: string): string {
    return resolve(config.cacheDir(env, home));
}

/** Folder of the installed tools. */
export function toolsDir(cache: string = cacheDir()): string {
    return join(cache, "tools");
}

/** Folder of Pulumi's state, absolute. */
export function backendDir(project: string): string {
    return join(project, config.CHECKOUT_DIR, "state");
}

/**
 * The same as the URL that Pulumi takes; characters that mean something in a URL are escaped. Without files of
 * attributes beside the state: they are written in place, and one that a kill cuts off makes the state unreadable
 * ("failed to load checkpoint: EOF").
 */
export function backendUrl(folder: string): string {
    return `${pathToFileURL(folder).href}?metadata=skip`;
}
