import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { UserError } from "../../components/config/problems";
import type { Checkout } from "./checkout";

/** By this a hook is known as ours. */
const MARK = "# Hearth: make push --hook";

/** A hook that pushes after each commit, and shows what comes of it. It never fails the commit, which is made by then. */
export function hookText(stack: string): string {
    return `#!/bin/sh\n${MARK}\nexec node tools/run.js push --stack ${stack}\n`;
}

/** Makes the hook. @returns its path @throws UserError when there is another one */
export async function installHook(project: string, checkout: Checkout, stack: string): Promise<string> {
    const path = await hookPath(project, checkout);
    if (existsSync(path) && !isOurs(path)) throw foreign(path);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, hookText(stack));
    chmodSync(path, 0o755);
    return path;
}

/** Removes the hook; one of the user's own stays. @returns its path, or undefined when there was none of ours */
export async function removeHook(project: string, checkout: Checkout): Promise<string | undefined> {
    const path = await hookPath(project, checkout);
    if (!existsSync(path) || !isOurs(path)) return undefined;
    rmSync(path);
    return path;
}

async function hookPath(project: string, checkout: Checkout): Promise<string> {
    return resolve(project, await checkout.git("rev-parse", "--git-path", "hooks/post-commit"));
}

function isOurs(path: string): boolean {
    return readFileSync(path, "utf8").includes(MARK);
}

function foreign(path: string): UserError {
    return new UserError("the hook was not made", [
        {
            where: path,
            what: "is a hook of your own, which stays as it is",
            fix: "add the line: node tools/run.js push --stack <stack>",
        },
    ]);
}
