import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { stringify } from "yaml";
import type { Manifest } from "./manifests";

/** A file of a commit: objects, a text, or nothing for a path that is removed. */
export type Content = readonly Manifest[] | string | undefined;

/** A git repository on disk, with a work tree of its own to commit from. */
export class GitRepository {
    private readonly work: string;
    private readonly bare: string;

    /** @param folder an empty one, for both */
    public constructor(folder: string) {
        this.work = join(folder, "work");
        this.bare = join(folder, "applications.git");
        mkdirSync(this.work, { recursive: true });
        this.git(folder, "init", "--quiet", "--bare", "--initial-branch=main", this.bare);
        this.git(this.work, "init", "--quiet", "--initial-branch=main");
        this.git(this.work, "remote", "add", "origin", this.bare);
    }

    /** What it is cloned from. */
    public get url(): string {
        return pathToFileURL(this.bare).href;
    }

    /** Commits files by their paths, and pushes. @returns the commit */
    public commit(files: Readonly<Record<string, Content>>): string {
        for (const [path, content] of Object.entries(files)) {
            const file = join(this.work, path);
            if (content === undefined) {
                rmSync(file, { recursive: true, force: true });
                continue;
            }
            mkdirSync(dirname(file), { recursive: true });
            writeFileSync(
                file,
                typeof content === "string" ? content : content.map((one) => stringify(one)).join("---\n"),
            );
        }
        this.git(this.work, "add", "--all");
        this.git(this.work, "commit", "--quiet", "--allow-empty", "--message", Object.keys(files).join(" "));
        this.git(this.work, "push", "--quiet", "origin", "main");
        return this.git(this.work, "rev-parse", "HEAD");
    }

    private git(cwd: string, ...args: readonly string[]): string {
        const env = {
            PATH: process.env["PATH"],
            HOME: this.work,
            GIT_CONFIG_NOSYSTEM: "1",
            GIT_AUTHOR_NAME: "test",
            GIT_AUTHOR_EMAIL: "test@hearth.local",
            GIT_COMMITTER_NAME: "test",
            GIT_COMMITTER_EMAIL: "test@hearth.local",
        };
        const { status, stdout, stderr } = spawnSync("git", [...args], { cwd, env, encoding: "utf8" });
        if (status !== 0) throw new Error(`git ${args.join(" ")}: ${stderr}`);
        return stdout.trim();
    }
}
