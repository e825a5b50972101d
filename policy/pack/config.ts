import type { PolicyConfigJSONSchema } from "@pulumi/policy/schema";
import type { Exception } from "../exceptions";
import type { Rule } from "../model/rule";

/** Exceptions as Pulumi's configuration of a policy has them, which checks them before the pack sees them. */
export const EXCEPTIONS_SCHEMA: PolicyConfigJSONSchema = {
    type: "array",
    description: "Objects that may do what the rule forbids, each with its reason",
    default: [],
    items: {
        type: "object",
        required: ["where", "reason"],
        additionalProperties: false,
        properties: {
            where: { type: "string", minLength: 1, description: "the object, as messages name it" },
            parts: {
                type: "array",
                items: { type: "string" },
                description: "containers, volumes or keys; all if absent",
            },
            reason: { type: "string", minLength: 10, description: "why it may" },
        },
    },
};

/** The exceptions that a user's configuration names for a rule. */
export function configuredExceptions({ name }: Pick<Rule, "name">, config: object): readonly Exception[] {
    const list: unknown = "exceptions" in config ? config.exceptions : undefined;
    if (!Array.isArray(list)) return [];
    return list.flatMap((one: unknown): readonly Exception[] => {
        if (one === null || typeof one !== "object") return [];
        const [where, reason, parts]: readonly unknown[] = ["where", "reason", "parts"].map((field) =>
            Reflect.get(one, field),
        );
        if (typeof where !== "string" || typeof reason !== "string") return [];
        const named = Array.isArray(parts) ? { parts: parts.filter((part) => typeof part === "string") } : {};
        return [{ rules: [name], where, reason, ...named }];
    });
}
