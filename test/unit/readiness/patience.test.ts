import assert from "node:assert/strict";
import fc from "fast-check";
import { judge, type Judgement } from "../../../tools/readiness/judge";
import type { Pod } from "../../../tools/readiness/objects";
import { Patience, QUIET_MS, SETTLE_MS, type Outcome } from "../../../tools/readiness/patience";
import type { Snapshot } from "../../../tools/readiness/snapshot";
import {
    crashing,
    deployment,
    onePod,
    podOf,
    readyStatus,
    replicaSet,
    running,
    snapshotOf,
    waiting,
} from "../../helpers/kube-objects";

const REFUSED = onePod({ status: { containerStatuses: [waiting("ErrImagePull", "x: not found")] } });
const CREATING = onePod();

/** Shows snapshots to a gate at the given times (milliseconds), one after the other. */
function observe(looks: readonly (readonly [number, Snapshot])[]): readonly Outcome[] {
    const patience = new Patience(0);
    let judgement: Judgement | undefined;
    return looks.map(([now, snapshot]) => {
        judgement = judge(snapshot, judgement);
        return patience.observe(judgement, now);
    });
}

const states = (looks: readonly (readonly [number, Snapshot])[]): readonly string[] =>
    observe(looks).map(({ state }) => state);

describe("patience", () => {
    it("ends at a definite cause as soon as others have had the time to show theirs", () => {
        assert.deepEqual(
            states([
                [0, REFUSED],
                [SETTLE_MS - 1, REFUSED],
                [SETTLE_MS, REFUSED],
            ]),
            ["waiting", "waiting", "failed"],
        );
    });

    it("forgives a definite cause that went away meanwhile", () => {
        assert.deepEqual(
            states([
                [0, REFUSED],
                [1000, CREATING],
                [SETTLE_MS, REFUSED],
                [2 * SETTLE_MS, REFUSED],
            ]),
            ["waiting", "waiting", "waiting", "failed"],
        );
    });

    it("tells only definite causes when one of them ends it", () => {
        const other = deployment("tempo");
        const set = replicaSet(other);
        const pod = podOf(set, "ReplicaSet", { name: "tempo-0", status: { containerStatuses: [crashing(1)] } });
        const both = {
            ...REFUSED,
            deployments: [...REFUSED.deployments, other],
            replicaSets: [...REFUSED.replicaSets, set],
            pods: [...REFUSED.pods, pod],
        };
        const [, last] = observe([
            [0, both],
            [SETTLE_MS, both],
        ]);
        assert.ok(last?.state === "failed");
        assert.deepEqual(
            last.causes.map(({ problem }) => problem.where),
            ["Deployment observability/loki, pod loki-0, container main"],
        );
    });

    it("ends when nothing got better for long enough, and says what it waited for", () => {
        const [, before, last] = observe([
            [0, CREATING],
            [QUIET_MS - 1, CREATING],
            [QUIET_MS, CREATING],
        ]);
        assert.deepEqual(before, { state: "waiting", until: QUIET_MS });
        assert.ok(last?.state === "failed");
        assert.match(last.causes[0]?.problem.what ?? "", /nothing has changed for 120 s; it waits for container main/);
        assert.match(last.causes[0]?.problem.fix ?? "", /kubectl -n observability describe pods/);
    });

    it("begins anew with every progress, and after the API server was away", () => {
        const started = onePod({ status: { containerStatuses: [running(false)] } });
        assert.deepEqual(
            states([
                [0, CREATING],
                [QUIET_MS - 1, started],
                [2 * QUIET_MS - 2, started],
                [2 * QUIET_MS - 1, started],
            ]),
            ["waiting", "waiting", "waiting", "failed"],
        );
        const patience = new Patience(0);
        const judgement = judge(CREATING, judge(CREATING));
        patience.forgive(QUIET_MS);
        assert.equal(patience.observe(judgement, QUIET_MS).state, "waiting");
    });

    it("shows a crash as the cause of a standstill though it was not definite", () => {
        const crash = onePod({ status: { containerStatuses: [crashing(2)] } });
        const [, last] = observe([
            [0, crash],
            [QUIET_MS, crash],
        ]);
        assert.ok(last?.state === "failed");
        assert.match(last.causes[0]?.problem.what ?? "", /2 restarts/);
    });

    it("is ready at the first look when everything is", () => {
        const done = { ...onePod({ status: readyStatus() }), deployments: [deployment("loki", { ready: 1 })] };
        assert.deepEqual(states([[0, done]]), ["ready"]);
    });
});

