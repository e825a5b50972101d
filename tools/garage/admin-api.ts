import { UserError } from "../../components/config/problems";
import {
    KEY_NAME_PREFIX,
    type BootstrapStep,
    type CurrentBucket,
    type CurrentKey,
    type CurrentStorage,
    type DesiredStorage,
    type Permissions,
} from "../../components/storage/bootstrap-plan";

/** An answer of the admin API that is not a success. */
export class AdminApiError extends Error {
    public override readonly name = "AdminApiError";

    public constructor(
        public readonly operation: string,
        public readonly status: number,
        public readonly code: string,
        detail: string,
    ) {
        super(`Garage answered ${operation} with ${status} ${code}: ${detail}`);
    }
}

interface KeyInfo {
    readonly accessKeyId: string;
    readonly name: string;
    readonly secretAccessKey?: string;
    readonly permissions: { readonly createBucket: boolean };
    readonly buckets: readonly { readonly id: string; readonly permissions: Permissions }[];
}

interface BucketInfo {
    readonly id: string;
    readonly globalAliases: readonly string[];
    readonly quotas: { readonly maxSize: number | null; readonly maxObjects: number | null };
}

/** One answer takes milliseconds; a connection that hangs longer than this is broken. */
const TIMEOUT_MS = 10_000;

/** Garage's admin API, version 2 (Garage ≥ 2.0), as far as the bootstrap needs it. */
export class AdminApi {
    /** `base` is the address without a path; `token` the admin token. */
    public constructor(
        private readonly base: string,
        private readonly token: string,
    ) {}

    /** Reads what the plan compares: desired keys, keys that Hearth made, and the buckets of both. */
    public async read(desired: DesiredStorage): Promise<CurrentStorage> {
        const wanted = new Set(desired.keys.map(({ id }) => id));
        const listed = await this.call<readonly { id: string; name: string }[]>("GET", "ListKeys");
        const ours = listed.filter(({ id, name }) => wanted.has(id) || name.startsWith(KEY_NAME_PREFIX));
        // One after the other: each request costs Garage 19 MiB while it checks the token.
        const keys: CurrentKey[] = [];
        for (const { id } of ours) keys.push(await this.readKey(id, wanted.has(id)));
        const listedBuckets = await this.call<readonly Pick<BucketInfo, "id" | "globalAliases">[]>(
            "GET",
            "ListBuckets",
        );
        const aliases = new Set(desired.buckets.map(({ alias }) => alias));
        const buckets: CurrentBucket[] = [];
        for (const { id, globalAliases } of listedBuckets) {
            if (globalAliases.some((alias) => aliases.has(alias))) buckets.push(await this.readBucket(id));
        }
        return { keys, buckets };
    }

    /** Makes one change. `ids` maps aliases of buckets to ids and learns those of buckets that the step creates. */
    public async apply(step: BootstrapStep, ids: Map<string, string>): Promise<void> {
        const idOf = (bucket: string): string => ids.get(bucket) ?? bucket;
        switch (step.kind) {
            case "importKey":
                return this.importKey(step);
            case "forbidBuckets":
                await this.call("POST", `UpdateKey?id=${step.id}`, { deny: { createBucket: true } });
                return;
            case "createBucket": {
                const { id } = await this.call<BucketInfo>("POST", "CreateBucket", { globalAlias: step.alias });
                ids.set(step.alias, id);
                return;
            }
            case "allow":
            case "deny":
                await this.call("POST", step.kind === "allow" ? "AllowBucketKey" : "DenyBucketKey", {
                    bucketId: idOf(step.bucket),
                    accessKeyId: step.id,
                    permissions: step.permissions,
                });
                return;
            case "setQuota":
                await this.call("POST", `UpdateBucket?id=${idOf(step.bucket)}`, {
                    quotas: { maxSize: step.maxSize, maxObjects: null },
                });
        }
    }

    private async importKey(step: Extract<BootstrapStep, { kind: "importKey" }>): Promise<void> {
        const body = { accessKeyId: step.id, secretAccessKey: step.secret, name: step.name };
        try {
            await this.call("POST", "ImportKey", body);
        } catch (error) {
            if (!(error instanceof AdminApiError) || error.code !== "KeyAlreadyExists") throw error;
            const where = `Garage's key ${step.id} (${step.name})`;
            const what = "somebody deleted a key of this id, and Garage never takes a deleted id again";
            throw new UserError("Garage cannot have the keys it should", [
                { where, what, fix: "choose another id and secret in the secrets file, or remove them there" },
            ]);
        }
    }

    private async readKey(id: string, withSecret: boolean): Promise<CurrentKey> {
        const info = await this.call<KeyInfo>("GET", `GetKeyInfo?id=${id}&showSecretKey=${withSecret}`);
        return {
            id,
            name: info.name,
            createBucket: info.permissions.createBucket,
            grants: info.buckets.map((bucket) => ({ bucketId: bucket.id, permissions: bucket.permissions })),
            ...(info.secretAccessKey === undefined ? {} : { secret: info.secretAccessKey }),
        };
    }

    private async readBucket(id: string): Promise<CurrentBucket> {
        const { globalAliases, quotas } = await this.call<BucketInfo>("GET", `GetBucketInfo?id=${id}`);
        return {
            id,
            aliases: globalAliases,
            ...(quotas.maxSize === null ? {} : { maxSize: quotas.maxSize }),
            ...(quotas.maxObjects === null ? {} : { maxObjects: quotas.maxObjects }),
        };
    }

    /** The answer's shape is the API's documented one; an operation is a name and its query. */
    private async call<T>(method: "GET" | "POST", operation: string, body?: unknown): Promise<T> {
        const response = await fetch(`${this.base}/v2/${operation}`, {
            method,
            headers: { authorization: `Bearer ${this.token}`, "content-type": "application/json" },
            signal: AbortSignal.timeout(TIMEOUT_MS),
            ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
        const text = await response.text();
        if (response.ok) return JSON.parse(text) as T;
        const [name = operation] = operation.split("?");
        throw new AdminApiError(name, response.status, ...refusal(text));
    }
}

function refusal(text: string): [code: string, message: string] {
    try {
        const { code, message } = JSON.parse(text) as { code?: unknown; message?: unknown };
        return [String(code), String(message)];
    } catch {
        return ["", text.slice(0, 200)];
    }
}
