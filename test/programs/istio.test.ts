import assert from "node:assert/strict";
import { join } from "node:path";
import type { Manifest } from "../helpers/manifests";
import { programOr, run, stackOr, writeFiles } from "../helpers/programs";
import { scratchFolder } from "../helpers/scratch";

/** A finding as istioctl prints it. */
interface Finding {
    readonly code: string;
    readonly level: string;
    readonly origin: string;
    readonly message: string;
}

/**
 * Findings that are none here, with why. The analysis sees files: what only runs in a cluster (a webhook's certificate,
 * the status of a gateway) it cannot see.
 */
const EXPECTED: readonly (readonly [code: string, why: string])[] = [
    ["IST0175", "it wants istiod kept from fetching keys at any address; the stack's keys stand in the policy itself"],
];

describe("the mesh of stack full, by istioctl", function () {
    this.timeout(240_000);
    const scratch = scratchFolder();
    let istioctl: string;

    before(function () {
        istioctl = programOr(this, "istioctl");
    });

    function analyze(name: string, objects: readonly Manifest[]): readonly Finding[] {
        const file = join(scratch(), `${name}.yaml`);
        writeFiles({ [file]: documents(objects) });
        const args = ["analyze", "--use-kube=false", "--all-namespaces", "--output=json", file];
        const { said, out } = run(istioctl, args, { HOME: scratch() });
        assert.match(out, /^\[/, said);
        return JSON.parse(out) as readonly Finding[];
    }

    it("has nothing that Istio's own analysis finds fault with", async function () {
        const { objects } = await stackOr(this, "full");
        const findings = analyze("full", objects.filter(isAnalyzed)).filter(
            ({ level, code }) => level !== "Info" && !EXPECTED.some(([expected]) => expected === code),
        );
        assert.deepEqual(findings, []);
    });

    it("has keys that istiod need not fetch, which is why one finding is none", async function () {
        const { objects } = await stackOr(this, "full");
        const policies = objects.filter(({ kind }) => kind === "RequestAuthentication");
        assert.ok(policies.length > 0);
        assert.doesNotMatch(JSON.stringify(policies), /jwksUri/);
    });

    it("has only objects that Istio's own validation takes", async function () {
        const { objects } = await stackOr(this, "full");
        const own = objects.filter(({ apiVersion }) => /\.istio\.io\//.test(apiVersion));
        assert.ok(own.length > 5);
        const file = join(scratch(), "own.yaml");
        writeFiles({ [file]: documents(own) });
        const { status, said } = run(istioctl, ["validate", "--filename", file], { HOME: scratch() });
        assert.equal(status, 0, said);
    });

    it("would not get away with a policy whose rules are none", () => {
        const file = join(scratch(), "wrong.yaml");
        const policy = {
            apiVersion: "security.istio.io/v1",
            kind: "AuthorizationPolicy",
            metadata: { name: "wrong", namespace: "apps" },
            spec: { action: "ALLOW", rules: [{ from: [{ source: {} }] }] },
        };
        writeFiles({ [file]: JSON.stringify(policy) });
        assert.notEqual(run(istioctl, ["validate", "--filename", file], { HOME: scratch() }).status, 0);
    });
});

/** As JSON, which is YAML of every version: Go's still takes a bare `no` for a boolean. */
function documents(objects: readonly Manifest[]): string {
    return objects.map((object) => JSON.stringify(object)).join("\n---\n");
}

/** Everything but Secrets, whose values are none of the analysis's business. */
function isAnalyzed({ kind }: Manifest): boolean {
    return kind !== "Secret";
}
