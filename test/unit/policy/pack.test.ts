import assert from "node:assert/strict";
import * as policySdk from "@pulumi/policy";
import type { ReportViolation, ResourceValidationPolicy, StackValidationPolicy } from "@pulumi/policy";
import { EXCEPTIONS, type Exception } from "../../../policy/exceptions";
import { judge, sorted, unusedExceptions } from "../../../policy/judge";
import { USUAL_FACTS } from "../../../policy/model/rule";
import { SECRET, UNKNOWN } from "../../../policy/model/value";
import { SECRET_SIGNATURE, SIGNATURE, valueOf } from "../../../policy/model/wire";
import { stackFacts } from "../../../policy/pack/facts";
import { bodyOf } from "../../../policy/pack/marks";
import { policiesOf, UNSEEN } from "../../../policy/pack/policies";
import { RULES } from "../../../policy/rules";
import { noRoot } from "../../../policy/rules/no-root";
import { parsePolicyConfig } from "../../../tools/policy/config";
import { deployment } from "../../helpers/policy-cases";

const UNKNOWN_TEXT = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** The SDK's own proxy, which throws when a policy touches an unknown value. */
function proxied(value: object): object {
    const proxy: unknown = Reflect.get(policySdk, "unknownCheckingProxy");
    assert.ok(typeof proxy === "function");
    return proxy(value) as object;
}

describe("values as rules see them", () => {
    it("show neither secrets nor unknown values, in any form that Pulumi has for them", () => {
        assert.equal(valueOf({ [SIGNATURE]: SECRET_SIGNATURE, value: "x" }), SECRET);
        assert.equal(valueOf("[secret]"), SECRET);
        assert.equal(valueOf(UNKNOWN_TEXT), UNKNOWN);
        assert.deepEqual(valueOf({ a: [UNKNOWN_TEXT, 1, null, true] }), { a: [UNKNOWN, 1, null, true] });
        assert.ok(!JSON.stringify(valueOf({ [SIGNATURE]: SECRET_SIGNATURE, value: "hidden-4711" })).includes("4711"));
    });

    it("are what stands behind the SDK's proxies", () => {
        const body = bodyOf(proxied(proxied({ a: UNKNOWN_TEXT, list: [{ b: 1 }] })));
        assert.deepEqual(body, { a: UNKNOWN, list: [{ b: 1 }] });
        assert.deepEqual(bodyOf(undefined), {});
    });
});

describe("rules as Pulumi's policies", () => {
    const policies = policiesOf(RULES, { exceptions: [], facts: USUAL_FACTS });
    const opts = {
        protect: false,
        ignoreChanges: [],
        aliases: [],
        customTimeouts: { createSeconds: 0, updateSeconds: 0, deleteSeconds: 0 },
        additionalSecretOutputs: [],
    };
    const pod = (securityContext: unknown): object =>
        proxied({
            kind: "Pod",
            metadata: { name: "web", namespace: "apps" },
            spec: { containers: [{ name: "main", securityContext }] },
        });

    async function run(name: string, props: object, config: object = {}, all = policies): Promise<readonly string[]> {
        const found = all.find((policy): policy is ResourceValidationPolicy => policy.name === name);
        const validate = found?.validateResource;
        assert.ok(typeof validate === "function", name);
        const told: string[] = [];
        const report: ReportViolation = (message) => void told.push(message);
        await validate(
            {
                type: "kubernetes:core/v1:Pod",
                props,
                urn: "urn:pulumi:s::p::kubernetes:core/v1:Pod::web",
                name: "web",
                opts,
                stackTags: new Map(),
                isType: () => false,
                asType: () => undefined,
                getConfig: <T extends object>() => config as T,
                notApplicable: () => {
                    throw new Error("not applicable");
                },
            },
            report,
        );
        return told;
    }

    it("are all there, each with what Pulumi shows of it, and can be configured", () => {
        assert.deepEqual(
            policies.map(({ name }) => name),
            [...RULES.map(({ name }) => name), UNSEEN],
        );
        for (const { name, description, severity, remediationSteps, configSchema } of policies) {
            assert.ok(description.length > 20 && severity !== undefined, name);
            if (name === UNSEEN) continue;
            assert.ok((remediationSteps ?? "").length > 20, name);
            assert.deepEqual(Object.keys(configSchema?.properties ?? {}), ["exceptions"], name);
        }
    });

    it("report what a rule finds, with its fix", async () => {
        assert.deepEqual(await run("no-root", pod({ runAsNonRoot: true })), []);
        const [message = "", ...others] = await run("no-root", pod({ runAsUser: 0 }));
        assert.deepEqual(others, []);
        assert.match(
            message,
            /^Pod apps\/web, spec\.containers\[0\]\.securityContext\.runAsUser \(main\): .*\n {4}fix: /,
        );
    });

    it("take exceptions from Pulumi's configuration, for the object and the parts that these name", async () => {
        const reason = "a reason of the user's";
        const root = pod({ runAsUser: 0 });
        const told = async (exception: object): Promise<number> =>
            (await run("no-root", root, { exceptions: [exception] })).length;
        assert.equal(await told({ where: "Pod apps/web", reason }), 0);
        assert.equal(await told({ where: "Pod apps/web", parts: ["main"], reason }), 0);
        assert.equal(await told({ where: "Pod apps/web", parts: ["other"], reason }), 1);
        assert.equal(await told({ where: "Pod apps/other", reason }), 1);
    });

    it("tell at the end what could not be judged, and do not fail for it", async () => {
        const own = policiesOf(RULES, { exceptions: [], facts: USUAL_FACTS });
        assert.deepEqual(await run("no-root", pod(UNKNOWN_TEXT), {}, own), []);
        const last = own.find((policy): policy is StackValidationPolicy => policy.name === UNSEEN);
        assert.equal(last?.enforcementLevel, "advisory");
        const told: string[] = [];
        await last?.validateStack(
            {
                resources: [],
                stackTags: new Map(),
                getConfig: <T extends object>() => ({}) as T,
                notApplicable: () => {
                    throw new Error("not applicable");
                },
            },
            (message) => void told.push(message),
        );
        assert.equal(told.length, 1);
        assert.match(told[0] ?? "", /^no-root could not judge Pod apps\/web, spec/);
    });
});

