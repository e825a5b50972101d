import assert from "node:assert/strict";
import type { FlowSettings } from "../../../components/flows/flows";
import { workloadsOf } from "../../../components/flows/workloads";
import { idOf, type Manifest } from "../../helpers/manifests";
import { presetConfig } from "../../helpers/platform";
import {
    isCaptured,
    networkVerdicts,
    principalOf,
    speaksHbone,
    type End,
    type NetworkVerdicts,
} from "../../helpers/reachability";
import { ztunnelAdmits } from "../../helpers/reachability-mesh";
import { meshObjects, networkObjects } from "../../helpers/reachability-objects";
import { object } from "../../helpers/reachability-selectors";
import { FOREIGN, worldOf } from "../../helpers/reachability-world";

/** A policy without one of its rules, and what the rule was. */
interface Lesser {
    readonly what: string;
    /** Where it makes a difference, if anywhere; everywhere for a policy of the whole cluster. */
    readonly namespace: string | undefined;
    readonly policies: readonly Manifest[];
}

function portsOf(config: FlowSettings): readonly number[] {
    const known = workloadsOf(config).flatMap(({ ports }) => Object.values(ports));
    return [...new Set([...known, 443, 4444, 6443, 10250])];
}

/** The same objects without one of them, for each of them. */
function withoutOne(policies: readonly Manifest[]): readonly Lesser[] {
    return policies.map((policy) => ({
        what: idOf(policy),
        namespace: policy.metadata.namespace,
        policies: policies.filter((other) => other !== policy),
    }));
}

/** The same objects with one rule less, for each rule. What a direction has no rules for stays closed. */
function withoutOneRule(policies: readonly Manifest[]): readonly Lesser[] {
    return policies.flatMap((policy) =>
        (["ingress", "egress"] as const).flatMap((direction) => {
            const rules: unknown = object(policy["spec"], "")[direction];
            if (!Array.isArray(rules)) return [];
            return rules
                .filter((rule) => Object.keys(object(rule, "")).length > 0)
                .map((rule: unknown): Lesser => {
                    const kept = rules.filter((other) => other !== rule);
                    const cilium = policy.kind !== "NetworkPolicy";
                    const rest = kept.length === 0 && cilium ? [{}] : kept;
                    const lesser = { ...policy, spec: { ...object(policy["spec"], ""), [direction]: rest } };
                    return {
                        what: `${idOf(policy)} ${direction} ${JSON.stringify(rule)}`,
                        namespace: policy.metadata.namespace,
                        policies: policies.map((other) => (other === policy ? lesser : other)),
                    };
                });
        }),
    );
}

/** Among lesser sets of policies, those that make no difference to any packet. */
function withoutEffect(
    config: FlowSettings,
    policies: readonly Manifest[],
    lesser: readonly Lesser[],
): readonly string[] {
    const { ends, namespaces } = worldOf(config);
    const ports = [...portsOf(config), 15008];
    const bits = (verdicts: NetworkVerdicts, from: End, to: End): string => {
        const verdict = verdicts(from, to);
        return ports.map((port) => `${Number(verdict(port, "TCP"))}${Number(verdict(port, "UDP"))}`).join("");
    };
    const verdicts = networkVerdicts({ namespaces, policies });
    const whole = new Map(ends.map((from) => [from, new Map(ends.map((to) => [to, bits(verdicts, from, to)]))]));
    return lesser
        .filter((one) => {
            const rest = networkVerdicts({ namespaces, policies: one.policies });
            const concerned = (end: End): boolean =>
                one.namespace === undefined || (end.kind === "pod" && end.namespace === one.namespace);
            return !ends.some((from) =>
                ends.some((to) => {
                    if (!concerned(from) && !concerned(to)) return false;
                    return bits(rest, from, to) !== whole.get(from)?.get(to);
                }),
            );
        })
        .map(({ what }) => what);
}

describe("the rendered policies", function () {
    this.timeout(60_000);

    for (const mode of ["dev-fast", "cilium", "full"]) {
        const config = presetConfig(mode);
        const policies = networkObjects(config);

        it(`${mode}: every object makes a difference, but for the floor below the applications' own policy`, () => {
            // That one selects every pod of the namespace. Should it be deleted, the namespace is closed, not open.
            const kind = mode === "dev-fast" ? "NetworkPolicy" : "CiliumNetworkPolicy";
            assert.deepEqual(withoutEffect(config, policies, withoutOne(policies)), [`${kind} apps/default-deny`]);
        });

        it(`${mode}: every rule makes a difference`, () => {
            const lesser = withoutOneRule(policies);
            assert.ok(lesser.length > 50);
            assert.deepEqual(withoutEffect(config, policies, lesser), []);
        });
    }

    it("full: every object that ztunnel enforces makes a difference", () => {
        const config = presetConfig("full");
        const { ends, namespaces: ours } = worldOf(config);
        // Beside ours, a namespace that somebody else has taken into the mesh, with no policy of its own.
        const world = { namespaces: { ...ours, [FOREIGN]: { "istio.io/dataplane-mode": "ambient" } } };
        const policies = meshObjects(config);
        const pods = ends.filter((end) => end.kind === "pod");
        const identities = [...pods.filter((pod) => speaksHbone(pod, world)).map(principalOf), undefined];
        const verdicts = (objects: readonly Manifest[]): string => {
            const admits = ztunnelAdmits({ policies: objects });
            return JSON.stringify(
                pods
                    .filter((pod) => isCaptured(pod, world))
                    .map((pod) => portsOf(config).map((port) => identities.map((who) => admits(pod)(port, who)))),
            );
        };
        const whole = verdicts(policies);
        const useless = withoutOne(policies).filter((one) => verdicts(one.policies) === whole);
        // At the waypoint, requests are checked; ztunnel sees connections.
        assert.deepEqual(
            useless.map(({ what }) => what).filter((what) => !/RequestAuthentication|callers|role-/.test(what)),
            [],
        );
    });
});
