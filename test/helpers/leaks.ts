import * as pulumi from "@pulumi/pulumi";
import type { MockResourceArgs } from "@pulumi/pulumi/runtime/mocks";
import { sha256 } from "../../components/core/hash";

/** What a mocked provider draws for one resource: different for each, the same in each run. */
export function drawn(args: MockResourceArgs): Record<string, unknown> {
    const bytes = (count: number): string => {
        let hex = "";
        for (let round = 0; hex.length < 2 * count; round++) hex += sha256(`${args.name}-${round}`);
        return hex.slice(0, 2 * count);
    };
    const length = Number(args.inputs["length"]);
    if (args.type === "random:index/randomPassword:RandomPassword") {
        return { result: bytes(length).slice(0, length), bcryptHash: `$2a$10$${sha256(args.name).slice(0, 53)}` };
    }
    return {};
}

/** Paths in raw inputs at which one of the secrets is readable, that is, outside of what is marked as secret. */
export function leaks(value: unknown, secrets: readonly string[], path = ""): readonly string[] {
    if (pulumi.runtime.isRpcSecret(value)) return [];
    if (typeof value === "string") return secrets.some((secret) => value.includes(secret)) ? [path] : [];
    if (value === null || typeof value !== "object") return [];
    return Object.entries(value).flatMap(([key, inner]) => [
        ...(secrets.some((secret) => key.includes(secret)) ? [`${path}.${key}`] : []),
        ...leaks(inner, secrets, `${path}.${key}`),
    ]);
}
