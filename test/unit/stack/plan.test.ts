import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "../../../components/config/problems";
import { readCheckedPlan, readPlan } from "../../../tools/stack/plan";

describe("the plan of a stack", () => {
    let project = "";
    beforeEach(() => {
        project = mkdtempSync(join(tmpdir(), "hearth-plan-"));
    });
    afterEach(() => rmSync(project, { recursive: true, force: true }));

    const settings = (text: string): void =>
        writeFileSync(join(project, "Pulumi.dev-fast.yaml"), `config:\n  hearth:cluster: kwok\n${text}`);
    const problemsOf = (read: typeof readPlan): readonly string[] => {
        try {
            read(project, "dev-fast");
            return [];
        } catch (error) {
            assert.ok(error instanceof UserError);
            return error.problems.map(({ where }) => where);
        }
    };

    it("says where it runs, before anything is fetched or made", () => {
        settings("  hearth:clusterName: mine\n");
        const { provider, clusterName, secretsFile } = readCheckedPlan(project, "dev-fast");
        assert.deepEqual(
            { provider, clusterName, secretsFile },
            { provider: "kwok", clusterName: "mine", secretsFile: "secrets/dev-fast.sops.yaml" },
        );
    });

    it("refuses wrong types and impossible settings at once where something is to be made", () => {
        settings("  hearth:workers: many\n  hearth:layers: [loki]\n");
        assert.deepEqual([...problemsOf(readCheckedPlan)].sort(), ["hearth:layers", "hearth:workers"]);
    });

    it("lets a stack be taken down whose settings have become impossible, but not by a guess of its name", () => {
        settings("  hearth:layers: [istio]\n");
        assert.deepEqual(problemsOf(readPlan), []);
        settings("  hearth:clusterName: [a]\n");
        assert.deepEqual(problemsOf(readPlan), ["hearth:clusterName"]);
    });
});
