import assert from "node:assert/strict";
import { publicOutputs, summaryText, type SummaryFacts } from "../../../tools/stack/summary";

const REAL: SummaryFacts = {
    stack: "dev-fast",
    mode: "dev-fast",
    provider: "kind",
    simulated: false,
    standInCharts: false,
    urls: { grafana: "http://127.0.0.1:30300", traefik: "http://127.0.0.1:30081" },
    kubeconfig: "/state/kubeconfig",
};

describe("the summary at the end of make up", () => {
    it("has every address, and where credentials and kubeconfig are", () => {
        const text = summaryText(REAL);
        for (const expected of [
            "http://127.0.0.1:30300",
            "http://127.0.0.1:30081",
            "--show-secrets",
            "KUBECONFIG=/state/kubeconfig",
        ]) {
            assert.ok(text.includes(expected), expected);
        }
    });

    it("says nothing of simulation when nothing is simulated", () => {
        assert.doesNotMatch(summaryText(REAL), /SIMULATED|STAND-IN/);
    });

    it("says loudly what is simulated and how to get the real thing", () => {
        const text = summaryText({ ...REAL, provider: "kwok", simulated: true, standInCharts: true });
        assert.match(text, /SIMULATED: .*pods are not/);
        assert.match(text, /start Docker/);
        assert.match(text, /STAND-IN CHARTS/);
        assert.match(text, /make charts/);
    });

    it("says what of a simulated mesh is not there, and nothing of one where there is none", () => {
        const simulated = { ...REAL, provider: "kwok", simulated: true };
        assert.match(summaryText({ ...simulated, mesh: true }), /no istiod runs.*\n.*webhooks are off/);
        assert.doesNotMatch(summaryText(simulated), /istiod/);
        assert.doesNotMatch(summaryText({ ...REAL, mesh: true }), /istiod/);
    });

    it("shows no kubeconfig of a cluster that is not ours", () => {
        const { kubeconfig, ...rest } = REAL;
        assert.ok(kubeconfig !== undefined && summaryText(REAL).includes(kubeconfig));
        assert.doesNotMatch(summaryText({ ...rest, provider: "existing" }), /KUBECONFIG/);
    });
});

describe("the public outputs", () => {
    it("are picked out of all outputs", () => {
        assert.deepEqual(publicOutputs({ mode: "full", simulated: true, urls: { a: "x" }, kubeconfig: "[secret]" }), {
            mode: "full",
            simulated: true,
            urls: { a: "x" },
        });
    });

    it("are never made up", () => {
        for (const bad of [undefined, null, {}, { mode: "full" }, { mode: "full", simulated: "no", urls: {} }])
            assert.throws(() => publicOutputs(bad));
    });
});
