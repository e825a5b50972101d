import assert from "node:assert/strict";
import { enforcerOf } from "../../components/flows/surroundings";
import { KUBE_SYSTEM } from "../../components/config/namespaces";
import { Extras } from "../helpers/kind-extras";
import { cells, cellText, differing, tryCells, type Cell } from "../helpers/kind-matrix";
import { isReady } from "../helpers/kind-pods";
import { kindStack } from "../helpers/kind-stack";
import { eventually, minutes } from "../helpers/kind-wait";
import { realEnds } from "../helpers/kind-world";
import { skip } from "../helpers/skip";
import { flowsSeen, type SeenFlow } from "../helpers/kind-hubble";

/** Cells of each verdict that are looked up in Hubble's log, whose memory is short. */
const SAMPLE = 40;

describe("who reaches whom on a real cluster", function () {
    this.timeout(minutes(20));
    const stack = kindStack();
    const extras = new Extras(stack);
    let matrix: readonly Cell[] = [];

    before(async function () {
        await stack.ready(this, "traefik");
        matrix = cells(stack, await realEnds(stack, await extras.make()));
        if (enforcerOf(stack.config) === "NetworkPolicy" && !(await isEnforced())) {
            skip(this, "the network of this node image does not enforce NetworkPolicies");
        }
    });
    after(() => extras.remove());

    /** Whether anything that should be stopped is, told by one source that is nobody's. */
    async function isEnforced(): Promise<boolean> {
        const denied = matrix.filter(({ expected, captured }) => !expected && !captured);
        const tried = await tryCells(stack, denied.slice(0, 1));
        return tried.some(({ through }) => !through);
    }

    it("is what the flows list, in every cell", async () => {
        const allowed = matrix.filter(({ expected }) => expected).length;
        console.log(`      ${matrix.length} cells, of which ${allowed} are to be let through`);
        assert.ok(allowed > 0 && allowed < matrix.length);
        assert.deepEqual((await differing(stack, matrix)).map(cellText), []);
    });

    it("is what Hubble's own log says of it", async function () {
        stack.needs(this, "cilium");
        // Between pods that no tunnel hides from the network.
        const plain = matrix.filter(({ from, to, captured, probe }) => {
            return from.role !== undefined && to.role !== undefined && !captured && probe.protocol === "TCP";
        });
        const of = (expected: boolean): readonly Cell[] =>
            spread(
                plain.filter((cell) => cell.expected === expected),
                SAMPLE,
            );
        let rest = [...of(true), ...of(false)];
        let wrong: readonly string[] = [];
        // A node's log keeps the last four thousand lines, and a busy node writes more of them.
        for (let look = 0; look < 3 && rest.length > 0; look += 1) {
            const since = new Date();
            await tryCells(stack, rest);
            const flows = await flowsSeen(stack, since);
            const different = rest.map((cell) => disagreement(cell, flows));
            wrong = different.filter((text) => text !== undefined);
            rest = rest.filter((_, index) => different[index] !== undefined);
        }
        assert.deepEqual(wrong, []);
    });

    it("stays so when Cilium's agents have come again", async function () {
        stack.needs(this, "cilium");
        const { core } = stack.api;
        const agents = { namespace: KUBE_SYSTEM, labelSelector: "k8s-app=cilium" };
        const { items: before } = await core.listNamespacedPod(agents);
        await core.deleteCollectionNamespacedPod(agents);
        const gone = new Set(before.map(({ metadata }) => metadata?.uid));
        await eventually("agents that are ready again", async () => {
            const { items } = await core.listNamespacedPod(agents);
            const fresh = items.filter((pod) => !gone.has(pod.metadata?.uid) && isReady(pod));
            return fresh.length === before.length && items.length === before.length ? true : undefined;
        });
        assert.deepEqual((await differing(stack, matrix)).map(cellText), []);
    });
});

/** What Hubble says of a cell, where it is something else than the model does. */
function disagreement({ from, to, probe: { port }, expected }: Cell, flows: readonly SeenFlow[]): string | undefined {
    const own = flows.filter((flow) => flow.source === from.address && flow.destination === to.address);
    const said = new Set(own.filter((flow) => flow.port === port).map(({ verdict }) => verdict));
    const agrees = expected ? said.has("forwarded") && !said.has("dropped") : said.has("dropped");
    return agrees ? undefined : `${from.name} → ${to.name}:${port}: ${[...said].join(", ") || "nothing"}`;
}

/** At most so many of a list, from all over it. */
function spread<T>(all: readonly T[], count: number): readonly T[] {
    const step = Math.max(1, Math.floor(all.length / count));
    return all.filter((_, index) => index % step === 0).slice(0, count);
}
