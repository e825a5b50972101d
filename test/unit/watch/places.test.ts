import assert from "node:assert/strict";
import { isNoise } from "../../../tools/watch/noise";
import { isBelow, placeOf, watched, type Sources } from "../../../tools/watch/places";

const SOURCES: Sources = {
    stack: "dev-fast",
    root: "manifests/dev-fast",
    applications: [
        { folder: "manifests/dev-fast/web", folders: ["manifests/dev-fast/web", "bases/web"] },
        { folder: "manifests/dev-fast/api", folders: ["manifests/dev-fast/api", "bases/web"] },
    ],
    nix: false,
};
const WITH_NIX: Sources = { ...SOURCES, nix: true };

describe("what is noise", () => {
    it("is what editors and systems write for themselves", () => {
        for (const name of [
            ".web.yaml.swp",
            ".web.yaml.swx",
            "4913",
            "web.yaml~",
            ".#web.yaml",
            "#web.yaml#",
            "web.yaml___jb_tmp___",
            "web.yaml___jb_old___",
            "web.yaml.tmp",
            "web.yaml.tmp.12345.67",
            ".DS_Store",
            "web.yaml.orig",
        ]) {
            assert.ok(isNoise(`manifests/dev-fast/web/${name}`), name);
        }
        for (const path of [".git/index", ".hearth/state/x.json", "node_modules/a/index.js"]) {
            assert.ok(isNoise(path), path);
        }
    });

    it("is no manifest, whatever it is called", () => {
        for (const name of [
            "web.yaml",
            "tmp.yaml",
            "a~b.yaml",
            "template.yaml",
            "4913.yaml",
            "bak/web.yaml",
            "#1.yaml",
        ]) {
            assert.equal(isNoise(`manifests/dev-fast/web/${name}`), name.startsWith("#"), name);
        }
        assert.ok(!isNoise(""));
        assert.ok(!isNoise("components/gitops/argocd.ts"));
    });
});

describe("what a path is part of", () => {
    it("is the applications that are made of its folder: all of those that share a base", () => {
        const folders = (path: string): readonly string[] => {
            const place = placeOf(path, SOURCES);
            assert.equal(place.kind, "applications", path);
            return place.kind === "applications" ? place.folders : [];
        };
        assert.deepEqual(folders("manifests/dev-fast/web/web.yaml"), ["manifests/dev-fast/web"]);
        assert.deepEqual(folders("bases/web/base.yaml"), ["manifests/dev-fast/web", "manifests/dev-fast/api"]);
        assert.deepEqual(folders("manifests/dev-fast/new/web.yaml"), []);
    });

    it("is the program for its sources and the stack's own settings, and for no other stack's", () => {
        for (const path of ["index.ts", "components/platform.ts", "Pulumi.dev-fast.yaml"]) {
            assert.equal(placeOf(path, SOURCES).kind, "program", path);
        }
        for (const path of ["Pulumi.full.yaml", "tools/run.js", "manifests/full/web/web.yaml", "README.md"]) {
            assert.equal(placeOf(path, SOURCES).kind, "nothing", path);
        }
    });

    it("is nothing for the tree that Nix writes, so that its own output never triggers it", () => {
        assert.equal(placeOf("manifests/dev-fast/web/web.yaml", WITH_NIX).kind, "nothing");
        assert.ok(!watched(WITH_NIX).some((path) => path.startsWith("manifests")));
        assert.equal(placeOf("nix/applications/demo.nix", WITH_NIX).kind, "nix");
        assert.equal(placeOf("nix/applications/demo.nix", SOURCES).kind, "nothing");
    });

    it("is watched, and little else", () => {
        assert.deepEqual(watched(SOURCES), [
            "manifests/dev-fast",
            "bases/web",
            "index.ts",
            "components",
            "package-lock.json",
            "Pulumi.dev-fast.yaml",
        ]);
    });

    it("is below a folder by whole names", () => {
        assert.ok(isBelow("a/b", "a"));
        assert.ok(isBelow("a", "a"));
        assert.ok(isBelow("a", "."));
        assert.ok(!isBelow("ab", "a"));
    });
});