describe("exceptions", () => {
    const exception: Exception = { rules: ["no-root"], where: "Deployment apps/web", parts: ["main"], reason: "r" };
    const root = deployment({ securityContext: { runAsUser: 0 } });

    it("allow what they name and nothing else", () => {
        const of = (list: readonly Exception[]): readonly number[] => {
            const { violations, excepted } = sorted(noRoot, noRoot.check(root, USUAL_FACTS), list);
            return [violations.length, excepted.length];
        };
        assert.deepEqual(of([]), [1, 0]);
        assert.deepEqual(of([exception]), [0, 1]);
        for (const other of [{ rules: ["no-privileged"] }, { where: "Deployment apps/other" }, { parts: ["side"] }]) {
            assert.deepEqual(of([{ ...exception, ...other }]), [1, 0]);
        }
    });

    it("are told when nothing needs them, or a part or a rule of them", () => {
        const unused = (list: readonly Exception[]): readonly string[] =>
            unusedExceptions(list, judge([root], USUAL_FACTS, list)).map(({ rule, part = "" }) => `${rule} ${part}`);
        assert.deepEqual(unused([exception]), []);
        assert.deepEqual(unused([{ ...exception, parts: ["main", "side"] }]), ["no-root side"]);
        assert.deepEqual(unused([{ ...exception, rules: ["no-root", "no-host-path"] }]), ["no-host-path "]);
    });

    it("each have a reason, and are for rules that there are", () => {
        const names = RULES.map(({ name }) => name);
        for (const { rules, where, reason } of EXCEPTIONS) {
            assert.ok(reason.length > 20, where);
            for (const rule of rules) assert.ok(names.includes(rule), rule);
        }
    });
});

describe("what rules know of a stack", () => {
    it("comes from its settings", () => {
        const facts = (settings: Readonly<Record<string, string>>): ReturnType<typeof stackFacts> =>
            stackFacts({ get: (key: string) => settings[key] as never });
        assert.deepEqual(facts({}), USUAL_FACTS);
        assert.deepEqual(facts({ imageArchives: "images" }), { ...USUAL_FACTS, imagesByTag: true });
        assert.deepEqual(facts({ cluster: "existing" }), { ...USUAL_FACTS, ownCluster: false });
    });
});

describe("a file of levels and exceptions", () => {
    it("is read as Pulumi reads it", () => {
        const text = JSON.stringify({
            all: "advisory",
            "no-root": { enforcementLevel: "mandatory", exceptions: [{ where: "Pod a/b", reason: "why not" }] },
        });
        const config = parsePolicyConfig("f.json", text);
        assert.equal(config.level(noRoot), "mandatory");
        assert.deepEqual(config.exceptions(noRoot), [{ rules: ["no-root"], where: "Pod a/b", reason: "why not" }]);
        const [other] = RULES;
        assert.ok(other !== undefined);
        assert.equal(config.level(other), "advisory");
    });

    it("is refused, without what is in it, when it is none", () => {
        for (const text of ["[]", "canary-4711"]) {
            assert.throws(
                () => parsePolicyConfig("f.json", text),
                (error: Error) => {
                    assert.match(error.message, /f\.json: is no JSON object\n\s+fix: /);
                    return !error.message.includes("4711");
                },
            );
        }
    });
});
