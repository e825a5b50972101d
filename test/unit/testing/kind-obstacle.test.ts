import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { checkTypes } from "../../../components/config/parse";
import { settingsOf } from "../../../components/config/resolve";
import { kindObstacle, registriesNeeded } from "../../../tools/testing/kind-obstacle";
import { readTestSettings, SETTINGS_VARIABLE, testSettings } from "../../../tools/testing/kind-settings";

const HUB = "https://registry-1.docker.io";

function needed(given: Readonly<Record<string, unknown>>, hasNodeImage = false): readonly string[] {
    return registriesNeeded(settingsOf(checkTypes(given).settings), hasNodeImage);
}

describe("registries that the tests' stack needs", () => {
    it("are those of its node image and of the images of its layers, each once", () => {
        assert.deepEqual(needed({}), [HUB, "https://quay.io", "https://registry.k8s.io"]);
        assert.deepEqual(needed({ layers: ["prometheus"] }), [HUB, "https://quay.io"]);
        assert.deepEqual(needed({ layers: ["prometheus"] }, true), ["https://quay.io"]);
    });

    it("are not asked for what a folder of archives has, nor for images of our own", () => {
        assert.deepEqual(needed({ imageArchives: "/archives" }), [HUB]);
        assert.deepEqual(needed({ imageArchives: "/archives" }, true), []);
        assert.deepEqual(needed({ layers: ["otel-collector"] }, true), []);
        assert.deepEqual(needed({ layers: ["otel-collector"], demo: true }, true), []);
        assert.deepEqual(needed({ layers: ["otel-collector"], collector: "upstream" }, true), [HUB]);
    });

    it("are those that settings put in their place", () => {
        const layers = ["prometheus"];
        const mirrors = { "quay.io": "http://127.0.0.1:5000" };
        assert.deepEqual(needed({ layers, registryMirrors: mirrors }, true), ["http://127.0.0.1:5000"]);
        assert.deepEqual(needed({ layers, registries: { "quay.io": "mirror.example/quay" } }, true), [
            "https://mirror.example",
        ]);
        assert.deepEqual(needed({ layers, images: { prometheus: "other.example/p:1" } }, true), [
            "https://other.example",
        ]);
    });
});

describe("what is in the way of a real Kind cluster", () => {
    const before = { PATH: process.env["PATH"], [SETTINGS_VARIABLE]: process.env[SETTINGS_VARIABLE] };
    let folder: string;

    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "hearth-obstacle-"));
        process.env["PATH"] = folder;
        settings({ "hearth:imageArchives": folder });
    });
    afterEach(() => {
        rmSync(folder, { recursive: true });
        for (const [name, value] of Object.entries(before)) {
            if (value === undefined) Reflect.deleteProperty(process.env, name);
            else process.env[name] = value;
        }
    });
    const settings = (config: Readonly<Record<string, unknown>>): void => {
        process.env[SETTINGS_VARIABLE] = join(folder, "settings.yaml");
        writeFileSync(join(folder, "settings.yaml"), stringify({ config }));
    };
    /** A docker of our own, which answers every call in the same way. */
    const docker = (script: string): void => {
        writeFileSync(join(folder, "docker"), `#!/bin/sh\n${script}\n`);
        chmodSync(join(folder, "docker"), 0o755);
    };

    it("is a missing container engine, or one that does not answer", async () => {
        assert.match((await kindObstacle()) ?? "", /^no container engine answers/);
        docker("exit 1");
        assert.match((await kindObstacle()) ?? "", /^no container engine answers/);
        settings({ "hearth:containerEngine": "podman" });
        docker("echo 28.0.0");
        assert.equal(await kindObstacle(), "podman does not answer");
    });

    it("is nothing where an engine has the node image and a folder the others", async () => {
        docker("echo 28.0.0");
        assert.equal(await kindObstacle(), undefined);
    });

    it("is a folder of images that is not there", async () => {
        docker("echo 28.0.0");
        settings({ "hearth:imageArchives": join(folder, "none") });
        assert.match((await kindObstacle()) ?? "", /none, and there is no such folder$/);
    });

    it("is a registry that does not answer, by its address", async () => {
        docker("echo 28.0.0");
        // Nobody listens on port 1.
        settings({ "hearth:layers": ["prometheus"], "hearth:registryMirrors": { "quay.io": "http://127.0.0.1:1" } });
        const reason = `no answer from http://127.0.0.1:1, and ${SETTINGS_VARIABLE} names no settings that do without`;
        assert.equal(await kindObstacle(), reason);
    });

    it("is a file of settings that cannot be read", async () => {
        process.env[SETTINGS_VARIABLE] = join(folder, "none.yaml");
        assert.match((await kindObstacle()) ?? "", /none\.yaml: there is no such file$/);
        assert.match((await kindObstacle("none")) ?? "", /Pulumi\.none\.yaml: there is no such file$/);
        writeFileSync(join(folder, "settings.yaml"), "config: [");
        process.env[SETTINGS_VARIABLE] = join(folder, "settings.yaml");
        assert.match((await kindObstacle()) ?? "", /settings\.yaml: is not YAML/);
    });
});

describe("settings of the tests' stack", () => {
    it("are the preset's with the file's laid over them, on Kind, on ports of their own", () => {
        const preset = { workers: 0, layers: ["loki", "garage"] };
        assert.deepEqual(testSettings(preset, {}), { ...preset, cluster: "kind", portOffset: 1000 });
        assert.deepEqual(testSettings(preset, { layers: ["garage"], portOffset: 7, cluster: "kwok" }), {
            workers: 0,
            layers: ["garage"],
            portOffset: 7,
            cluster: "kind",
        });
    });

    it("are the preset's alone where no file is named", () => {
        const settings = readTestSettings(process.cwd(), "dev-fast", {});
        assert.equal(settings["cluster"], "kind");
        assert.ok(Array.isArray(settings["layers"]));
    });
});
