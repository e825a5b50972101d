import type { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { shellWords } from "./words";

const PACKAGE_MANAGERS = ["auto", "npm", "yarn", "pnpm", "bun"] as const;

export type PackageManagerOption = (typeof PACKAGE_MANAGERS)[number];

/** `runtime.options` of a Pulumi.yaml, PulumiPolicy.yaml or PulumiPlugin.yaml. */
export interface RuntimeOptions {
    /** TypeScript is transpiled when it is loaded. Default true. */
    readonly typescript: boolean;
    /** Path of the compiler's settings, relative to the program. Default tsconfig.json, which the SDK looks for. */
    readonly tsconfig?: string;
    /** Arguments of Node itself, before the program. */
    readonly nodeargs: readonly string[];
    /** Default auto: the one whose lock file is there. */
    readonly packagemanager: PackageManagerOption;
}

/**
 * Reads the options that Pulumi's Node host has; others are left alone.
 * @throws Error that names every option with a wrong value
 */
export function runtimeOptions(options: Struct | undefined): RuntimeOptions {
    const given = options?.toJavaScript() ?? {};
    const wrong: string[] = [];
    const read = <T>(name: string, fallback: T, expected: string, parse: (value: unknown) => T | undefined): T => {
        const value: unknown = given[name];
        if (value === undefined || value === null) return fallback;
        const parsed = parse(value);
        if (parsed === undefined) wrong.push(`${name} must be ${expected}, and is ${JSON.stringify(value)}`);
        return parsed ?? fallback;
    };
    const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
    const typescript = read("typescript", true, "true or false", (value) =>
        typeof value === "boolean" ? value : undefined,
    );
    const tsconfig = read("tsconfig", "", "a path", text);
    const line = read("nodeargs", "", "a line of arguments", text);
    const packagemanager = read<PackageManagerOption>(
        "packagemanager",
        "auto",
        `one of ${PACKAGE_MANAGERS.join(", ")}`,
        (value) => PACKAGE_MANAGERS.find((name) => name === value),
    );
    const nodeargs = words(line, wrong);
    if (wrong.length > 0) {
        throw new Error(
            [
                "the options of the runtime nodejs are not valid",
                ...wrong.map((problem) => `  ${problem}`),
                "  fix: correct them under runtime.options in the project's file (Pulumi.yaml)",
            ].join("\n"),
        );
    }
    return { typescript, ...(tsconfig === "" ? {} : { tsconfig }), nodeargs, packagemanager };
}

function words(line: string, wrong: string[]): readonly string[] {
    try {
        return shellWords(line);
    } catch (error) {
        wrong.push(`nodeargs: ${error instanceof Error ? error.message : String(error)}`);
        return [];
    }
}

/** Variables with which the SDK's programs load TypeScript as the options say. */
export function typescriptVariables({ typescript, tsconfig }: RuntimeOptions): Readonly<Record<string, string>> {
    return {
        ...(typescript ? { PULUMI_NODEJS_TYPESCRIPT: "true" } : {}),
        ...(tsconfig === undefined ? {} : { PULUMI_NODEJS_TSCONFIG_PATH: tsconfig }),
    };
}
