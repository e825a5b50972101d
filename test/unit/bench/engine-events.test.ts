import assert from "node:assert/strict";
import { criticalPath } from "../../../tools/bench/critical-path";
import { parseEvent, workOf, type SeenEvent } from "../../../tools/bench/engine-events";
import { figure, figureLine } from "../../../tools/bench/figure";
import { programConfig } from "../../../tools/bench/program-load";
import type { Deployment } from "../../../tools/state/deployment";

const urn = (type: string, name: string): string => `urn:pulumi:s::hearth::hearth:platform:Platform$${type}::${name}`;
const CLUSTER = urn("command:local:Command", "cluster-identity");
const PROVIDER = urn("pulumi:providers:kubernetes", "cluster-provider");
const RELEASE = urn("kubernetes:helm.sh/v3:Release", "loki-release");
const COMPONENT = urn("hearth:observability:Loki", "loki");

const typeOf = (of: string): string => of.split("::")[2]?.split("$").at(-1) ?? "";
const began = (at: number, of: string): SeenEvent => ({
    at,
    event: { resourcePreEvent: { metadata: { op: "create", urn: of, type: typeOf(of) } } },
});
const ended = (at: number, of: string): SeenEvent => ({
    at,
    event: { resOutputsEvent: { metadata: { op: "create", urn: of, type: typeOf(of) } } },
});

const EVENTS: readonly SeenEvent[] = [
    { at: 100, event: { preludeEvent: {} } },
    began(300, CLUSTER),
    began(310, COMPONENT),
    ended(5300, CLUSTER),
    began(5300, PROVIDER),
    ended(5400, PROVIDER),
    began(5700, RELEASE),
    ended(7400, RELEASE),
    { at: 7500, event: { summaryEvent: {} } },
];
const STATE: Deployment = {
    version: 3,
    deployment: {
        resources: [
            { urn: CLUSTER, type: "command:local:Command" },
            { urn: PROVIDER, type: "pulumi:providers:kubernetes", dependencies: [CLUSTER] },
            { urn: RELEASE, type: "kubernetes:helm.sh/v3:Release", provider: `${PROVIDER}::id`, dependencies: [] },
        ],
    },
};

describe("the work of a run, from the engine's events", () => {
    const work = workOf(EVENTS, STATE, 8000);

    it("has what came before and after the engine, the program's start, and each resource; no component", () => {
        assert.deepEqual(
            work.map(({ duration }) => duration),
            [100, 200, 5000, 400, 1700, 600],
        );
        assert.ok(!work.some(({ id }) => id.includes("hearth:observability:Loki")));
    });

    it("counts a provider's start, which ends where the first resource through it begins", () => {
        const provider = work.find(({ id }) => id.includes("cluster-provider"));
        assert.deepEqual([provider?.start, provider?.duration], [5300, 400]);
    });

    it("lets a resource wait for its provider, so that the longest chain goes through the cluster", () => {
        const { duration, path } = criticalPath(work);
        assert.equal(duration, 8000);
        assert.deepEqual(
            path.map(({ id }) => id),
            [
                "make up: tools, secrets, charts, gate",
                "program: from the engine's start to its first resource",
                "command:local:Command cluster-identity",
                "pulumi:providers:kubernetes cluster-provider",
                "kubernetes:helm.sh/v3:Release loki-release",
                "make up: summary",
            ],
        );
    });

    it("reads lines of the log, and passes over what is none", () => {
        assert.deepEqual(parseEvent('{"sequence":1,"preludeEvent":{}}'), { sequence: 1, preludeEvent: {} });
        for (const line of ["", "not json", "3", "null"]) assert.equal(parseEvent(line), undefined);
    });
});

describe("a figure", () => {
    it("is printed with its spread, beside what was promised", () => {
        assert.equal(
            figureLine(figure("down", "s", [3, 4, 8], 5)),
            "down: median 4.00 s (3.00 to 8.00, 3 runs), goal 5.00 s: met",
        );
        assert.match(figureLine(figure("down", "s", [6], 5)), /MISSED$/);
        assert.doesNotMatch(figureLine(figure("down", "s", [6])), /goal/);
    });
});

describe("settings as the program gets them", () => {
    it("are text as it is, and everything else as JSON", () => {
        assert.deepEqual(programConfig({ cni: "kindnetd", workers: 0, layers: ["loki"] }), {
            "hearth:cni": "kindnetd",
            "hearth:workers": "0",
            "hearth:layers": '["loki"]',
        });
    });
});
