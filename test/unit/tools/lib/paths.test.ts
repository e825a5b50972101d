import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { fileURLToPath } from "node:url";
import { backendDir, backendUrl, cacheDir, projectRoot, stateDir, toolsDir } from "../../../../tools/lib/paths";

describe("places on disk", () => {
    it("are in the user's home by default", () => {
        assert.equal(stateDir({}, "/home/u"), "/home/u/.local/state/hearth");
        assert.equal(cacheDir({}, "/home/u"), "/home/u/.cache/hearth");
    });

    it("follow the XDG variables", () => {
        assert.equal(stateDir({ XDG_STATE_HOME: "/s" }, "/home/u"), "/s/hearth");
        assert.equal(cacheDir({ XDG_CACHE_HOME: "/c" }, "/home/u"), "/c/hearth");
    });

    it("follow Hearth's own variables before all others", () => {
        assert.equal(stateDir({ HEARTH_STATE_DIR: "/h", XDG_STATE_HOME: "/s" }, "/home/u"), "/h");
        assert.equal(cacheDir({ HEARTH_CACHE_DIR: "/h", XDG_CACHE_HOME: "/c" }, "/home/u"), "/h");
    });

    it("are absolute even when a variable is not: children run in other folders", () => {
        assert.ok(isAbsolute(cacheDir({ HEARTH_CACHE_DIR: "cache" }, "/home/u")));
        assert.ok(isAbsolute(stateDir({ HEARTH_STATE_DIR: "state" }, "/home/u")));
    });

    it("have the tools below the cache and Pulumi's state in the checkout", () => {
        assert.equal(toolsDir("/c"), "/c/tools");
        assert.equal(backendDir("/p"), "/p/.hearth/state");
    });

    it("know the checkout", () => {
        assert.ok(existsSync(join(projectRoot(), "Pulumi.yaml")));
    });

    it("give Pulumi a URL that means the same folder, whatever is in its name", () => {
        for (const project of ["/srv/main", "/srv/a b", "/srv/50%", "/srv/a?b#c", "/srv/it's", "/srv/ü"]) {
            const [url = "", query] = backendUrl(backendDir(project)).split("?");
            assert.equal(fileURLToPath(url), backendDir(project));
            assert.doesNotMatch(url, /[ #]/);
            assert.equal(query, "metadata=skip");
        }
    });
});
