import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { Settings } from "../../components/config/defaults";
import { type Parsed, checkTypes } from "../../components/config/parse";
import { UserError } from "../../components/config/problems";
import { settingsOf } from "../../components/config/resolve";

const NAMESPACE = "hearth:";

/** A stack's settings as its file gives them. */
export interface StackFile {
    readonly stack: string;
    readonly parsed: Parsed;
    /** With defaults; settings of a wrong type are left at their default, `parsed.problems` has them. */
    readonly settings: Settings;
}

/**
 * Reads `Pulumi.<stack>.yaml`.
 * @throws UserError when there is no such stack or the file is no YAML map
 */
export function readStackFile(project: string, stack: string): StackFile {
    const file = `Pulumi.${stack}.yaml`;
    const path = join(project, file);
    if (!/^[A-Za-z0-9_.-]+$/.test(stack) || !existsSync(path)) {
        throw new UserError(`there is no stack "${stack}"`, [
            {
                where: file,
                what: "there is no such file",
                fix: `use one of ${knownStacks(project).join(", ")}, or copy one of their files to ${file}`,
            },
        ]);
    }
    const parsed = checkTypes(hearthSettings(file, readFileSync(path, "utf8")));
    return { stack, parsed, settings: settingsOf(parsed.settings) };
}

/** Names of the stacks that have a file, sorted. */
export function knownStacks(project: string): readonly string[] {
    return readdirSync(project)
        .map((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1])
        .filter((name) => name !== undefined)
        .sort();
}

/** The settings of namespace `hearth` in the text of a stack file, without the namespace. */
export function hearthSettings(file: string, text: string): Readonly<Record<string, unknown>> {
    const entries = Object.entries(section(file, text))
        .filter(([key]) => key.startsWith(NAMESPACE))
        .map(([key, value]) => [key.slice(NAMESPACE.length), value]);
    return Object.fromEntries(entries);
}

function section(file: string, text: string): object {
    try {
        const document: unknown = parse(text);
        const config: unknown =
            document !== null && typeof document === "object" && "config" in document ? document.config : {};
        if (config !== null && typeof config === "object" && !Array.isArray(config)) return config;
    } catch (error) {
        const reason = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
        throw new UserError("the stack's file cannot be read", [
            { where: file, what: `is not YAML: ${reason}`, fix: "correct it, or restore it with git" },
        ]);
    }
    throw new UserError("the stack's file cannot be read", [
        { where: file, what: "`config` is not a map", fix: "write `hearth:<setting>: <value>` lines under `config:`" },
    ]);
}
