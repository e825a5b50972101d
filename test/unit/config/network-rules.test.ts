import assert from "node:assert/strict";
import { judged, onlyProblem, said } from "../../helpers/setting-problems";

describe("the rules of the network", () => {
    it("refuse cilium among the layers, saying what brings it", () => {
        const { where, what, fix } = onlyProblem({ layers: ["traefik", "cilium"] });
        assert.equal(where, "hearth:layers");
        assert.match(what, /"cilium" comes with the container network/);
        assert.match(fix, /set hearth:cni to cilium/);
        assert.match(onlyProblem({ layers: ["traefik", "cilium"], cni: "cilium" }).fix, /take it out; hearth:cni/);
    });

    it("refuse Hubble's UI and Istio without Cilium, each once and with its reason", () => {
        assert.match(onlyProblem({ layers: ["hubble-ui"] }).what, /Cilium sees.*hearth:cni is kindnetd/);
        assert.match(onlyProblem({ layers: ["istio"] }).what, /proven with Cilium only.*hearth:cni is kindnetd/);
        assert.deepEqual(judged({ layers: ["hubble-ui", "istio", "argocd"], cni: "cilium" }), []);
    });

    it("do not advise, on an existing cluster, what the next rule refuses", () => {
        const existing = { cluster: "existing", context: "c", collector: "upstream" };
        for (const layer of ["hubble-ui", "istio"]) {
            const { what, fix } = onlyProblem({ ...existing, layers: [layer] });
            assert.match(what, /network of an existing cluster is not ours/);
            assert.match(fix, new RegExp(`^take ${layer} out`));
        }
        assert.deepEqual(judged({ ...existing, layers: ["argocd"] }), []);
        assert.equal(onlyProblem({ ...existing, cni: "cilium" }).where, "hearth:cni");
    });

    it("refuse settings of a Cilium that is not there, if they differ from the defaults", () => {
        assert.deepEqual(judged({ cilium: { kubeProxyReplacement: false, l7Proxy: true } }), []);
        assert.deepEqual(judged({ cilium: { kubeProxyReplacement: true, l7Proxy: false }, cni: "cilium" }), []);
        const found = judged({ cilium: { kubeProxyReplacement: true, l7Proxy: false } });
        assert.deepEqual(
            found.map(({ where }) => where),
            ["hearth:cilium.kubeProxyReplacement", "hearth:cilium.l7Proxy"],
        );
        assert.match(found[0]?.what ?? "", /hearth:cni is kindnetd, so that there is no Cilium/);
    });
});

describe("the rules of the applications' namespaces", () => {
    it("accept names that Kubernetes takes, and none at all", () => {
        for (const names of [[], ["apps"], ["team-a", "team-b"], ["0"], ["a".repeat(63)]]) {
            assert.deepEqual(judged({ applicationNamespaces: names }), [], names.join());
        }
    });

    it("refuse what is no namespace's name", () => {
        for (const name of ["", "Apps", "a_b", "-a", "a-", "a.b", "a".repeat(64), "a b"]) {
            assert.match(onlyProblem({ applicationNamespaces: [name] }).what, /is not a namespace's name/, name);
        }
    });

    it("refuse the platform's own, on or off, and the cluster's", () => {
        for (const name of ["edge", "observability", "storage", "istio-system", "users", "argocd"]) {
            assert.match(
                onlyProblem({ applicationNamespaces: [name] }).what,
                /a namespace of the platform's own/,
                name,
            );
        }
        for (const name of ["default", "kube-system", "kube-anything", "local-path-storage"]) {
            assert.match(onlyProblem({ applicationNamespaces: [name] }).what, /a namespace of the cluster's own/, name);
        }
    });

    it("refuse one that is listed twice, once", () => {
        assert.deepEqual(said({ applicationNamespaces: ["a", "b", "a", "a"] }), [
            'hearth:applicationNamespaces "a" is listed more than once',
        ]);
    });
});