/** Steps of a pod on its way. */
const STEPS: readonly Partial<Pod>[] = [
    { spec: { nodeName: undefined, containers: [{ name: "main" }] }, status: { conditions: [] } },
    { status: { containerStatuses: [waiting("ContainerCreating")] } },
    { status: { containerStatuses: [running(false)] } },
    { status: readyStatus() },
];
/** By step: what may look bad there without being a fault for good. */
const DETOURS: readonly (readonly Partial<Pod>[])[] = [
    [
        {
            spec: { nodeName: undefined, containers: [{ name: "main" }] },
            status: { conditions: [{ type: "PodScheduled", status: "False", message: "0/1 nodes are available" }] },
        },
    ],
    [
        { status: { containerStatuses: [waiting("ErrImagePull", "dial tcp: i/o timeout")] } },
        { status: { containerStatuses: [waiting("CreateContainerError", "context deadline exceeded")] } },
        {
            status: {
                containerStatuses: [waiting("CreateContainerConfigError", 'configmap "kube-root-ca.crt" not found')],
            },
        },
    ],
    [
        { status: { containerStatuses: [crashing(1)] } },
        { status: { containerStatuses: [crashing(3, { exitCode: 137, reason: "OOMKilled" })] } },
    ],
];

/** A platform of some workloads, each so far on its way, some on a detour. */
function platform(steps: readonly number[], detours: readonly (number | undefined)[]): Snapshot {
    const parts = steps.map((step, index) => {
        const name = `w${index}`;
        const ready = step === STEPS.length - 1;
        const object = deployment(name, { ready: ready ? 1 : 0 });
        const set = replicaSet(object);
        const detour = detours[index];
        const stage = STEPS[step];
        assert.ok(stage !== undefined);
        const detoured = detour === undefined ? undefined : DETOURS[step]?.[detour % DETOURS[step].length];
        const changes = detoured ?? stage;
        const pod = podOf(set, "ReplicaSet", { name: `${name}-0`, spec: changes.spec, status: changes.status });
        return { object, set, pod };
    });
    return snapshotOf({
        deployments: parts.map(({ object }) => object),
        replicaSets: parts.map(({ set }) => set),
        pods: parts.map(({ pod }) => pod),
    });
}

interface Look {
    readonly advance: number;
    readonly wait: number;
    readonly detours: readonly (number | undefined)[];
}

describe("a gate that sees the platform become ready", () => {
    const workloads = 3;
    const look: fc.Arbitrary<Look> = fc.record({
        advance: fc.nat(workloads - 1),
        wait: fc.nat(QUIET_MS - 1),
        detours: fc.array(fc.option(fc.nat(5), { nil: undefined }), {
            minLength: workloads,
            maxLength: workloads,
        }),
    });

    it("never gives up before, whatever detours the pods take, as long as one of them gets further in time", () => {
        fc.assert(
            fc.property(fc.array(look, { maxLength: 40 }), (looks) => {
                const steps = Array.from({ length: workloads }, () => 0);
                const patience = new Patience(0);
                let judgement: Judgement | undefined;
                let now = 0;
                const see = (detours: Look["detours"], wait: number): Outcome => {
                    now += wait;
                    judgement = judge(platform(steps, detours), judgement);
                    return patience.observe(judgement, now);
                };
                see([], 0);
                for (const { advance, wait, detours } of looks) {
                    if ((steps[advance] ?? 0) >= STEPS.length - 1) continue;
                    // A detour hides how far a pod is, and only what is seen is progress.
                    const shown = detours.map((detour, index) => (index === advance ? undefined : detour));
                    steps[advance] = (steps[advance] ?? 0) + 1;
                    assert.notEqual(see(shown, wait).state, "failed");
                }
                steps.fill(STEPS.length - 1);
                assert.equal(see([], QUIET_MS - 1).state, "ready");
            }),
        );
    });

    it("always comes to an end when pods go to and fro and none becomes ready", () => {
        fc.assert(
            fc.property(fc.array(look, { minLength: 1, maxLength: 10 }), (cycle) => {
                const patience = new Patience(0);
                let judgement: Judgement | undefined;
                let now = 0;
                for (let round = 0; round < 1000; round++) {
                    const current = cycle[round % cycle.length];
                    assert.ok(current !== undefined);
                    now += current.wait + 1000;
                    const steps = Array.from({ length: workloads }, (_unused, index) => (round + index) % 3);
                    judgement = judge(platform(steps, current.detours), judgement);
                    if (patience.observe(judgement, now).state === "failed") return;
                }
                assert.fail("it still waits");
            }),
        );
    });

    it("gives up in the end, with a cause for each workload that is not ready", () => {
        fc.assert(
            fc.property(
                fc.array(fc.nat(STEPS.length - 1), { minLength: 1, maxLength: 5 }),
                look,
                (steps, { detours }) => {
                    const snapshot = platform(steps, detours);
                    const unready = steps.filter((step) => step < STEPS.length - 1).length;
                    const outcomes = observe([
                        [0, snapshot],
                        [QUIET_MS, snapshot],
                    ]);
                    const last = outcomes.at(-1);
                    if (unready === 0) return assert.equal(last?.state, "ready");
                    assert.ok(last?.state === "failed");
                    assert.equal(last.causes.length, unready);
                    for (const { problem } of last.causes) {
                        for (const text of Object.values(problem)) assert.notEqual(text, "");
                    }
                },
            ),
        );
    });
});
