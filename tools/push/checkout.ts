import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "../../components/config/problems";
import { capture, type Environment } from "../lib/process";

/** What a hook that runs this tells git of itself would lead git elsewhere. */
const NO_HOOK: Environment = { GIT_DIR: undefined, GIT_WORK_TREE: undefined, GIT_INDEX_FILE: undefined };

/** The user's checkout as git sees it. Nothing of it is ever changed: no branch, no index, no file. */
export class Checkout {
    public constructor(
        private readonly project: string,
        private readonly env: Environment = process.env,
    ) {}

    /** The commit that is checked out. @throws UserError when there is none */
    public async head(): Promise<string> {
        return this.git("rev-parse", "--verify", "HEAD^{commit}");
    }

    /** Name of the branch that is checked out; undefined for a commit without one. */
    public async branch(): Promise<string | undefined> {
        const name = await this.git("rev-parse", "--abbrev-ref", "HEAD");
        return name === "HEAD" ? undefined : name;
    }

    /**
     * Files below some folders that differ from the commit that is checked out, sorted: new ones, and those that are gone;
     * a renamed one is both.
     */
    public async uncommitted(folders: readonly string[]): Promise<readonly string[]> {
        if (folders.length === 0) return [];
        const args = ["--porcelain=v1", "-z", "--no-renames", "--untracked-files=all"];
        const listed = await this.git("status", ...args, "--", ...folders);
        const entries = listed.split("\0").filter((entry) => entry !== "");
        return entries.map((entry) => entry.slice("XY ".length)).sort();
    }

    /**
     * A commit of some folders as they are on disk now, on top of the one that is checked out, and on no branch. Where
     * nothing differs it is that one.
     */
    public async snapshot(folders: readonly string[]): Promise<string> {
        const head = await this.head();
        if ((await this.uncommitted(folders)).length === 0) return head;
        const scratch = mkdtempSync(join(tmpdir(), "hearth-push-"));
        const index = { GIT_INDEX_FILE: join(scratch, "index") };
        try {
            await this.gitWith(index, "read-tree", head);
            // Folders that are gone are named, too, or they would stay.
            for (const folder of folders) await this.gitWith(index, "add", "--all", "--", folder);
            const tree = await this.gitWith(index, "write-tree");
            const message = "make watch: as it is on disk";
            return await this.gitWith({ ...index, ...NOBODY }, "commit-tree", tree, "-p", head, "-m", message);
        } finally {
            rmSync(scratch, { recursive: true, force: true });
        }
    }

    /** Runs git in the checkout. @returns what it prints @throws UserError with what it says */
    public git(...args: readonly string[]): Promise<string> {
        return this.gitWith({}, ...args);
    }

    /** The same with further variables. */
    public async gitWith(variables: Environment, ...args: readonly string[]): Promise<string> {
        const env = { ...this.env, ...NO_HOOK, LC_ALL: "C", ...variables };
        const { status, stdout, stderr } = await capture("git", args, { cwd: this.project, env }).catch(withoutGit);
        if (status === 0) return stdout.trimEnd();
        const [command = ""] = args;
        const said = stderr.trim().split("\n").at(-1) ?? "";
        throw new UserError("git could not do its part", [
            { where: `git ${command}`, what: said === "" ? `ended with status ${status}` : said, fix: fixOf(said) },
        ]);
    }
}

/** Who a snapshot is by: it is on no branch, and no person has made it. */
const NOBODY: Environment = {
    GIT_AUTHOR_NAME: "make watch",
    GIT_AUTHOR_EMAIL: "watch@hearth.invalid",
    GIT_COMMITTER_NAME: "make watch",
    GIT_COMMITTER_EMAIL: "watch@hearth.invalid",
};

function withoutGit(error: unknown): never {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
    throw new UserError("git could not do its part", [
        { where: "git", what: "is not on PATH", fix: "install git (https://git-scm.com)" },
    ]);
}

function fixOf(said: string): string {
    if (/not a git repository/.test(said)) return "make the checkout one: git init, git add, git commit";
    if (/Needed a single revision|unknown revision|does not have any commits/.test(said))
        return "commit something first";
    return "mend what it says and run again";
}
