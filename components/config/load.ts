import * as pulumi from "@pulumi/pulumi";
import { type Parsed, parseEntries } from "./parse";
import { UserError, withoutStack } from "./problems";
import { readEnvironment } from "./read-environment";
import { resolveConfig, settingsOf } from "./resolve";
import type { PlatformConfig } from "./schema";

const NAMESPACE = "hearth:";

/**
 * The stack's configuration; the only reader of Pulumi's config.
 * @throws pulumi.RunError with every problem and its fix, without a stack trace
 */
export function loadConfig(): PlatformConfig {
    const stack = pulumi.getStack();
    const entries = Object.entries(pulumi.runtime.allConfig())
        .filter(([key]) => key.startsWith(NAMESPACE))
        .map(([key, value]) => [key.slice(NAMESPACE.length), value]);
    const parsed: Parsed = parseEntries(Object.fromEntries(entries));
    try {
        return resolveConfig(stack, parsed, readEnvironment(process.cwd(), stack, settingsOf(parsed.settings)));
    } catch (error) {
        if (error instanceof UserError) throw withoutStack(new pulumi.RunError(error.message));
        throw error;
    }
}
