import assert from "node:assert/strict";
import { cpSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { STAND_INS_DIR } from "../../../components/config/charts";
import { CHART_NAMES } from "../../../components/config/versions";
import { stampStandIns, standInStamps } from "../../../tools/charts/stamp";
import { withFolder } from "../../helpers/chart-archives";

const PROJECT = join(__dirname, "..", "..", "..");

describe("the stand-in charts", () => {
    it("are there for every chart of the registry, and for no other", () => {
        const folders = readdirSync(join(PROJECT, STAND_INS_DIR), { withFileTypes: true })
            .filter((entry) => entry.isDirectory())
            .map((entry) => entry.name);
        assert.deepEqual(folders.sort(), [...CHART_NAMES].sort());
    });

    for (const { name, found, expected } of standInStamps(PROJECT)) {
        it(`carry the hash of their content in their version: ${name}`, () => {
            assert.equal(found, expected, "run node tools/run.js charts --stamp");
        });
    }

    it("get another version with any edit, so that Pulumi sees a change, and the old one back with the old content", () =>
        withFolder((project) => {
            cpSync(join(PROJECT, STAND_INS_DIR), join(project, STAND_INS_DIR), { recursive: true });
            assert.deepEqual(stampStandIns(project), []);
            const values = join(project, STAND_INS_DIR, "tempo", "values.yaml");
            const before = readFileSync(values, "utf8");
            const version = (): string | undefined =>
                standInStamps(project).find(({ name }) => name === "tempo")?.found;
            const old = version();
            writeFileSync(values, `${before}# edited\n`);
            assert.deepEqual(stampStandIns(project), ["tempo"]);
            assert.notEqual(version(), old);
            writeFileSync(values, before);
            stampStandIns(project);
            assert.equal(version(), old);
        }));
});
