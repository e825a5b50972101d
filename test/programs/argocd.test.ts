import assert from "node:assert/strict";
import { join } from "node:path";
import type { Manifest } from "../helpers/manifests";
import { at } from "../helpers/observability";
import { programOr, run, stackOr, writeFiles } from "../helpers/programs";
import { scratchFolder } from "../helpers/scratch";

/** Settings that are said to be wrong by the word `validate` itself only; its status is 0 whatever it finds. */
const WRONG = /❌|invalid|error|failed/i;

describe("Argo CD's settings, by Argo CD's own check", function () {
    this.timeout(180_000);
    const scratch = scratchFolder();
    let argocd: string;

    before(function () {
        argocd = programOr(this, "argocd");
    });

    /** Path of an object of stack full, written to a file, with some of its data changed. */
    async function written(context: Mocha.Context, name: string, data: Readonly<Record<string, string>> = {}) {
        const { objects } = await stackOr(context, "full");
        const object = objects.find(
            ({ kind, metadata }) =>
                (kind === "ConfigMap" || kind === "Secret") &&
                metadata.namespace === "argocd" &&
                metadata.name === name,
        );
        assert.ok(object !== undefined, name);
        const changed: Manifest = { ...object, data: { ...(at(object, "data") as object), ...data } };
        const file = join(scratch(), `${name}-${Object.keys(data).length}.yaml`);
        writeFiles({ [file]: JSON.stringify(changed) });
        return file;
    }

    async function validate(context: Mocha.Context, data: Readonly<Record<string, string>> = {}) {
        const [settings, secret] = [await written(context, "argocd-cm", data), await written(context, "argocd-secret")];
        const files = ["--argocd-cm-path", settings, "--argocd-secret-path", secret];
        return run(argocd, ["admin", "settings", "validate", ...files], { HOME: scratch() });
    }

    it("are right, in every group that it knows", async function () {
        const { status, said } = await validate(this);
        assert.equal(status, 0, said);
        assert.doesNotMatch(said, WRONG);
        for (const group of ["accounts", "general", "kustomize", "repositories", "resource-overrides"]) {
            assert.match(said, new RegExp(`✅ ${group}`));
        }
    });

    it("are told to be wrong when they are", async function () {
        const { said } = await validate(this, { "resource.customizations": "not: [a map" });
        assert.match(said, WRONG);
    });

    it("have a policy of rights that it can read, and refuse one that it cannot", async function () {
        const check = (file: string) =>
            run(argocd, ["admin", "settings", "rbac", "validate", "--policy-file", file], { HOME: scratch() });
        const right = check(await written(this, "argocd-rbac-cm"));
        assert.equal(right.status, 0, right.said);
        assert.match(right.said, /Policy is valid/);
        const wrong = check(await written(this, "argocd-rbac-cm", { "policy.csv": "p, role:x, nonsense" }));
        assert.notEqual(wrong.status, 0);
    });
});
