import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { withDefaults } from "../../../components/config/defaults";
import { UserError, type Problem } from "../../../components/config/problems";
import { askRepository, checkRepository, type AskOptions } from "../../../tools/stack/gitops-repository";
import { withFolder, writeFiles } from "../../helpers/chart-archives";
import { serve } from "../../helpers/chart-server";

const NOBODY = {
    GIT_AUTHOR_NAME: "n",
    GIT_AUTHOR_EMAIL: "n@example.invalid",
    GIT_COMMITTER_NAME: "n",
    GIT_COMMITTER_EMAIL: "n@example.invalid",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_CONFIG_NOSYSTEM: "1",
};

function git(folder: string, ...args: readonly string[]): string {
    const env = { ...process.env, ...NOBODY, GIT_DIR: undefined };
    return execFileSync("git", args, {
        cwd: folder,
        env,
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
    }).trim();
}

interface Repository {
    readonly path: string;
    readonly commit: string;
}

/** A bare repository with the branches main, feature/only and tag v1. */
function withRepository(use: (repository: Repository) => Promise<void>): Promise<void> {
    return withFolder(async (folder) => {
        const path = join(folder, "apps.git");
        writeFiles(folder, { "work/app.yaml": "kind: ConfigMap\n" });
        const work = join(folder, "work");
        git(folder, "init", "--bare", "--initial-branch=main", path);
        git(work, "init", "--initial-branch=main");
        git(work, "add", ".");
        git(work, "commit", "-m", "first");
        git(work, "tag", "v1");
        git(work, "branch", "feature/only");
        git(work, "push", path, "main", "feature/only", "v1");
        await use({ path, commit: git(work, "rev-parse", "HEAD") });
    });
}

async function refusal(repository: string, revision = "main", options: AskOptions = {}): Promise<Problem> {
    const answer = await askRepository({ repository, revision }, options);
    return answer.state === "refused" ? answer.problem : assert.fail(answer.state);
}

