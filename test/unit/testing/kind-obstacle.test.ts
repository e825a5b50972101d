import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { IMAGES_VARIABLE, kindObstacle } from "../../../tools/testing/kind-obstacle";

describe("what is in the way of a real Kind cluster", () => {
    const before = { PATH: process.env["PATH"], [IMAGES_VARIABLE]: process.env[IMAGES_VARIABLE] };
    let folder: string;

    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "hearth-obstacle-"));
        process.env["PATH"] = folder;
    });
    afterEach(() => {
        rmSync(folder, { recursive: true });
        for (const [name, value] of Object.entries(before)) {
            if (value === undefined) Reflect.deleteProperty(process.env, name);
            else process.env[name] = value;
        }
    });
    const docker = (script: string): void => {
        writeFileSync(join(folder, "docker"), `#!/bin/sh\n${script}\n`);
        chmodSync(join(folder, "docker"), 0o755);
    };

    it("is a missing container engine, or one that does not answer", async () => {
        process.env[IMAGES_VARIABLE] = folder;
        assert.match((await kindObstacle()) ?? "", /^no container engine answers/);
        docker("exit 1");
        assert.match((await kindObstacle()) ?? "", /^no container engine answers/);
    });

    it("is nothing where an engine answers and a folder has the images", async () => {
        docker("echo 28.0.0");
        process.env[IMAGES_VARIABLE] = folder;
        assert.equal(await kindObstacle(), undefined);
    });

    it("is a folder of images that is not there", async () => {
        docker("echo 28.0.0");
        process.env[IMAGES_VARIABLE] = join(folder, "none");
        assert.match((await kindObstacle()) ?? "", /there is no such folder$/);
    });
});
