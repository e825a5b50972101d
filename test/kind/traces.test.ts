import assert from "node:assert/strict";
import { kindStack } from "../helpers/kind-stack";
import { nanos, service, Telemetry, TEMPO } from "../helpers/kind-telemetry";
import { eventually, minutes } from "../helpers/kind-wait";
import { skip } from "../helpers/skip";

const SPAN = "cee19b7ec3c1b174";

interface Trace {
    readonly batches: readonly { readonly scopeSpans: readonly { readonly spans: readonly { name: string }[] }[] }[];
}

/** OTLP of one span. */
function span(traceId: string): unknown {
    const times = { startTimeUnixNano: nanos(Date.now() - 100), endTimeUnixNano: nanos() };
    const spans = [{ traceId, spanId: SPAN, name: "GET /kind-test", kind: 2, ...times }];
    return { resourceSpans: [{ resource: service("kind-test"), scopeSpans: [{ spans }] }] };
}

describe("traces of a stack", function () {
    this.timeout(minutes(10));
    const stack = kindStack();
    const telemetry = new Telemetry(stack);
    const id = `1d8efff798038103d269b633${process.pid.toString(16).padStart(8, "0")}`;

    before(async function () {
        await stack.ready(this, "otel-collector");
    });

    it("arrive by OTLP and are found by their id", async function () {
        stack.needs(this, "tempo");
        assert.equal((await telemetry.send("/v1/traces", span(id))).status, 200);
        const trace = await eventually("the trace", () => stack.api.serviceJson<Trace>(TEMPO, `/api/traces/${id}`));
        const names = trace.batches.flatMap(({ scopeSpans }) =>
            scopeSpans.flatMap(({ spans }) => spans.map(({ name }) => name)),
        );
        assert.deepEqual(names, ["GET /kind-test"]);
    });

    it("become metrics of their service", async function () {
        stack.needs(this, "tempo", "prometheus");
        await telemetry.send("/v1/traces", span(id.replace(/^1/, "2")));
        await eventually("the service's calls", async () => {
            const found = await telemetry.query('traces_spanmetrics_calls_total{service="kind-test"}');
            return found.length > 0 ? found : undefined;
        });
    });

    it("are refused, not thrown away, where nothing stores them", async function () {
        if (stack.has("tempo")) skip(this, "layer tempo is on, so that no sender of traces is refused");
        assert.equal((await telemetry.send("/v1/traces", span(id))).status, 404);
    });
});
