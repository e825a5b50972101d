import assert from "node:assert/strict";
import { stackVersions } from "../../../components/config/stack-versions";
import { chartSpec, KUBERNETES_VERSION } from "../../../components/config/versions";
import { BARE, EQUIPPED, presetConfig } from "../../helpers/platform";

describe("stackVersions", () => {
    it("names Kubernetes, every chart and every image of what a stack runs, and nothing else", () => {
        const { kubernetes, charts, images } = stackVersions(presetConfig("full", { environment: BARE }));
        assert.equal(kubernetes, KUBERNETES_VERSION);
        for (const name of ["cilium", "cilium-crds", "gateway-api", "istiod", "ztunnel", "argo-cd"] as const) {
            assert.equal(charts[name], chartSpec(name).version);
        }
        assert.match(images["istio-ztunnel"] ?? "", /^docker\.io\/istio\/ztunnel:/);
        const fast = stackVersions(presetConfig("dev-fast", { environment: BARE }));
        for (const name of ["cilium", "istiod", "argo-cd"]) assert.ok(!(name in fast.charts), name);
        assert.ok(!("cilium" in fast.images));
    });

    it("takes the version of a Kind cluster from its node image, and knows none of an existing one", () => {
        const settings = { cluster: "kind", kind: { image: "kindest/node:v1.33.1-local" } };
        const kind = presetConfig("dev-fast", { environment: EQUIPPED, settings });
        assert.equal(stackVersions(kind).kubernetes, "1.33.1");
        const existing = { cluster: "existing", context: "c", collector: "upstream" };
        const versions = stackVersions(presetConfig("dev-fast", { environment: EQUIPPED, settings: existing }));
        assert.ok(!("kubernetes" in versions));
    });
});
