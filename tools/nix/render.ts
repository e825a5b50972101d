import { readdirSync } from "node:fs";
import { join } from "node:path";
import { MANIFESTS_DIR } from "../../components/config/delivery";
import { UserError } from "../../components/config/problems";
import { readTree, type Tree } from "../lib/tree";
import { nixOnPath, nixSystem, runNix } from "./nix";

/** Folder of Nixidy's environments, a file for each stack. */
const ENVIRONMENTS_DIR = join("nix", "stacks");

/** Stacks that manifests are rendered for, sorted. */
export function environmentNames(project: string): readonly string[] {
    return readdirSync(join(project, ENVIRONMENTS_DIR))
        .filter((file) => file.endsWith(".nix"))
        .map((file) => file.slice(0, -".nix".length))
        .sort();
}

/**
 * What Nixidy makes of `nix/` for one stack.
 * @param args further arguments for Nix
 * @throws UserError for an unknown stack, where there is no Nix, and with what Nix says where it fails
 */
export async function renderStack(project: string, stack: string, args: readonly string[] = []): Promise<Tree> {
    const known = environmentNames(project);
    if (!known.includes(stack)) {
        throw new UserError("nothing is rendered for that stack", [
            { where: stack, what: `has no file in ${ENVIRONMENTS_DIR}`, fix: `name one of ${known.join(", ")}` },
        ]);
    }
    const nix = nixOnPath();
    const system = nixSystem();
    if (nix === undefined || system === undefined) {
        throw new UserError("manifests cannot be rendered here", [
            {
                where: "nix",
                what: nix === undefined ? "is not on PATH" : "has no environments for this kind of machine",
                fix: `install Nix (https://nixos.org/download), or edit the files of ${MANIFESTS_DIR}/${stack} by hand`,
            },
        ]);
    }
    const attribute = `.#nixidyEnvs.${system}.${stack}.environmentPackage`;
    const result = await runNix(nix, project, ["build", ...args, attribute, "--no-link", "--print-out-paths"]);
    if (result.status === 0) return readTree(result.stdout.trim());
    throw new UserError(`nothing was rendered for stack ${stack}`, [
        {
            where: "nix/",
            what: `is refused by Nix:\n${result.stderr}`,
            fix: "correct it; Nix sees only files that git knows, so git add new ones",
        },
    ]);
}
