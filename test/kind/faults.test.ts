import assert from "node:assert/strict";
import type { ImageId } from "../../components/config/versions";
import { kindStack } from "../helpers/kind-stack";
import { minutes } from "../helpers/kind-wait";
import { skip } from "../helpers/skip";

interface Candidate {
    readonly image: ImageId;
    /** What the gate calls the workload. */
    readonly workload: string;
    readonly pod: RegExp;
}

/** One of each kind of workload; the first whose layer is on is taken. */
const CANDIDATES: readonly Candidate[] = [
    { image: "postgresql", workload: "StatefulSet database/postgresql", pod: /pod postgresql-0/ },
    {
        image: "node-exporter",
        workload: "DaemonSet node-agents/prometheus-node-exporter",
        pod: /pod prometheus-node-exporter-/,
    },
];

describe("a stack with a wrong image", function () {
    this.timeout(minutes(20));
    const stack = kindStack();

    before(async function () {
        await stack.ready(this);
    });

    for (const { image, workload, pod } of CANDIDATES) {
        it(`is not up: ${image}'s pod, image and fix are named; with the right one it is up again`, async function () {
            if (!stack.has(image === "postgresql" ? "postgresql" : "node-exporter")) skip(this, `${image} is off`);
            const wrong = `docker.io/library/there-is-no-${image}:1.0`;
            const images = { ...stack.config.images.overrides, [image]: wrong };
            const { status, stdout, stderr } = await stack.changed({ images }, () => stack.run("up"));
            const said = `${stdout}${stderr}`;
            assert.notEqual(status, 0, said);
            assert.ok(said.includes(workload), said);
            assert.match(said, pod);
            assert.ok(said.includes(wrong), said);
            assert.match(said, /fix: .*hearth:(images|registryMirrors)/);
            // It is named at once, and given up on when it is known to stay so.
            const [, named] = /workloads ready \((\d+) s\); waiting for [^\n]*has no image/.exec(said) ?? [];
            assert.ok(named !== undefined, said);
            console.log(`      the gate named it after ${named} s`);
            await stack.succeed("up");
        });
    }
});
