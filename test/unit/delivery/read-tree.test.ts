import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { UserError } from "../../../components/config/problems";
import { applicationFolders, loadApplications, type TreeSettings } from "../../../components/delivery/read-tree";
import { applicationSources, sourceRoot, sourcesHash } from "../../../tools/delivery/sources";
import { Manifests } from "../../../tools/watch/manifests";

const CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: web }\n";

describe("the rendered tree on disk", () => {
    let project: string;
    const path = process.env["PATH"];

    const write = (file: string, text: string): void => {
        mkdirSync(dirname(join(project, file)), { recursive: true });
        writeFileSync(join(project, file), text);
    };
    /** A kubectl that renders every Kustomization to one ConfigMap, named after its folder. */
    const withKubectl = (script: string): void => {
        write("bin/kubectl", `#!/bin/bash\n${script}\n`);
        chmodSync(join(project, "bin/kubectl"), 0o755);
        process.env["PATH"] = `${join(project, "bin")}${delimiter}${path ?? ""}`;
    };
    const settings = (more: Partial<TreeSettings["gitops"]> = {}): TreeSettings => ({
        stack: "dev-fast",
        applicationNamespaces: ["apps"],
        gitops: { revision: "main", path: "manifests/dev-fast/*", ...more },
    });
    const refusal = (): string => {
        try {
            loadApplications(project, settings());
        } catch (error) {
            assert.ok(error instanceof UserError);
            return error.message;
        }
        return assert.fail("it was not refused");
    };

    beforeEach(() => {
        project = mkdtempSync(join(tmpdir(), "hearth-tree-"));
    });
    afterEach(() => {
        process.env["PATH"] = path;
        rmSync(project, { recursive: true, force: true });
    });

    it("is no application where there is no tree", () => {
        assert.deepEqual(loadApplications(project, settings()), []);
    });

    it("is an application for each folder that fits, but for those that are left out", () => {
        for (const folder of ["web", "demo", ".hidden"]) write(`manifests/dev-fast/${folder}/a.yaml`, "");
        write("manifests/dev-fast/file.yaml", "");
        write("manifests/full/other/a.yaml", "");
        const without = ["manifests/dev-fast/demo"];
        assert.deepEqual(applicationFolders(project, settings({ without }).gitops), ["manifests/dev-fast/web"]);
        assert.deepEqual(applicationFolders(project, { path: "manifests/*/*" }), [
            "manifests/dev-fast/demo",
            "manifests/dev-fast/web",
            "manifests/full/other",
        ]);
        assert.deepEqual(applicationFolders(project, { path: "manifests/*-fast/w*" }), ["manifests/dev-fast/web"]);
        assert.deepEqual(applicationFolders(project, { path: "manifests/dev.fast/*" }), []);
        assert.equal(sourceRoot("manifests/dev-fast/*"), "manifests/dev-fast");
        assert.equal(sourceRoot("*"), ".");
    });

    it("has no object from subfolders, hidden files, other files, and locks of editors", () => {
        write("manifests/dev-fast/web/web.yaml", CONFIG_MAP);
        write("manifests/dev-fast/web/deeper/a.yaml", "- x");
        write("manifests/dev-fast/web/.hidden.yaml", "- x");
        write("manifests/dev-fast/web/README.md", "- x");
        symlinkSync("nobody@nowhere", join(project, "manifests/dev-fast/web/lock.yaml"));
        const [application] = loadApplications(project, settings());
        assert.deepEqual(
            application?.objects.map(({ id, file }) => [id, file]),
            [["ConfigMap apps/web", "manifests/dev-fast/web/web.yaml"]],
        );
    });

    it("is rendered by Kustomize where a folder is one of that's", () => {
        withKubectl('printf "apiVersion: v1\\nkind: ConfigMap\\nmetadata: { name: $(basename "$2") }\\n"');
        write("manifests/dev-fast/kustomized/kustomization.yaml", "resources: [a.yaml]\n");
        write("manifests/dev-fast/kustomized/a.yaml", "- never read by itself");
        const [application] = loadApplications(project, settings());
        assert.deepEqual(
            application?.objects.map(({ id }) => id),
            ["ConfigMap apps/kustomized"],
        );
    });

    it("is refused with what Kustomize says, and where there is no kubectl", () => {
        write("manifests/dev-fast/web/kustomization.yaml", "resources: [a.yaml]\n");
        withKubectl('echo "error: no such file a.yaml" >&2; exit 1');
        assert.match(refusal(), /kustomization\.yaml: cannot be rendered: no such file a\.yaml/);
        process.env["PATH"] = join(project, "nowhere");
        assert.match(refusal(), /needs kubectl, which is not on PATH/);
    });

    it("is refused where a folder is a Helm chart, which only Argo CD takes", () => {
        write("manifests/dev-fast/web/Chart.yaml", "name: web\n");
        assert.match(refusal(), /Chart\.yaml: is a Helm chart/);
    });

    describe("as sources", () => {
        beforeEach(() => {
            write("manifests/dev-fast/plain/a.yaml", CONFIG_MAP);
            write("manifests/dev-fast/web/kustomization.yaml", "resources: [../../../bases/web, a.yaml]\n");
            write("bases/web/kustomization.yaml", "components: [../logging]\nresources: [../web]\n");
            write("bases/logging/kustomization.yaml", "kind: Component\n");
        });

        it("leads to the bases and components of Kustomizations, round in circles or not, and not out of the checkout", () => {
            assert.deepEqual(applicationSources(project, settings().gitops), [
                { folder: "manifests/dev-fast/plain", folders: ["manifests/dev-fast/plain"] },
                { folder: "manifests/dev-fast/web", folders: ["manifests/dev-fast/web", "bases/web", "bases/logging"] },
            ]);
            write("bases/web/kustomization.yaml", "resources: [../../.., /tmp, https://example.com/base]\n");
            assert.deepEqual(applicationSources(project, settings().gitops)[1]?.folders, [
                "manifests/dev-fast/web",
                "bases/web",
            ]);
        });

        it("has another hash when anything of it changes, and the same when nothing does", () => {
            const hash = (): string => sourcesHash(project, settings().gitops);
            const before = hash();
            utimesSync(join(project, "bases/logging/kustomization.yaml"), 1, 1);
            write("bases/other/a.yaml", "x");
            assert.equal(hash(), before);
            write("bases/logging/kustomization.yaml", "kind: Component # changed\n");
            const changed = hash();
            assert.notEqual(changed, before);
            rmSync(join(project, "manifests/dev-fast/plain"), { recursive: true });
            assert.notEqual(hash(), changed);
        });
    });

    describe("between looks of make watch", () => {
        const manifests = (): Manifests => new Manifests({ project, ...settings() });

        it("is read anew only where something changed", () => {
            withKubectl(`echo rendered >> '${join(project, "calls")}'; echo "---"`);
            write("manifests/dev-fast/a/a.yaml", CONFIG_MAP.replace("web", "a"));
            write("manifests/dev-fast/b/kustomization.yaml", "resources: [../../../bases/b]\n");
            write("bases/b/kustomization.yaml", "");
            const watched = manifests();
            assert.deepEqual(watched.look().regenerated, ["manifests/dev-fast/a", "manifests/dev-fast/b"]);
            assert.deepEqual(watched.look().regenerated, []);
            write("manifests/dev-fast/a/a.yaml", CONFIG_MAP.replace("web", "changed"));
            assert.deepEqual(watched.look().regenerated, ["manifests/dev-fast/a"]);
            write("bases/b/kustomization.yaml", "resources: []\n");
            assert.deepEqual(watched.look().regenerated, ["manifests/dev-fast/b"]);
            utimesSync(join(project, "manifests/dev-fast/a/a.yaml"), 1, 1);
            assert.deepEqual(watched.look().regenerated, []);
        });

        it("has no applications while something is wrong, and has them again once that is mended", () => {
            write("manifests/dev-fast/web/web.yaml", CONFIG_MAP);
            const watched = manifests();
            assert.equal(watched.look().applications?.length, 1);
            write("manifests/dev-fast/web/web.yaml", "kind: [");
            const broken = watched.look();
            assert.equal(broken.applications, undefined);
            assert.equal(broken.problems.length, 1);
            assert.equal(watched.look().problems.length, 1);
            write("manifests/dev-fast/web/web.yaml", CONFIG_MAP);
            assert.deepEqual(watched.look().problems, []);
        });

        it("forgets a folder that is gone", () => {
            write("manifests/dev-fast/web/web.yaml", CONFIG_MAP);
            const watched = manifests();
            watched.look();
            rmSync(join(project, "manifests/dev-fast/web"), { recursive: true });
            assert.deepEqual(watched.look().applications, []);
            write("manifests/dev-fast/web/web.yaml", CONFIG_MAP);
            assert.deepEqual(watched.look().regenerated, ["manifests/dev-fast/web"]);
        });
    });
});
