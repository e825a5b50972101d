import assert from "node:assert/strict";
import { judge } from "../../../tools/readiness/judge";
import { causesOf } from "../../../tools/readiness/patience";
import {
    at,
    crashing,
    eventOn,
    keyed,
    onePod,
    podOf,
    readyStatus,
    replicaSet,
    deployment,
    running,
    waiting,
} from "../../helpers/kube-objects";
import { causes, onlyCause, waitsFor } from "../../helpers/verdicts";

const withStatus = (status: ReturnType<typeof waiting>, parts = {}) =>
    onePod({ status: { containerStatuses: [status] } }, parts);

describe("a container whose configuration is incomplete", () => {
    const missing: readonly (readonly [string, RegExp])[] = [
        ['secret "loki-s3" not found', /^Secret loki-s3 is missing$/],
        ['configmap "loki" not found', /^ConfigMap loki is missing$/],
        ["couldn't find key id in Secret observability/loki-s3", /^Secret loki-s3 has no key id$/],
        ["couldn't find key a.yaml in ConfigMap observability/loki", /^ConfigMap loki has no key a\.yaml$/],
    ];
    for (const [message, what] of missing) {
        it(`is named at once: ${message}`, () => {
            const cause = onlyCause(withStatus(waiting("CreateContainerConfigError", message)));
            assert.equal(cause.definite, true);
            assert.match(cause.problem.what, what);
            assert.equal(cause.problem.where, "Deployment observability/loki, pod loki-0, container main");
            assert.notEqual(cause.problem.fix, "");
        });
    }

    it("waits for the kubelet's next try when the object has come by now", () => {
        const status = waiting("CreateContainerConfigError", 'secret "loki-s3" not found');
        const cause = onlyCause(withStatus(status, { secrets: [keyed("loki-s3")] }));
        assert.equal(cause.definite, false);
        assert.match(cause.brief, /kubelet to try again/);
    });

    it("waits for what a controller is going to make", () => {
        const status = waiting("CreateContainerConfigError", 'configmap "kube-root-ca.crt" not found');
        assert.equal(onlyCause(withStatus(status)).definite, false);
    });

    it("takes the kubelet's word where the names of Secrets may not be read", () => {
        const status = waiting("CreateContainerConfigError", 'secret "loki-s3" not found');
        assert.equal(onlyCause({ ...withStatus(status), secrets: undefined }).definite, true);
    });

    it("is definite for a user that the kubelet does not allow", () => {
        const text = "container has runAsNonRoot and image will run as root";
        const cause = onlyCause(withStatus(waiting("CreateContainerConfigError", text)));
        assert.equal(cause.definite, true);
        assert.match(cause.problem.what, /runAsNonRoot/);
    });

    it("is not definite for a runtime's moment of weakness, and is for a command that does not exist", () => {
        const named = onlyCause(withStatus(waiting("CreateContainerError", 'name "x" is reserved')));
        assert.equal(named.definite, false);
        const command = onlyCause(withStatus(waiting("CreateContainerError", "no command specified")));
        assert.equal(command.definite, true);
    });

    it("is nothing at all while it is only being created", () => {
        assert.deepEqual(causes(onePod()), []);
        assert.match(waitsFor(onePod()), /container main to start/);
    });
});

