import assert from "node:assert/strict";
import { join } from "node:path";
import { sha256 } from "../../components/core/hash";
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
        // It reads files as the API server would give them, which has a Secret's texts in base64.
        const texts = Object.entries((at(object, "stringData") ?? {}) as Readonly<Record<string, unknown>>);
        const encoded = texts.map(([key, text]) => [key, Buffer.from(String(text)).toString("base64")]);
        const own = { ...(at(object, "data") as object), ...Object.fromEntries(encoded) };
        const changed: Manifest = { ...object, data: { ...own, ...data } };
        const file = join(scratch(), `${name}-${sha256(JSON.stringify(data)).slice(0, 8)}.yaml`);
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
        for (const group of ["accounts", "general", "kustomize", "resource-overrides"]) {
            assert.match(said, new RegExp(`✅ ${group}`));
        }
    });

    it("are told to be wrong when they are", async function () {
        const { said } = await validate(this, { "resource.customizations": "not: [a map" });
        assert.match(said, WRONG);
    });

    it("give no rights of their own, and take a policy that gives some, if it can be read", async function () {
        // It wants to know of a cluster, although it asks none where the policy is a file.
        const kubeconfig = join(scratch(), "kubeconfig");
        const named = { name: "none", cluster: { server: "https://127.0.0.1:1" } };
        const context = { name: "none", context: { cluster: "none", user: "none" } };
        const head = { apiVersion: "v1", kind: "Config", "current-context": "none" };
        const nobody = { name: "none", user: { token: "none" } };
        const content = { ...head, clusters: [named], contexts: [context], users: [nobody] };
        writeFiles({ [kubeconfig]: JSON.stringify(content) });
        const variables = { HOME: scratch(), KUBECONFIG: kubeconfig };
        const check = (file: string) =>
            run(argocd, ["admin", "settings", "rbac", "validate", "--policy-file", file], variables);
        const policy = (text: string) => written(this, "argocd-rbac-cm", { "policy.csv": text });
        // Of its own it gives nobody anything: whoever is not the administrator has no rights.
        assert.match(check(await written(this, "argocd-rbac-cm")).said, /Policy is empty/);
        const right = check(await policy("p, role:x, applications, get, */*, allow"));
        assert.equal(right.status, 0, right.said);
        assert.match(right.said, /Policy is valid/);
        assert.notEqual(check(await policy("p, role:x, nonsense")).status, 0);
    });
});
