import assert from "node:assert/strict";
import { judged, onlyProblem } from "../../helpers/setting-problems";

describe("the rules of the runbooks' address", () => {
    it("accept http and https, and none at all", () => {
        assert.deepEqual(judged({}), []);
        assert.deepEqual(judged({ runbooks: "" }), []);
        for (const runbooks of [
            "https://git.example.com/team/hearth/blob/main/docs/runbooks",
            "http://wiki.example:8080/runbooks/",
        ]) {
            assert.deepEqual(judged({ runbooks }), []);
        }
    });

    it("refuse what is no address of a folder, without quoting it", () => {
        for (const runbooks of [
            "docs/runbooks",
            "ftp://git.example.com/runbooks",
            "file:///home/alice/hearth/docs/runbooks",
            "https:///",
            "https://git.example.com/run books",
            "https://git.example.com/page#runbooks",
            // Prometheus would take it for a template, and refuse the rule.
            "https://git.example.com/{{page}}",
        ]) {
            const { where, what, fix } = onlyProblem({ runbooks });
            assert.equal(where, "hearth:runbooks");
            assert.match(what, /not the http\(s\) address/);
            assert.match(fix, /https:\/\/host\/path/);
            assert.ok(!`${what} ${fix}`.includes(runbooks), runbooks);
        }
    });

    it("refuse credentials and queries, without quoting them", () => {
        for (const runbooks of [
            "https://alice:hunter2@git.example.com/runbooks",
            "https://git.example.com/runbooks?token=hunter2",
        ]) {
            const { where, what, fix } = onlyProblem({ runbooks });
            assert.equal(where, "hearth:runbooks");
            assert.match(what, /credentials or a query/);
            assert.ok(!`${what} ${fix}`.includes("hunter2"));
        }
    });
});
