import { createHash } from "node:crypto";
import { type BigIntStats, lstatSync, readFileSync, readdirSync, readlinkSync, realpathSync } from "node:fs";
import { join, sep } from "node:path";

/** Everything that a run's result depends on, as a flat map from what it is to a hash of it. */
export type Fingerprint = Readonly<Record<string, string>>;

/** Why a run is needed, or that none is. */
export type WarmVerdict = { readonly warm: true } | { readonly warm: false; readonly because: string };

/** Compares what is with what was; anything unknown, new or missing means that there is something to do. */
export function compareFingerprints(before: Fingerprint | undefined, now: Fingerprint): WarmVerdict {
    if (before === undefined) return { warm: false, because: "there is no finished run to compare with" };
    const names = [...new Set([...Object.keys(before), ...Object.keys(now)])].sort();
    const changed = names.filter((name) => before[name] !== now[name]);
    if (changed.length === 0) return { warm: true };
    const shown = changed.slice(0, 3).join(", ");
    return {
        warm: false,
        because: changed.length > 3 ? `${shown} and ${changed.length - 3} more changed` : `${shown} changed`,
    };
}

/** Content hash of a file; of a folder, over names, types and contents of everything in it. Missing ones hash as such. */
export function hashContents(path: string): string {
    const hash = createHash("sha256");
    walk(path, (name, file, stat) => {
        const kind = kindOf(stat);
        hash.update(`${kind}\0${name}\0`);
        if (kind === "file") hash.update(createHash("sha256").update(readFileSync(file)).digest());
        if (kind === "link") hash.update(`${readlinkSync(file)}\0`);
        return true;
    });
    return hash.digest("hex");
}

/**
 * Hash over size, inode and change time of everything in a folder, for folders too large to read. The
 * kernel sets a change time itself, so no edit, not even one that puts the modification time back, keeps it.
 * @param except name of an entry of the folder that does not count
 */
export function hashChangeTimes(path: string, except?: string): string {
    const hash = createHash("sha256");
    walk(path, (name, _file, stat) => {
        if (name === except) return false;
        hash.update(`${kindOf(stat)}\0${name}\0${stat?.size}\0${stat?.ino}\0${stat?.ctimeNs}\0`);
        return true;
    });
    return hash.digest("hex");
}

function kindOf(stat: BigIntStats | undefined): "file" | "folder" | "link" | "missing" {
    if (stat === undefined) return "missing";
    if (stat.isSymbolicLink()) return "link";
    return stat.isDirectory() ? "folder" : "file";
}

type Visitor = (name: string, path: string, stat: BigIntStats | undefined) => boolean;

/**
 * Visits a path and, as far as the visitor says so, what is in it. Where a link leads out of it (`npm link`, a folder
 * that checkouts share), what is there is visited, too.
 */
function walk(path: string, visit: Visitor): void {
    const followed = new Set<string>();
    const root = realPath(path);
    const step = (file: string, name: string): void => {
        const stat = lstatSync(file, { bigint: true, throwIfNoEntry: false });
        if (!visit(name, file, stat)) return;
        const kind = kindOf(stat);
        if (kind === "link") follow(file, name);
        if (kind !== "folder") return;
        for (const entry of readdirSync(file).sort()) step(join(file, entry), name === "" ? entry : `${name}/${entry}`);
    };
    const follow = (link: string, name: string): void => {
        const target = realPath(link);
        if (target === undefined || followed.has(target)) return;
        if (name !== "" && root !== undefined && (target === root || target.startsWith(root + sep))) return;
        followed.add(target);
        step(target, name);
    };
    step(path, "");
}

/** Where a path leads in the end; undefined when that is nowhere. */
function realPath(path: string): string | undefined {
    try {
        return realpathSync(path);
    } catch {
        return undefined;
    }
}

/** Variables of the environment that steer Hearth, Pulumi, sops or the choice of a cluster or engine. */
export function relevantVariables(env: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
    const relevant = /^(HEARTH_|PULUMI_|SOPS_|XDG_|KUBECONFIG$|DOCKER_HOST$|CONTAINER_HOST$|KIND_|HOME$)/;
    const names = Object.keys(env).filter((name) => relevant.test(name));
    return Object.fromEntries(
        names.sort().map((name) => [
            `variable ${name}`,
            createHash("sha256")
                .update(env[name] ?? "")
                .digest("hex"),
        ]),
    );
}
