import type { Problem } from "../config/problems";
import type { DesiredBucket } from "./buckets";

/** What a key may do with a bucket; consumers never own one, so none can give rights away. */
export interface Permissions {
    readonly read: boolean;
    readonly write: boolean;
    readonly owner: boolean;
}

/** A key as it should be: read and write on its own buckets, nothing else. */
export interface DesiredKey {
    /** Also its name in Garage, after `KEY_NAME_PREFIX`. */
    readonly consumer: string;
    readonly id: string;
    readonly secret: string;
    readonly buckets: readonly string[];
}

export interface DesiredStorage {
    readonly keys: readonly DesiredKey[];
    readonly buckets: readonly DesiredBucket[];
}

/** A key as Garage has it. */
export interface CurrentKey {
    readonly id: string;
    readonly name: string;
    /** Read for desired keys only. */
    readonly secret?: string;
    readonly createBucket: boolean;
    readonly grants: readonly { readonly bucketId: string; readonly permissions: Permissions }[];
}

export interface CurrentBucket {
    readonly id: string;
    readonly aliases: readonly string[];
    /** Bytes; undefined when there is no limit. */
    readonly maxSize?: number;
    readonly maxObjects?: number;
}

/** What matters of Garage: keys that are desired or that earlier runs made, and all buckets. */
export interface CurrentStorage {
    readonly keys: readonly CurrentKey[];
    readonly buckets: readonly CurrentBucket[];
}

/** One change. `bucket` is an id, or the alias of a bucket that an earlier step creates. */
export type BootstrapStep =
    | { readonly kind: "importKey"; readonly id: string; readonly secret: string; readonly name: string }
    | { readonly kind: "forbidBuckets"; readonly id: string }
    | { readonly kind: "createBucket"; readonly alias: string }
    | {
          readonly kind: "allow" | "deny";
          readonly bucket: string;
          readonly id: string;
          readonly permissions: Permissions;
      }
    | { readonly kind: "setQuota"; readonly bucket: string; readonly maxSize: number };

export interface BootstrapPlan {
    readonly steps: readonly BootstrapStep[];
    readonly problems: readonly Problem[];
}

/** Names of keys that belong to Hearth begin with it; other keys are somebody else's and are left alone. */
export const KEY_NAME_PREFIX = "hearth-";

const NONE: Permissions = { read: false, write: false, owner: false };
const READ_WRITE: Permissions = { read: true, write: true, owner: false };

/**
 * The steps from what is to what should be, none when all is well. Keys that Hearth made and that are not desired
 * any more lose every right; they are not deleted, since Garage never takes a deleted key's id again. Buckets are
 * never deleted.
 */
export function bootstrapPlan(current: CurrentStorage, desired: DesiredStorage): BootstrapPlan {
    const problems = desired.keys.flatMap((key) => conflicts(key, current));
    if (problems.length > 0) return { steps: [], problems };
    const imports = desired.keys
        .filter(({ id }) => !current.keys.some((key) => key.id === id))
        .map(({ id, secret, consumer }): BootstrapStep => {
            return { kind: "importKey", id, secret, name: `${KEY_NAME_PREFIX}${consumer}` };
        });
    const missing = desired.buckets.filter(({ alias }) => bucketId(current, alias) === undefined);
    const creations = missing.map(({ alias }): BootstrapStep => ({ kind: "createBucket", alias }));
    const forbidden = current.keys
        .filter(({ createBucket }) => createBucket)
        .map(({ id }): BootstrapStep => ({ kind: "forbidBuckets", id }));
    const rights = [
        ...desired.keys.flatMap((key) => grants(key, current)),
        ...current.keys.flatMap((key) => revocations(key, current, desired)),
    ];
    const quotas = desired.buckets.flatMap((bucket) => quota(bucket, current));
    return { steps: [...imports, ...creations, ...forbidden, ...rights, ...quotas], problems };
}

function conflicts(key: DesiredKey, current: CurrentStorage): readonly Problem[] {
    const found = current.keys.find(({ id }) => id === key.id);
    if (found === undefined || found.secret === key.secret) return [];
    return [
        {
            where: `Garage's key ${key.id} (${key.consumer})`,
            what: "Garage knows this id with another secret, and a key's secret cannot change",
            fix: `give values.garage.keys.${key.consumer} a new id with the new secret, or remove it there`,
        },
    ];
}

function bucketId(current: CurrentStorage, alias: string): string | undefined {
    return current.buckets.find(({ aliases }) => aliases.includes(alias))?.id;
}

function held(key: CurrentKey | undefined, bucket: string | undefined): Permissions {
    return key?.grants.find(({ bucketId: id }) => id === bucket)?.permissions ?? NONE;
}

function minus(a: Permissions, b: Permissions): Permissions {
    return { read: a.read && !b.read, write: a.write && !b.write, owner: a.owner && !b.owner };
}

function isAny({ read, write, owner }: Permissions): boolean {
    return read || write || owner;
}

function grants({ id, buckets }: DesiredKey, current: CurrentStorage): readonly BootstrapStep[] {
    const key = current.keys.find((candidate) => candidate.id === id);
    return buckets.flatMap((alias): readonly BootstrapStep[] => {
        const bucket = bucketId(current, alias);
        const permissions = minus(READ_WRITE, held(key, bucket));
        return isAny(permissions) ? [{ kind: "allow", bucket: bucket ?? alias, id, permissions }] : [];
    });
}

function revocations(key: CurrentKey, current: CurrentStorage, desired: DesiredStorage): readonly BootstrapStep[] {
    const aliases = desired.keys.find(({ id }) => id === key.id)?.buckets ?? [];
    const wanted = aliases.map((alias) => bucketId(current, alias));
    return key.grants.flatMap(({ bucketId: bucket, permissions: has }): readonly BootstrapStep[] => {
        const permissions = minus(has, wanted.includes(bucket) ? READ_WRITE : NONE);
        return isAny(permissions) ? [{ kind: "deny", bucket, id: key.id, permissions }] : [];
    });
}

function quota({ alias, maxSize }: DesiredBucket, current: CurrentStorage): readonly BootstrapStep[] {
    const found = current.buckets.find(({ aliases }) => aliases.includes(alias));
    if (found?.maxSize === maxSize && found.maxObjects === undefined) return [];
    return [{ kind: "setQuota", bucket: found?.id ?? alias, maxSize }];
}
