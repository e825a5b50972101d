import { readFileSync } from "node:fs";
import { join } from "node:path";
import { UserError, type Problem } from "../../components/config/problems";
import { capture, type Environment } from "../lib/process";
import { moduleDir } from "./keys";
import { programOnPath } from "./on-path";
import { accepts } from "./versions";

/** What the machine has, as far as building tools depends on it. */
export interface Facts {
    /** Programs that are on PATH. */
    readonly programs: ReadonlySet<string>;
    /** Version of Go, without `go`; absent when Go is missing or does not start. */
    readonly go?: string;
    /** Go's setting GOTOOLCHAIN: with `auto`, Go fetches a newer Go itself where a module needs one. */
    readonly toolchain?: string;
}

/** Programs beside Go that an installation from source and the cluster's scripts need, with the reason. */
const PROGRAMS: Readonly<Record<string, string>> = {
    bash: "the cluster's scripts are run by it",
    git: "Go fetches sources with it where no module proxy answers",
    make: "its targets are how Hearth is used",
};

/** Go has been able to fetch a newer Go since this version. */
const FIRST_WITH_TOOLCHAINS = "1.21.0";

/** Everything that is missing or too old for building, with its fix. */
export function prerequisiteProblems({ programs, go, toolchain = "auto" }: Facts, needed: string): readonly Problem[] {
    const missing = Object.entries(PROGRAMS)
        .filter(([program]) => !programs.has(program))
        .map(([program, reason]) => ({
            where: program,
            what: `is not on PATH; ${reason}`,
            fix: `install ${program} with your system's package manager`,
        }));
    return [...missing, ...goProblems(go, toolchain, needed)];
}

function goProblems(go: string | undefined, toolchain: string, needed: string): readonly Problem[] {
    const fix = `install Go ${needed} or newer (https://go.dev/dl), or make the network reach the tools' releases`;
    const where = "go";
    if (go === undefined) {
        return [{ where, what: "is not on PATH, and some tools have to be built from source here", fix }];
    }
    if (accepts({ from: needed }, go)) return [];
    const fetchesItself = accepts({ from: FIRST_WITH_TOOLCHAINS }, go) && /^auto$|\+auto$/.test(toolchain);
    if (fetchesItself) return [];
    return [{ where, what: `is ${go}, and ${needed} is needed (GOTOOLCHAIN is ${toolchain})`, fix }];
}

/** The newest Go that any of these modules asks for. */
export function neededGo(project: string, folders: readonly string[]): string {
    const versions = folders.map((folder) =>
        goDirective(readFileSync(join(moduleDir(project, folder), "go.mod"), "utf8")),
    );
    return versions.reduce((newest, version) => (accepts({ from: newest }, version) ? version : newest), "1.21.0");
}

/** The version that a go.mod asks for. */
export function goDirective(text: string): string {
    const version = /^go (\d+\.\d+(?:\.\d+)?)/m.exec(text)?.[1];
    if (version === undefined) throw new Error("a go.mod has no go directive");
    return version;
}

/**
 * Checks that these modules can be built here.
 * @throws UserError with every problem at once
 */
export async function requirePrerequisites(
    project: string,
    folders: readonly string[],
    env: Environment,
    own: string,
): Promise<void> {
    const has = (program: string): boolean => programOnPath(program, env["PATH"] ?? "", own) !== undefined;
    const go = has("go") ? await askGo(project, env) : {};
    const facts: Facts = { programs: new Set(Object.keys(PROGRAMS).filter(has)), ...go };
    const problems = prerequisiteProblems(facts, neededGo(project, folders));
    if (problems.length > 0) throw new UserError("the tools cannot be built on this machine", problems);
}

async function askGo(project: string, env: Environment): Promise<Pick<Facts, "go" | "toolchain">> {
    // Outside a module, so that a Go that is too old for one tells its version instead of fetching another Go.
    const { status, stdout } = await capture("go", ["env", "GOVERSION", "GOTOOLCHAIN"], { cwd: project, env });
    if (status !== 0) return {};
    const [version = "", toolchain = ""] = stdout.split("\n");
    // Go before 1.21 has no such setting, and cannot fetch another Go.
    return { go: version.replace(/^go/, ""), toolchain: toolchain === "" ? "local" : toolchain };
}
