import assert from "node:assert/strict";
import { cloneEnvironment } from "../../../tools/bench/fresh-clone";

describe("the variables of a fresh clone's make", () => {
    const own = {
        PATH: "/bin",
        HOME: "/root",
        MAKEFLAGS: " -- ARGS=--second-clone",
        MAKELEVEL: "1",
        ARGS: "--second-clone",
        GOCACHE: "/cache",
    };

    it("hand nothing on of the make that measures it", () => {
        for (const kind of ["second-clone", "bare-machine"] as const) {
            const env = cloneEnvironment(kind, "/base", own);
            assert.equal(env["MAKEFLAGS"], undefined);
            assert.equal(env["MAKELEVEL"], undefined);
            assert.equal(env["ARGS"], undefined);
            assert.equal(env["PATH"], "/bin");
            assert.equal(env["HEARTH_STATE_DIR"], "/base/state");
        }
    });

    it("lead to the caches of this machine, or to empty ones", () => {
        assert.equal(cloneEnvironment("second-clone", "/base", own)["GOCACHE"], "/cache");
        const bare = cloneEnvironment("bare-machine", "/base", own);
        assert.equal(bare["GOCACHE"], undefined);
        assert.equal(bare["HOME"], "/base/home");
        assert.equal(bare["XDG_CACHE_HOME"], "/base/home/.cache");
    });
});
