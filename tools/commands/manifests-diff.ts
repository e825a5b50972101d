import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { UserError } from "../../components/config/problems";
import { UsageError, type Command } from "../lib/command";
import { capture } from "../lib/process";
import { differenceComment, type StackDifference } from "../manifests/difference";

export const command: Command = {
    summary: "tell how what stacks apply differs between two checkouts",
    usage: `Usage: node tools/run.js manifests-diff BASE HEAD

Compares two folders that have a folder for each stack (make manifests STACK=full OUT=BASE/full), and
prints the differences as the text of a comment on a pull request.`,
    positionals: true,
    async run({ positionals }) {
        const [base, head, ...more] = positionals;
        if (base === undefined || head === undefined || more.length > 0) {
            throw new UsageError("manifests-diff cannot do that", [
                {
                    where: "arguments",
                    what: `are ${positionals.length} and not two folders`,
                    fix: "name BASE and HEAD",
                },
            ]);
        }
        const stacks = [...new Set([base, head].flatMap(stacksIn))].sort();
        const differences: StackDifference[] = [];
        for (const stack of stacks) differences.push({ stack, diff: await difference(base, head, stack) });
        process.stdout.write(differenceComment(differences));
        return 0;
    },
};

function stacksIn(folder: string): readonly string[] {
    if (existsSync(folder)) return readdirSync(folder);
    throw new UserError("there is nothing to compare", [
        { where: folder, what: "is not there", fix: `make it: make manifests STACK=full OUT=${folder}/full` },
    ]);
}

/**
 * The difference of one stack, by paths that begin with its name. What is there on one side only is compared with nothing.
 * @throws Error where git fails
 */
async function difference(base: string, head: string, stack: string): Promise<string> {
    const nothing = mkdtempSync(join(tmpdir(), "hearth-nothing-"));
    try {
        const sides = [base, head]
            .map((folder) => join(resolve(folder), stack))
            .map((side) => (existsSync(side) ? side : nothing));
        const options = ["--no-index", "--no-color", "--no-ext-diff", "--no-renames"];
        const { status, stdout, stderr } = await capture("git", ["diff", ...options, "--", ...sides]);
        if (status > 1 || (status === 1 && stdout === "")) throw new Error(`git diff: ${stderr}`);
        return sides.reduce((text, side) => text.replaceAll(side, `/${stack}`), stdout);
    } finally {
        rmSync(nothing, { recursive: true });
    }
}