describe("a repository that Argo CD is to deliver from", () => {
    it("is fine with a branch, a tag, a whole name, or a commit", () =>
        withRepository(async ({ path, commit }) => {
            for (const revision of [
                "main",
                "feature/only",
                "v1",
                "refs/heads/main",
                "HEAD",
                commit,
                commit.slice(0, 8),
            ]) {
                assert.deepEqual(await askRepository({ repository: path, revision }), { state: "fine" }, revision);
            }
        }));

    it("is refused without the revision, with the branches that it has", () =>
        withRepository(async ({ path }) => {
            const { where, what, fix } = await refusal(path, "mian");
            assert.equal(where, "hearth:gitops.revision");
            assert.match(what, /has no branch and no tag "mian"$/);
            assert.match(fix, /feature\/only, main/);
        }));

    it("is not fine by the end of another name", () =>
        withRepository(async ({ path }) => {
            assert.equal((await refusal(path, "only")).where, "hearth:gitops.revision");
            assert.equal((await refusal(path, "refs/heads/only")).where, "hearth:gitops.revision");
        }));

    it("is refused when it is empty, whatever the revision", () =>
        withFolder(async (folder) => {
            git(folder, "init", "--bare", join(folder, "empty.git"));
            for (const revision of ["main", "HEAD", "0123456789"]) {
                const { what, fix } = await refusal(join(folder, "empty.git"), revision);
                assert.match(what, /it is empty/);
                assert.equal(fix, "push something to it");
            }
        }));

    it("is refused when it is not there, with what git says", async () => {
        const { where, what } = await refusal("/nowhere/apps.git");
        assert.equal(where, "hearth:gitops.repository");
        assert.match(what, /^\/nowhere\/apps\.git does not answer: '?\/nowhere\/apps\.git'? does not/);
    });

    it("is refused when it wants a password, which nobody is asked for and no message shows", async () => {
        const server = await serve((_request, response) => {
            response.writeHead(401, { "www-authenticate": 'Basic realm="git"' }).end();
        });
        try {
            const { what } = await refusal(`http://${server.host}/apps.git`);
            assert.match(what, /does not answer: could not read Username.*terminal prompts disabled/);
            for (const host of [server.host, "127.0.0.1:9"]) {
                const secret = await refusal(`http://me:secret-text@${host}/apps.git`);
                assert.ok(!secret.what.includes("secret-text"), secret.what);
            }
        } finally {
            await server.close();
        }
    });

    it("is told about in git's own words, but for credentials, which older versions of it repeat", () =>
        withFolder(async (folder) => {
            const said = "warning: old\nfatal: unable to access 'https://me:secret-text@git.example/': no route";
            writeFiles(folder, { git: `#!/bin/sh\necho "${said}" >&2\nexit 128\n` });
            chmodSync(join(folder, "git"), 0o755);
            const { what } = await refusal("https://git.example/", "main", {
                env: { PATH: `${folder}:/bin:/usr/bin` },
            });
            assert.match(what, /does not answer: unable to access 'https:\/\/git\.example\/': no route$/);
        }));

    it("is given up when it says nothing for too long", async () => {
        const server = await serve(() => undefined);
        try {
            const started = Date.now();
            const { what } = await refusal(`http://${server.host}/apps.git`, "main", { answerWithin: 300 });
            assert.match(what, /does not answer: nothing within 0\.3 s/);
            assert.ok(Date.now() - started < 5000);
        } finally {
            await server.close();
        }
    });

    it("is not a remote of the folder that make runs in, nor of the hook that runs it", () =>
        withRepository(async ({ path, commit }) => {
            const work = join(path, "..", "work");
            git(work, "remote", "add", "origin", path);
            const before = process.cwd();
            process.chdir(work);
            try {
                const here = await refusal("origin", commit);
                assert.match(here.what, /origin does not answer/);
                const env = { ...process.env, GIT_DIR: join(work, ".git") };
                assert.match((await refusal("origin", commit, { env })).what, /origin does not answer/);
            } finally {
                process.chdir(before);
            }
        }));

    it("is asked for as what it is, not as an option", async () => {
        const { what } = await refusal("--upload-pack=touch");
        assert.match(what, /does not answer: .*'--upload-pack=touch'/);
    });
});

describe("checkRepository", () => {
    const settings = (layers: readonly string[], repository: string) =>
        withDefaults({ layers, gitops: { repository } });

    async function outcome(layers: readonly string[], repository: string, options: AskOptions = {}) {
        const told: string[] = [];
        const error: unknown = await checkRepository(
            settings(layers, repository),
            (line) => told.push(line),
            options,
        ).then(
            () => undefined,
            (reason: unknown) => reason,
        );
        return { told, error };
    }

    it("asks nobody without a repository, or without Argo CD", async () => {
        for (const [layers, repository] of [
            [["argocd"], ""],
            [[], "/nowhere/apps.git"],
        ] as const) {
            assert.deepEqual(await outcome(layers, repository), { told: [], error: undefined });
        }
    });

    it("passes a repository that answers, in silence", () =>
        withRepository(async ({ path }) => {
            assert.deepEqual(await outcome(["argocd"], path), { told: [], error: undefined });
        }));

    it("refuses the stack with one problem", async () => {
        const { told, error } = await outcome(["argocd"], "/nowhere/apps.git");
        assert.ok(error instanceof UserError);
        assert.equal(error.problems.length, 1);
        assert.match(error.message, /^Argo CD would have nothing to deliver/);
        assert.deepEqual(told, []);
    });

    it("only tells where there is no git", () =>
        withFolder(async (folder) => {
            const { told, error } = await outcome(["argocd"], "/nowhere/apps.git", { env: { PATH: folder } });
            assert.equal(error, undefined);
            assert.match(told.join(), /^git is not installed/);
        }));
});
