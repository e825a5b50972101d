import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nixOnPath, nixSystem, runNix, type NixResult } from "../../tools/nix/nix";

/**
 * Further arguments for Nix, parted by blanks: `--offline --override-input nixpkgs path:/…` for a machine that cannot
 * fetch the inputs.
 */
const ARGUMENTS_VARIABLE = "HEARTH_TEST_NIX_ARGS";

/** What the flake is made of. */
const PARTS = ["flake.nix", "flake.lock", "nix", "manifests", "collector", "components/config/registry.json"];

/** Why nothing can be asked of Nix here; undefined when it can. */
export function nixObstacle(): string | undefined {
    if (nixOnPath() === undefined) return "there is no nix on PATH";
    return nixSystem() === undefined ? "the flake is not for this kind of machine" : undefined;
}

/** A copy of the flake, whose files tests may change. */
export class NixFlake {
    public readonly folder = realpathSync(mkdtempSync(join(tmpdir(), "hearth-flake-")));
    private readonly originals = new Map<string, string>();

    public constructor() {
        for (const part of PARTS) cpSync(part, join(this.folder, part), { recursive: true });
    }

    /** Changes a file until `reset`. @throws Error when it does not have the text that is to be replaced */
    public edit(file: string, from: string, to: string): void {
        const path = join(this.folder, file);
        const text = readFileSync(path, "utf8");
        if (!text.includes(from)) throw new Error(`${file} has no ${from}`);
        if (!this.originals.has(path)) this.originals.set(path, text);
        writeFileSync(
            path,
            text.replace(from, () => to),
        );
    }

    /** Takes back all changes. */
    public reset(): void {
        for (const [path, text] of this.originals) writeFileSync(path, text);
        this.originals.clear();
    }

    public remove(): void {
        rmSync(this.folder, { recursive: true, force: true });
    }

    /** Runs Nix on the copy: `command`, the flake with an attribute, further arguments. */
    public run(command: string, attribute: string, ...args: readonly string[]): Promise<NixResult> {
        const flake = attribute === "" ? `path:${this.folder}` : `path:${this.folder}#${attribute}`;
        const more = (process.env[ARGUMENTS_VARIABLE] ?? "").split(" ").filter((argument) => argument !== "");
        const nix = nixOnPath();
        if (nix === undefined) throw new Error("there is no nix on PATH");
        return runNix(nix, this.folder, [...command.split(" "), flake, "--no-write-lock-file", ...more, ...args]);
    }

    /** What Nix says of one of the flake's checks, which it evaluates, or with `build` makes. */
    public check(name: string, build = false): Promise<NixResult> {
        const attribute = `checks.${String(nixSystem())}.${name}`;
        return build
            ? this.run("build", attribute, "--no-link", "--print-build-logs")
            : this.run("eval", `${attribute}.drvPath`);
    }
}
