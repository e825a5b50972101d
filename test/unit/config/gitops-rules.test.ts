import assert from "node:assert/strict";
import { judged, onlyProblem } from "../../helpers/setting-problems";

const ON = { cni: "cilium", layers: ["argocd"] };
const REPOSITORY = "https://git.example/team/apps.git";

describe("the rules of GitOps", () => {
    it("accept the addresses that git clones from over a network", () => {
        for (const repository of [
            REPOSITORY,
            "http://gitea.git.svc:3000/team/apps",
            "ssh://git@git.example:2222/team/apps.git",
            "ssh://git.example/team/apps.git",
            "git@git.example:team/apps.git",
            "git@git.example:/srv/apps.git",
            "git://127.0.0.1:9418/apps.git",
            "https://[::1]:3000/apps.git",
        ]) {
            assert.deepEqual(judged({ ...ON, gitops: { repository } }), [], repository);
        }
        assert.deepEqual(judged({ ...ON, gitops: {} }), []);
    });

    it("refuse credentials in an address, and do not show it", () => {
        for (const repository of [
            "https://me:secret-text@git.example/apps.git",
            "https://secret-text@git.example/apps.git",
            "https://git.example/apps.git?access_token=secret-text",
            "ssh://git:secret-text@git.example/apps.git",
            "git:secret-text@git.example:apps.git",
            "https://me:secret-text@git.exa mple/apps.git",
        ]) {
            const { where, what, fix } = onlyProblem({ ...ON, gitops: { repository } });
            assert.equal(where, "hearth:gitops.repository");
            assert.match(what, /has credentials in it/, repository);
            assert.ok(!`${what}${fix}`.includes("secret-text"));
        }
    });

    it("refuse what no cluster can clone from, and do not show it either", () => {
        for (const repository of [
            "/srv/secret-text.git",
            "./secret-text",
            "file:///srv/secret-text.git",
            "ext::sh -c secret-text",
            "secret-text",
            "https://git.example",
            "https://git.example/",
            "--upload-pack=secret-text",
            "git@git.example:--secret-text",
        ]) {
            const { what, fix } = onlyProblem({ ...ON, gitops: { repository } });
            assert.match(what, /is not the address of a git repository/, repository);
            assert.ok(!`${what}${fix}`.includes("secret-text"));
        }
    });

    it("refuse a repository that nobody delivers", () => {
        const { what } = onlyProblem({ layers: [], gitops: { repository: REPOSITORY } });
        assert.match(what, /layer "argocd", which delivers it, is off/);
    });

    it("refuse revisions that git cannot have", () => {
        for (const revision of [
            "",
            " ",
            "a b",
            "--exec",
            "a..b",
            "a~1",
            "a^",
            "a:b",
            "v1.*",
            "/main",
            "main/",
            "a.lock",
        ]) {
            assert.equal(onlyProblem({ gitops: { revision } }).where, "hearth:gitops.revision", revision);
        }
        for (const revision of ["main", "release/1.2", "v1.2.3", "HEAD", "0a1b2c3", "feature-x_y"]) {
            assert.deepEqual(judged({ gitops: { revision } }), [], revision);
        }
    });

    it("refuse paths that leave the repository", () => {
        for (const path of ["/etc", "../x", "a/../b", "a//b", "./a", "a/", "a\\b", "a b"]) {
            assert.equal(onlyProblem({ gitops: { path } }).where, "hearth:gitops.path", path);
        }
        for (const path of ["", "manifests/full/*", "*", "apps", "a/*/b", "a..b/c"]) {
            assert.deepEqual(judged({ gitops: { path } }), [], path);
        }
    });
});
