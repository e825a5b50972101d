import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { BuildsAhead } from "../../../../tools/install/builds-ahead";
import type { GoModule } from "../../../../tools/install/tool-spec";

const goModule = (folder: string): GoModule => ({ folder, packages: {}, ldflags: "", minutes: 1 });
const [PULUMI, KWOK, KIND] = [goModule("pulumi"), goModule("kwok"), goModule("kind")];

describe("builds that are still to come", () => {
    let said: string[];
    let ahead: BuildsAhead;
    /** Ends the fetching, as nothing is compiled before all sources are there. */
    let fetched: () => void;
    /** Ends the compiling that is under way. */
    let compiled: () => void;

    beforeEach(() => {
        said = [];
        ahead = new BuildsAhead({
            prefetch: (modules) => {
                said.push(`fetch ${modules.map(({ folder }) => folder).join("+")}`);
                return new Promise((resolve) => (fetched = resolve));
            },
            compileAhead: ({ folder }, signal) => {
                said.push(`compile ${folder}`);
                return new Promise((resolve) => {
                    compiled = resolve;
                    signal.addEventListener("abort", () => {
                        said.push(`abort ${folder}`);
                        resolve();
                    });
                });
            },
        });
    });

    it("are fetched first, then compiled in their order, one at a time", async () => {
        ahead.start([PULUMI, KWOK]);
        ahead.start([KIND]);
        await setImmediate();
        assert.deepEqual(said, ["fetch pulumi+kwok"]);
        fetched();
        await setImmediate();
        assert.deepEqual(said.slice(1), ["compile pulumi"]);
        compiled();
        await setImmediate();
        assert.deepEqual(said.slice(1), ["compile pulumi", "compile kwok"]);
    });

    it("are left to their build as soon as that begins, and the next one is compiled", async () => {
        ahead.start([PULUMI, KWOK, KIND]);
        fetched();
        await setImmediate();
        ahead.begin(KWOK);
        ahead.begin(PULUMI);
        await setImmediate();
        assert.deepEqual(said.slice(1), ["compile pulumi", "abort pulumi", "compile kind"]);
    });

    it("are compiled no more once the last build has ended", async () => {
        ahead.start([PULUMI, KWOK]);
        fetched();
        await setImmediate();
        await ahead.stop();
        assert.deepEqual(said.slice(1), ["compile pulumi", "abort pulumi"]);
    });

    it("are nothing to wait for where there are none", async () => {
        await ahead.stop();
        assert.deepEqual(said, []);
    });
});
