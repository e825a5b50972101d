import { tmpdir } from "node:os";
import type { Settings } from "../../components/config/defaults";
import { type Problem, UserError } from "../../components/config/problems";
import { redacted } from "../charts/download";
import { capture, type Environment, type Result } from "../lib/process";

/** What is delivered, and from where; both have passed the gate, so that neither is an option of git's. */
export type Source = Pick<Settings["gitops"], "repository" | "revision">;

export interface AskOptions {
    /** Milliseconds until a repository must have answered. Default 10 000. */
    readonly answerWithin?: number;
    /** Variables of git. Default those of this process. */
    readonly env?: Environment;
}

/** What a repository said; `unasked` where there is no git to ask with. */
export type Answer = { readonly state: "fine" } | { readonly state: "unasked" } | RefusedAnswer;

interface RefusedAnswer {
    readonly state: "refused";
    readonly problem: Problem;
}

const ANSWER_WITHIN = 10_000;

/** Status of `capture` after a timeout. */
const TIMED_OUT = 124;

/** What git takes for a commit: names of them, whole or cut, are in no list of a repository's. */
const COMMIT = /^[0-9a-f]{7,64}$/;

/**
 * Looks whether Argo CD will find what it is to deliver, where layer argocd is on and a repository is set: a stack
 * whose applications never come would else look as if all were well.
 * @throws UserError when the repository does not answer or has no such revision
 */
export async function checkRepository(
    { layers, gitops }: Pick<Settings, "layers" | "gitops">,
    report: (line: string) => void,
    options: AskOptions = {},
): Promise<void> {
    if (!layers.includes("argocd") || gitops.repository === "") return;
    const answer = await askRepository(gitops, options);
    if (answer.state === "refused") throw new UserError("Argo CD would have nothing to deliver", [answer.problem]);
    if (answer.state === "unasked") {
        report("git is not installed, so that nobody looked whether hearth:gitops.repository answers");
    }
}

/** Asks a repository for a revision, as this user, without ever asking the user. */
export async function askRepository(source: Source, options: AskOptions = {}): Promise<Answer> {
    const answerWithin = options.answerWithin ?? ANSWER_WITHIN;
    const listed = await list(source, answerWithin, options.env ?? process.env);
    if (listed === undefined) return { state: "unasked" };
    const { status, stdout, stderr } = listed;
    if (status !== 0) {
        const seconds = `${answerWithin / 1000} s`;
        return silent(source, status === TIMED_OUT ? `nothing within ${seconds}` : reasonOf(stderr, status));
    }
    const refs = stdout.split("\n").flatMap((line) => line.split("\t")[1] ?? []);
    return refs.length > 0 && hasRevision(refs, source.revision) ? { state: "fine" } : without(source, refs);
}

/** Branches and tags of a repository, or all of its names where the revision is a whole one; undefined without git. */
async function list(source: Source, timeout: number, env: Environment): Promise<Result | undefined> {
    const { repository, revision } = source;
    const kinds = revision.startsWith("refs/") ? [] : ["--heads", "--tags"];
    try {
        // Not in the checkout, whose own settings (remotes, replaced addresses) the cluster does not have.
        return await capture("git", ["ls-remote", "--quiet", ...kinds, "--", repository], {
            cwd: tmpdir(),
            env: { ...env, ...QUIET },
            timeout,
            grace: 500,
        });
    } catch (error) {
        if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
        throw error;
    }
}

/** Nobody is asked for a name, a password or whether a host is known, neither here nor in a window. */
const QUIET: Environment = {
    GIT_TERMINAL_PROMPT: "0",
    GIT_ASKPASS: "",
    GCM_INTERACTIVE: "never",
    // ssh has no terminal to ask on, since it runs in a session of its own.
    SSH_ASKPASS_REQUIRE: "never",
    // Of a hook that runs this.
    GIT_DIR: undefined,
    GIT_WORK_TREE: undefined,
    LC_ALL: "C",
};

/** Whole names only: a repository that has `feature/main` has no `main`. */
function hasRevision(refs: readonly string[], revision: string): boolean {
    const names = [revision, `refs/heads/${revision}`, `refs/tags/${revision}`];
    return revision === "HEAD" || COMMIT.test(revision) || names.some((name) => refs.includes(name));
}

function silent({ repository }: Source, reason: string): RefusedAnswer {
    return refused(
        "hearth:gitops.repository",
        `${redacted(repository)} does not answer: ${reason}`,
        "correct the address, or make the repository reachable and readable from here; or take argocd out of hearth:layers",
    );
}

function without({ repository, revision }: Source, refs: readonly string[]): RefusedAnswer {
    const branches = refs.flatMap((ref) => /^refs\/heads\/(.+)$/.exec(ref)?.[1] ?? []);
    const some = branches.slice(0, 5).join(", ") + (branches.length > 5 ? ", …" : "");
    return refused(
        "hearth:gitops.revision",
        `${redacted(repository)} has no branch and no tag "${revision}"${branches.length === 0 ? ": it is empty" : ""}`,
        branches.length === 0 ? "push something to it" : `push it, or set the revision to one that is there: ${some}`,
    );
}

function refused(where: string, what: string, fix: string): RefusedAnswer {
    return { state: "refused", problem: { where, what, fix } };
}

/** The line of git's that tells most, without credentials. */
function reasonOf(stderr: string, status: number): string {
    const lines = stderr.split("\n").map((line) => line.trim());
    const said = lines.find((line) => /^(fatal|error): /.test(line)) ?? lines.find((line) => line !== "");
    if (said === undefined) return `git ended with status ${status}`;
    return said.replace(/^(fatal|error): /, "").replace(/([a-z]+:\/\/)[^@/\s]*@/g, "$1");
}
