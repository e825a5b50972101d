import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PROGRAMS_VARIABLE } from "../../../tools/testing/tier-tools";
import { optionalProgram } from "../../helpers/programs";

describe("a program that tests run", () => {
    const before = { PATH: process.env["PATH"], [PROGRAMS_VARIABLE]: process.env[PROGRAMS_VARIABLE] };
    let folder: string;

    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "hearth-path-"));
        for (const name of ["promtool", "garage"]) writeFileSync(join(folder, name), "", { mode: 0o755 });
        process.env["PATH"] = folder;
        Reflect.deleteProperty(process.env, PROGRAMS_VARIABLE);
    });
    afterEach(() => {
        for (const [name, value] of Object.entries(before)) {
            if (value === undefined) Reflect.deleteProperty(process.env, name);
            else process.env[name] = value;
        }
        rmSync(folder, { recursive: true });
    });

    it("is what is on PATH, for who runs a test by hand", () => {
        assert.equal(optionalProgram("promtool"), join(folder, "promtool"));
        assert.equal(optionalProgram("amtool"), undefined);
    });

    it("is the pinned one or none, where tiers are run", () => {
        process.env[PROGRAMS_VARIABLE] = "loki,prometheus";
        assert.equal(optionalProgram("promtool"), join(folder, "promtool"));
        process.env[PROGRAMS_VARIABLE] = "loki";
        assert.equal(optionalProgram("promtool"), undefined);
        // Not a tool of Hearth's: any will do.
        assert.equal(optionalProgram("garage"), join(folder, "garage"));
    });
});
