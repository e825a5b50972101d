import { UserError } from "../../components/config/problems";
import type { Exception } from "../../policy/exceptions";
import type { Rule } from "../../policy/model/rule";
import { configuredExceptions } from "../../policy/pack/config";

export type Level = "advisory" | "mandatory" | "disabled";

/** Pulumi's configuration of a policy pack, as far as Hearth's rules have any. */
export interface PolicyConfig {
    level(rule: Rule): Level;
    exceptions(rule: Rule): readonly Exception[];
}

/** What counts without a configuration: everything must be kept to. */
export const NO_CONFIG: PolicyConfig = { level: () => "mandatory", exceptions: () => [] };

/**
 * The same file that `pulumi preview --policy-pack-config` takes: rule (or `all`) to its level, or to a map with
 * `enforcementLevel` and `exceptions`.
 * @throws UserError when it is no such file
 */
export function parsePolicyConfig(file: string, text: string): PolicyConfig {
    const config = parsed(file, text);
    const of = (name: string): unknown => Reflect.get(config, name);
    return {
        level: ({ name }) => levelOf(of(name)) ?? levelOf(of("all")) ?? "mandatory",
        exceptions: (rule) => {
            const own = of(rule.name);
            return own !== null && typeof own === "object" ? configuredExceptions(rule, own) : [];
        },
    };
}

function levelOf(entry: unknown): Level | undefined {
    const level: unknown = entry !== null && typeof entry === "object" ? Reflect.get(entry, "enforcementLevel") : entry;
    if (level === "advisory" || level === "mandatory" || level === "disabled") return level;
    // The pack mends nothing; Pulumi takes that level as mandatory then.
    return level === "remediate" ? "mandatory" : undefined;
}

function parsed(file: string, text: string): object {
    try {
        const value: unknown = JSON.parse(text);
        if (value !== null && typeof value === "object" && !Array.isArray(value)) return value;
    } catch {
        // Told below, without what is in the file.
    }
    throw new UserError("the policies' configuration cannot be read", [
        { where: file, what: "is no JSON object", fix: 'write { "rule": { "enforcementLevel": "advisory" } }' },
    ]);
}
