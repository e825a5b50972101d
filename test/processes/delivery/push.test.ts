import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { UserError } from "../../../components/config/problems";
import { Checkout } from "../../../tools/push/checkout";
import { installHook, removeHook } from "../../../tools/push/hook";
import { deliverCommit, foldersAt, type Served } from "../../../tools/push/push";
import { verdictLines } from "../../../tools/push/verdict";
import { application, FakeArgoCd, synced } from "../../helpers/fake-argocd";

const GITOPS = { revision: "main", path: "manifests/full/*", without: ["manifests/full/demo"] };

describe("make push", function () {
    this.timeout(20_000);
    let folder: string;
    let project: string;
    /** A checkout with one commit. */
    let fresh: string;
    let fake: FakeArgoCd;
    let checkout: Checkout;

    const git = (...args: readonly string[]): string => {
        const identity = ["-c", "user.name=test", "-c", "user.email=test@hearth.local"];
        const { status, stdout, stderr } = spawnSync("git", [...identity, ...args], { cwd: project, encoding: "utf8" });
        assert.equal(status, 0, stderr);
        return stdout.trim();
    };
    const write = (path: string, text: string): void => {
        mkdirSync(dirname(join(project, path)), { recursive: true });
        writeFileSync(join(project, path), text);
    };
    const served = (): Served => ({
        stack: "full",
        gitops: GITOPS,
        applicationNamespaces: ["apps"],
        env: fake.env,
    });
    const onServer = (...args: readonly string[]): string => {
        const { stdout } = spawnSync("git", ["--git-dir", fake.repository, ...args], { encoding: "utf8" });
        return stdout.trim();
    };

    before(() => {
        fresh = mkdtempSync(join(tmpdir(), "hearth-push-fresh-"));
        project = fresh;
        git("init", "--quiet", "--initial-branch=feature");
        write("manifests/full/web/web.yaml", "a: 1\n");
        write("manifests/full/demo/demo.yaml", "a: 1\n");
        write("README.md", "text\n");
        git("add", "--all");
        git("commit", "--quiet", "--message", "first");
    });
    after(() => rmSync(fresh, { recursive: true }));

    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "hearth-push-test-"));
        project = join(folder, "project");
        cpSync(fresh, project, { recursive: true });
        mkdirSync(join(folder, "cluster"));
        fake = new FakeArgoCd(join(folder, "cluster"));
        checkout = new Checkout(project);
    });
    afterEach(() => rmSync(folder, { recursive: true, force: true }));

    it("brings the commit that is checked out to the branch that Argo CD follows, whatever its own branch", async () => {
        const commit = await checkout.head();
        fake.says([application("apps-web", synced(commit))]);
        const verdict = await deliverCommit(checkout, commit, served());
        assert.equal(onServer("rev-parse", "refs/heads/main"), commit);
        assert.equal(onServer("branch", "--list", "feature"), "");
        assert.deepEqual(verdictLines(verdict), [
            `ok apps-web: Synced to ${commit.slice(0, 8)}, Healthy`,
            "     Deployment apps/web: configured",
        ]);
    });

    it("has Argo CD look after the push and not before, for folders and for applications", async () => {
        const commit = await checkout.head();
        fake.says([application("apps-web", synced(commit))]);
        await deliverCommit(checkout, commit, served());
        const [push, set, applications, look] = fake.called();
        assert.match(push ?? "", /^-n argocd exec -i deployment\/git-server -c git-server -- git-receive-pack /);
        assert.match(set ?? "", /annotate .* applicationset .*application-set-refresh=true/);
        assert.match(applications ?? "", /annotate .* applications --all argocd\.argoproj\.io\/refresh=normal/);
        assert.match(look ?? "", /get applicationsets,applications/);
    });

    it("replaces what was there, also after an amended commit", async () => {
        fake.says([application("apps-web", synced(await checkout.head()))]);
        await deliverCommit(checkout, await checkout.head(), served());
        git("commit", "--quiet", "--amend", "--message", "amended");
        const commit = await checkout.head();
        fake.says([application("apps-web", synced(commit))]);
        await deliverCommit(checkout, commit, served());
        assert.equal(onServer("rev-parse", "refs/heads/main"), commit);
    });

    it("goes from a checkout without its history, as CI makes them", async () => {
        git("commit", "--quiet", "--allow-empty", "--message", "second");
        const shallow = join(folder, "shallow");
        spawnSync("git", ["clone", "--quiet", "--depth=1", `file://${project}`, shallow]);
        // As the git server's own script does.
        onServer("config", "receive.shallowUpdate", "true");
        const clone = new Checkout(shallow);
        const commit = await clone.head();
        fake.says([application("apps-web", synced(commit))]);
        await deliverCommit(clone, commit, served());
        assert.equal(onServer("rev-parse", "refs/heads/main"), commit);
    });

    it("prints the error of an application that Argo CD cannot sync", async () => {
        const commit = await checkout.head();
        const status = { conditions: [{ type: "ComparisonError", message: "cannot unmarshal web.yaml" }] };
        fake.says([application("apps-web", status)]);
        const verdict = await deliverCommit(checkout, commit, served());
        assert.equal(verdict.well, false);
        assert.deepEqual(verdictLines(verdict), ["!! apps-web: cannot unmarshal web.yaml"]);
    });

    it("says what to look at when the git server is not there", async () => {
        const nowhere = { ...served(), env: { ...fake.env, PATH: "/usr/bin:/bin" } };
        await assert.rejects(
            deliverCommit(checkout, await checkout.head(), nowhere),
            (error) => error instanceof UserError && /make up STACK=full makes it/.test(error.message),
        );
    });

    it("gives up on an Argo CD that never finishes, and says where it stands", async () => {
        fake.says([]);
        await assert.rejects(
            deliverCommit(checkout, await checkout.head(), served(), { lookEvery: 10, waitAtMost: 30 }),
            /apps-web: is not there yet/,
        );
    });

    it("knows the applications of a commit by its folders, without those that are left out", async () => {
        git("mv", "manifests/full/web", "manifests/full/shop");
        assert.deepEqual(await foldersAt(checkout, "HEAD", GITOPS), ["manifests/full/web"]);
        git("commit", "--quiet", "--message", "renamed");
        assert.deepEqual(await foldersAt(checkout, "HEAD", GITOPS), ["manifests/full/shop"]);
        assert.deepEqual(await foldersAt(checkout, "HEAD", { path: GITOPS.path }), [
            "manifests/full/demo",
            "manifests/full/shop",
        ]);
    });

    describe("takes a snapshot of what is on disk", () => {
        it("with files that are changed, new and gone, and nothing from outside of the folders", async () => {
            const before = [git("rev-parse", "HEAD"), git("status", "--porcelain")];
            write("manifests/full/web/more.yaml", "b: 1\n");
            write("README.md", "changed\n");
            rmSync(join(project, "manifests/full/demo"), { recursive: true });
            const commit = await checkout.snapshot(["manifests/full"]);
            const files = git("ls-tree", "-r", "--name-only", commit).split("\n");
            assert.deepEqual(files, ["README.md", "manifests/full/web/more.yaml", "manifests/full/web/web.yaml"]);
            assert.equal(git("show", `${commit}:README.md`), "text");
            assert.equal(git("rev-parse", `${commit}^`), before[0]);
        });

        it("and leaves index, branch and files as they are", async () => {
            write("manifests/full/web/web.yaml", "a: 2\n");
            const before = [git("rev-parse", "HEAD"), git("status", "--porcelain"), git("branch", "--list")];
            await checkout.snapshot(["manifests/full"]);
            assert.deepEqual([git("rev-parse", "HEAD"), git("status", "--porcelain"), git("branch", "--list")], before);
        });

        it("which is the commit that is checked out where nothing differs", async () => {
            assert.equal(await checkout.snapshot(["manifests/full"]), git("rev-parse", "HEAD"));
        });
    });

    it("tells what is not committed: what is new, what is changed, and what is gone", async () => {
        assert.deepEqual(await checkout.uncommitted(["manifests/full"]), []);
        write("README.md", "changed\n");
        write("manifests/full/web/new.yaml", "b: 1\n");
        write("manifests/full/web/web.yaml", "a: 2\n");
        git("mv", "manifests/full/demo/demo.yaml", "manifests/full/demo/other.yaml");
        assert.deepEqual(await checkout.uncommitted(["manifests/full"]), [
            "manifests/full/demo/demo.yaml",
            "manifests/full/demo/other.yaml",
            "manifests/full/web/new.yaml",
            "manifests/full/web/web.yaml",
        ]);
    });

    it("says what is missing where there is no commit, or no repository", async () => {
        rmSync(join(project, ".git"), { recursive: true });
        const outside = new Checkout(project, { ...process.env, GIT_CEILING_DIRECTORIES: folder });
        await assert.rejects(outside.head(), /git init/);
        git("init", "--quiet");
        await assert.rejects(checkout.head(), /commit something first/);
    });

    describe("as a hook", () => {
        it("is made, can be run, and is removed again", async () => {
            const path = await installHook(project, checkout, "full");
            assert.equal(path, join(project, ".git/hooks/post-commit"));
            assert.match(readFileSync(path, "utf8"), /push --stack full/);
            assert.equal(statSync(path).mode & 0o111, 0o111);
            assert.equal(await removeHook(project, checkout), path);
            assert.equal(existsSync(path), false);
            assert.equal(await removeHook(project, checkout), undefined);
        });

        it("leaves a hook of the user's own alone", async () => {
            write(".git/hooks/post-commit", "#!/bin/sh\n");
            await assert.rejects(installHook(project, checkout, "full"), /is a hook of your own/);
            assert.equal(await removeHook(project, checkout), undefined);
            assert.equal(readFileSync(join(project, ".git/hooks/post-commit"), "utf8"), "#!/bin/sh\n");
        });
    });
});
