import assert from "node:assert/strict";
import type { Cause } from "../../../tools/readiness/causes/cause";
import { judge } from "../../../tools/readiness/judge";
import { notReady, nothingThere, progressLine, progressText, readyLine } from "../../../tools/readiness/report";
import {
    deployment,
    eventOn,
    onePod,
    podOf,
    replicaSet,
    running,
    snapshotOf,
    statefulSet,
    waiting,
} from "../../helpers/kube-objects";

const text = (snapshot: Parameters<typeof judge>[0]): string => progressText(judge(snapshot));

describe("a line of progress", () => {
    it("tells how many are ready, for how long, and what the others wait for", () => {
        const snapshot = onePod({ status: { containerStatuses: [running(false)] } });
        const probe = "Readiness probe failed: HTTP probe failed with statuscode: 503";
        const events = [eventOn(snapshot.pod, "Unhealthy", probe, { container: "main" })];
        const all = { ...snapshot, events, statefulSets: [statefulSet("db", { ready: 1 })] };
        assert.equal(
            progressLine(text(all), 8.4),
            "1 of 2 workloads ready (8 s); waiting for observability/loki: container main not ready (readiness probe: 503)",
        );
    });

    it("tells a definite cause before others", () => {
        const object = deployment("loki", { replicas: 2 });
        const set = replicaSet(object);
        const pods = [
            podOf(set, "ReplicaSet", {
                name: "a",
                status: { containerStatuses: [waiting("CreateContainerError", "x")] },
            }),
            podOf(set, "ReplicaSet", {
                name: "b",
                status: { containerStatuses: [waiting("ErrImagePull", "x: not found")] },
            }),
        ];
        const told = text(snapshotOf({ deployments: [object], replicaSets: [set], pods }));
        assert.match(told, /^0 of 1 .*container main has no image \(x: not found\)$/);
    });

    it("names some of many", () => {
        const deployments = ["a", "b", "c", "d", "e"].map((name) => deployment(name));
        const told = text(snapshotOf({ deployments }));
        assert.match(told, /^0 of 5 workloads ready; waiting for observability\/a: /);
        assert.match(told, /observability\/c: [^;]*; and 2 more$/);
        assert.doesNotMatch(told, /observability\/d/);
    });

    it("is the same as long as nothing changes, and names nothing when all is well", () => {
        assert.equal(text(onePod()), text(onePod()));
        const ready = snapshotOf({ deployments: [deployment("loki", { ready: 1 })] });
        assert.equal(text(ready), "1 of 1 workloads ready");
    });
});

describe("the end of the gate", () => {
    const cause = (log: boolean): Cause => ({
        problem: { where: "Deployment a/b", what: "ends again and again: exit code 1", fix: "repair it" },
        definite: true,
        brief: "crashes",
        ...(log ? { log: { namespace: "a", pod: "b-0", container: "main", previous: true } } : {}),
    });

    it("is one line that depends on the number alone", () => {
        assert.equal(readyLine(14), "14 workloads are ready");
        assert.equal(readyLine(1), "1 workload is ready");
    });

    it("shows the last lines of a log, without control characters", () => {
        const crash = cause(true);
        const { message } = notReady(
            [crash],
            new Map([[crash, ["\u001b[31mpanic:\u0007 no bucket\u001b[0m", "exit"]]]),
        );
        assert.equal(
            message,
            [
                "the platform does not become ready (1 problem):",
                "  - Deployment a/b: ends again and again: exit code 1; its log ends with",
                "      | panic: no bucket",
                "      | exit",
                "    fix: repair it",
            ].join("\n"),
        );
    });

    it("tells all causes at once, and no log where there is none", () => {
        const causes = [cause(false), cause(false)];
        assert.match(notReady(causes, new Map()).message, /\(2 problems\)/);
        assert.doesNotMatch(notReady(causes, new Map()).message, /log ends with/);
    });

    it("does not take an empty namespace for a ready one", () => {
        assert.match(
            nothingThere(["edge", "storage"]).message,
            /namespaces edge, storage: there is no workload at all/,
        );
    });
});