describe("a container that crashes", () => {
    it("is shown from the first crash, with how it ended and whose log to read, but not given up", () => {
        const cause = onlyCause(withStatus(crashing(1)));
        assert.equal(cause.definite, false);
        assert.match(cause.problem.what, /ends again and again \(1 restart\): exit code 1/);
        assert.deepEqual(cause.log, {
            namespace: "observability",
            pod: "loki-0",
            container: "main",
            previous: true,
        });
    });

    for (const [restarts, definite] of [
        [3, false],
        [4, true],
        [9, true],
    ] as const) {
        it(`is ${definite ? "" : "not "}given up after ${restarts} restarts that ended alike`, () => {
            assert.equal(onlyCause(withStatus(crashing(restarts))).definite, definite);
        });
    }

    it("is not given up as long as it ends in another way each time", () => {
        let judgement = judge(withStatus(crashing(1, { exitCode: 1 })));
        for (let restarts = 2; restarts < 10; restarts++) {
            judgement = judge(withStatus(crashing(restarts, { exitCode: restarts })), judgement);
            assert.equal(causesOf(judgement)[0]?.definite, false, String(restarts));
        }
        for (let restarts = 10; restarts < 12; restarts++) {
            judgement = judge(withStatus(crashing(restarts, { exitCode: 9 })), judgement);
            assert.equal(causesOf(judgement)[0]?.definite, false, String(restarts));
        }
        judgement = judge(withStatus(crashing(13, { exitCode: 9 })), judgement);
        assert.equal(causesOf(judgement)[0]?.definite, true);
    });

    it("is not given up when something it may have waited for became ready since it was last started", () => {
        const set = replicaSet(deployment("garage"));
        const helper = podOf(set, "ReplicaSet", { name: "garage-0", status: readyStatus(-1) });
        const snapshot = withStatus(crashing(6, { startedAt: at(-2), finishedAt: at(0) }));
        assert.equal(causes({ ...snapshot, pods: [...snapshot.pods, helper] })[0]?.definite, false);
        const before = { ...helper, status: readyStatus(-3) };
        assert.equal(causes({ ...snapshot, pods: [...snapshot.pods, before] })[0]?.definite, true);
    });

    it("gets one more try when its last crash is older than the run", () => {
        const cause = onlyCause(withStatus(crashing(12, { startedAt: at(-200), finishedAt: at(-199) })));
        assert.equal(cause.definite, false);
        assert.ok((cause.patience ?? 0) > 300_000);
    });

    it("is told to have run out of memory, with the limit to raise", () => {
        const containers = [{ name: "main", image: "x:1", resources: { limits: { memory: "256Mi" } } }];
        const status = crashing(4, { exitCode: 137, reason: "OOMKilled" });
        const cause = onlyCause(onePod({ spec: { containers }, status: { containerStatuses: [status] } }));
        assert.match(cause.problem.what, /out of memory \(its limit is 256Mi\)/);
        assert.match(cause.problem.fix, /raise its memory limit above 256Mi/);
    });

    it("is given up at once when its program is not there", () => {
        const message = 'exec: "lokii": executable file not found in $PATH: unknown';
        const cause = onlyCause(withStatus(crashing(1, { exitCode: 128, reason: "StartError", message })));
        assert.equal(cause.definite, true);
        assert.match(cause.problem.what, /executable file not found/);
        assert.match(cause.problem.fix, /hearth:images/);
    });

    it("shows what its liveness probe said before it was killed", () => {
        const snapshot = withStatus(crashing(2, { exitCode: 137 }));
        const probe = "Liveness probe failed: HTTP probe failed with statuscode: 500";
        const events = [eventOn(snapshot.pod, "Unhealthy", probe, { container: "main" })];
        assert.match(onlyCause({ ...snapshot, events }).problem.what, /exit code 137; Liveness probe failed.*500/);
    });

    it("never shows what the container itself wrote as its last message", () => {
        const cause = onlyCause(withStatus(crashing(4, { message: "password=hunter2" })));
        assert.doesNotMatch(JSON.stringify(cause), /hunter2/);
    });

    it("is named although it is an init container, and its end with success is none", () => {
        const spec = { initContainers: [{ name: "wait", image: "x:1" }] };
        const failing = { ...crashing(4), name: "wait" };
        const status = { initContainerStatuses: [failing], containerStatuses: [waiting("PodInitializing")] };
        const cause = onlyCause(onePod({ spec, status }));
        assert.match(cause.problem.where, /container wait$/);
        assert.equal(cause.definite, true);
        const ended = { name: "wait", restartCount: 0, state: { terminated: { exitCode: 0, reason: "Completed" } } };
        assert.deepEqual(causes(onePod({ spec, status: { ...status, initContainerStatuses: [ended] } })), []);
    });

    it("is named although it ends with success, since it is to go on", () => {
        const cause = onlyCause(withStatus(crashing(4, { exitCode: 0, reason: "Completed" })));
        assert.match(cause.problem.what, /exit code 0/);
        assert.equal(cause.definite, true);
    });
});

describe("a container that runs and is not ready", () => {
    const snapshot = withStatus(running(false));

    it("waits with what its probe says", () => {
        const told: readonly (readonly [string, string])[] = [
            ["Readiness probe failed: HTTP probe failed with statuscode: 503", "readiness probe: 503"],
            [
                'Readiness probe failed: Get "http://10.244.0.7:3100/ready": dial tcp 10.244.0.7:3100: connect: connection refused',
                "readiness probe: connection refused",
            ],
            [
                'Startup probe failed: Get "http://10.244.0.7:3100/": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
                "startup probe: context deadline exceeded (Client.Timeout exceeded while awaiting headers)",
            ],
            ["Readiness probe failed: psql: error: no such role\n", "readiness probe: psql: error: no such role"],
        ];
        for (const [message, text] of told) {
            const events = [eventOn(snapshot.pod, "Unhealthy", message, { container: "main" })];
            assert.equal(waitsFor({ ...snapshot, events }), `container main not ready (${text})`);
        }
    });

    it("does not repeat what a probe said of the run before", () => {
        const events = [
            eventOn(snapshot.pod, "Unhealthy", "Readiness probe failed: x", { container: "main", seconds: -60 }),
        ];
        assert.equal(waitsFor({ ...snapshot, events }), "container main not ready");
    });
});
