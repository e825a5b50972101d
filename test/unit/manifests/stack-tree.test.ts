import assert from "node:assert/strict";
import fc from "fast-check";
import { stackTree, type StackContents, type TreeResource } from "../../../tools/manifests/stack-tree";
import { UNKNOWN_TEXT } from "../../../tools/policy/text";

const urn = (name: string): string => `urn:pulumi:full::hearth::some:type::${name}`;
const NONE: StackContents = { resources: [], releases: new Map(), delivered: new Map() };

const CONFIG_MAP: TreeResource = {
    urn: urn("grafana-dashboards"),
    type: "kubernetes:core/v1:ConfigMap",
    inputs: { kind: "ConfigMap", apiVersion: "v1", metadata: { namespace: "observability", name: "dashboards" } },
};
const RELEASE: TreeResource = {
    urn: urn("loki-release"),
    type: "kubernetes:helm.sh/v3:Release",
    inputs: { name: "loki", namespace: "observability", chart: "./charts/loki.tgz", values: { b: 1, a: 2 } },
};
const COMMAND: TreeResource = {
    urn: urn("cluster-identity"),
    type: "command:local:Command",
    inputs: { create: "exec /home/me/hearth/make.sh", environment: { CACHE: "/home/me/.cache", ID: UNKNOWN_TEXT } },
};
const ROLE = { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole", metadata: { name: "system:loki" } };

const paths = (contents: Partial<StackContents>): readonly string[] => [
    ...stackTree({ ...NONE, ...contents }, []).keys(),
];

describe("the tree of what a stack applies", () => {
    it("has a file for each object, by namespace, and for all else by type, but for components", () => {
        const component = { urn: urn("loki"), type: "hearth:observability:Loki", inputs: {} };
        const stack = { urn: urn("hearth-full"), type: "pulumi:pulumi:Stack", inputs: {} };
        const namespace = {
            urn: urn("namespaces-edge"),
            type: "kubernetes:core/v1:Namespace",
            inputs: { apiVersion: "v1", kind: "Namespace", metadata: { name: "edge" } },
        };
        assert.deepEqual(paths({ resources: [CONFIG_MAP, COMMAND, component, stack, namespace] }), [
            "objects/_cluster/Namespace-edge.yaml",
            "objects/observability/ConfigMap-dashboards.yaml",
            "resources/command-local-Command/cluster-identity.yaml",
        ]);
    });

    it("has a release's chart and values beside what it installs, under names that every file system takes", () => {
        const releases = new Map([["loki", [ROLE]]]);
        const tree = stackTree({ ...NONE, resources: [RELEASE], releases }, []);
        assert.deepEqual([...tree.keys()], [
            "releases/loki/_cluster/ClusterRole-system_loki.yaml",
            "releases/loki/release.yaml",
        ]);
        assert.match(tree.get("releases/loki/release.yaml") ?? "", /values:\n {2}a: 2\n {2}b: 1\n/);
    });

    it("loses no object to another of the same file name", () => {
        const other = { ...ROLE, metadata: { name: "system_loki" } };
        const tree = stackTree({ ...NONE, releases: new Map([["loki", [ROLE, other]]]) }, []);
        assert.equal(tree.size, 1);
        const [text = ""] = tree.values();
        assert.match(text, /name: system:loki\n---\n[^]*name: system_loki\n/);
    });

    it("says nothing of this machine, and what is not known yet in words", () => {
        const tree = stackTree({ ...NONE, resources: [COMMAND] }, [
            ["/home/me/hearth", "<checkout>"],
            ["/home/me", "<home>"],
        ]);
        const [text] = tree.values();
        assert.equal(
            text,
            "create: exec <checkout>/make.sh\nenvironment:\n  CACHE: <home>/.cache\n  ID: (known once it is there)\n",
        );
    });

    it("has the keys of a chart's Secrets and no value: charts draw certificates anew each time", () => {
        const secret = {
            apiVersion: "v1",
            kind: "Secret",
            metadata: { name: "ca", namespace: "kube-system" },
            data: { "ca.key": "LS0tLS1CRUdJTi==", "ca.crt": "LS0tLS1DRVJU==" },
            stringData: { token: "drawn" },
            type: "Opaque",
        };
        const [text = ""] = stackTree({ ...NONE, releases: new Map([["cilium", [secret]]]) }, []).values();
        assert.match(text, /^data:\n {2}ca\.crt: "\[secret\]"\n {2}ca\.key: "\[secret\]"\n/m);
        assert.match(text, /^stringData:\n {2}token: "\[secret\]"\ntype: Opaque\n/m);
        assert.doesNotMatch(text, /LS0t|drawn/);
    });

    it("has what Argo CD takes from git as it is", () => {
        const delivered = new Map([["manifests/full/demo/web.yaml", "b: 1\na: 2\n"]]);
        assert.deepEqual(
            [...stackTree({ ...NONE, delivered }, [])],
            [["delivered/manifests/full/demo/web.yaml", "b: 1\na: 2\n"]],
        );
    });

    it("is the same whatever the order of resources and keys", () => {
        const reversed = (value: object): object => Object.fromEntries(Object.entries(value).reverse());
        fc.assert(
            fc.property(fc.shuffledSubarray([CONFIG_MAP, RELEASE, COMMAND], { minLength: 3 }), (resources) => {
                const turned = resources.map((one) => ({ ...one, inputs: reversed(one.inputs) }));
                const tree = [...stackTree({ ...NONE, resources: turned }, [])];
                assert.deepEqual(tree, [...stackTree({ ...NONE, resources: [CONFIG_MAP, RELEASE, COMMAND] }, [])]);
            }),
        );
    });
});
