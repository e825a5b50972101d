import assert from "node:assert/strict";
import fc from "fast-check";
import { pluginArguments } from "../../../../tools/plugins/lib/arguments";

describe("a plugin's command line", () => {
    it("ends with the engine's address", () => {
        assert.deepEqual(pluginArguments(["127.0.0.1:1234"]), { engine: "127.0.0.1:1234", version: false });
        assert.deepEqual(pluginArguments([]), { version: false });
    });

    it("has the engine's own flags before it", () => {
        const argv = ["--logtostderr", "-v=9", "--tracing", "http://localhost:9411", "127.0.0.1:1"];
        const expected = { engine: "127.0.0.1:1", tracing: "http://localhost:9411", version: false };
        assert.deepEqual(pluginArguments(argv), expected);
        assert.deepEqual(pluginArguments(["-tracing=http://localhost:9411", "127.0.0.1:1"]), expected);
    });

    it("may ask for the version only", () => {
        assert.equal(pluginArguments(["-version"]).version, true);
        assert.equal(pluginArguments(["--version=false"]).version, false);
    });

    it("always yields the address, whatever flags come before it", () => {
        const flag = fc
            .tuple(fc.constantFrom("-", "--"), fc.stringMatching(/^[a-z]{1,8}(=[a-z0-9:/=]*)?$/))
            .map(([dashes, text]) => `${dashes}${/^(tracing|runtime)$/.test(text) ? `${text}=x` : text}`);
        fc.assert(
            fc.property(fc.array(flag), (flags) => {
                assert.equal(pluginArguments([...flags, "127.0.0.1:7"]).engine, "127.0.0.1:7");
            }),
        );
    });
});
