import assert from "node:assert/strict";
import type { Cause } from "../../tools/readiness/causes/cause";
import { judge, type Verdict } from "../../tools/readiness/judge";
import { causesOf } from "../../tools/readiness/patience";
import type { Snapshot } from "../../tools/readiness/snapshot";

/** All causes that a snapshot shows. */
export function causes(snapshot: Snapshot): readonly Cause[] {
    return causesOf(judge(snapshot));
}

/** The one cause that a snapshot shows. */
export function onlyCause(snapshot: Snapshot): Cause {
    const found = causes(snapshot);
    const [cause, ...more] = found;
    assert.ok(cause !== undefined, "there is no cause");
    assert.deepEqual(more, [], "there is more than one cause");
    return cause;
}

/** The verdict on the one workload of a snapshot. */
export function onlyVerdict(snapshot: Snapshot): Verdict {
    const [verdict, ...more] = judge(snapshot).verdicts;
    assert.ok(verdict !== undefined, "there is no workload");
    assert.deepEqual(more, [], "there is more than one workload");
    return verdict;
}

/** What the one workload of a snapshot waits for; fails when it is ready or stalled. */
export function waitsFor(snapshot: Snapshot): string {
    const verdict = onlyVerdict(snapshot);
    assert.equal(verdict.state, "progressing", JSON.stringify(verdict));
    return verdict.state === "progressing" ? verdict.waitsFor : "";
}
