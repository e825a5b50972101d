import assert from "node:assert/strict";
import { noAddedCapabilities } from "../../../policy/rules/no-added-capabilities";
import { noHostNamespaces } from "../../../policy/rules/no-host-namespaces";
import { noHostPath } from "../../../policy/rules/no-host-path";
import { noPrivileged } from "../../../policy/rules/no-privileged";
import { noRoot } from "../../../policy/rules/no-root";
import { pinnedImages } from "../../../policy/rules/pinned-images";
import { resources } from "../../../policy/rules/resources";
import type { ObjectRule } from "../../../policy/model/rule";
import { USUAL_FACTS } from "../../../policy/model/rule";
import { SECRET, UNKNOWN, type Fields, type Value } from "../../../policy/model/value";
import { CANARY, COMMAND, deployment, found, object, RELEASE, resource } from "../../helpers/policy-cases";

const PATH = "spec.template.spec";
const MAIN = `${PATH}.containers[0]`;
const GOOD: Fields = {
    image: "docker.io/grafana/loki:3.7.6",
    securityContext: {
        privileged: false,
        allowPrivilegeEscalation: false,
        runAsNonRoot: true,
        capabilities: { drop: ["ALL"] },
    },
    resources: { requests: { cpu: "10m", memory: "1Mi" }, limits: { memory: "1Mi" } },
};
const context = (securityContext: Fields): Fields => ({ ...GOOD, securityContext });
const DIGEST = `sha256:${"a".repeat(64)}`;

describe("rules about pods", () => {
    const rules: readonly ObjectRule[] = [
        noAddedCapabilities,
        noHostNamespaces,
        noHostPath,
        noPrivileged,
        noRoot,
        pinnedImages,
        resources,
    ];

    it("let a pod pass that keeps to all of them, of every kind that makes pods", () => {
        const spec = { containers: [{ name: "main", ...GOOD }], initContainers: [{ name: "first", ...GOOD }] };
        const subjects = [
            deployment(GOOD),
            object("Pod", { spec }),
            object("CronJob", { spec: { jobTemplate: { spec: { template: { spec } } } } }),
            ...["StatefulSet", "DaemonSet", "Job"].map((kind) => object(kind, { spec: { template: { spec } } })),
        ];
        for (const rule of rules) assert.deepEqual(found(rule, subjects), [], rule.name);
    });

    it("find a bad container in every kind that makes pods, init containers too", () => {
        const spec = { initContainers: [{ name: "first" }] };
        const subjects = [
            object("Pod", { spec }),
            object("CronJob", { spec: { jobTemplate: { spec: { template: { spec } } } } }),
            ...["StatefulSet", "DaemonSet", "Job", "ReplicaSet"].map((kind) =>
                object(kind, { spec: { template: { spec } } }),
            ),
        ];
        for (const rule of [noAddedCapabilities, noPrivileged, noRoot, pinnedImages]) {
            assert.equal(found(rule, subjects).length, subjects.length, rule.name);
        }
    });

    it("say of what is hidden that they do not know, and of nothing that it is right or wrong", () => {
        for (const hidden of [UNKNOWN, SECRET]) {
            const all = object(
                "Deployment",
                { spec: { template: { spec: hidden } } },
                { name: "web", namespace: "apps" },
            );
            const containers = deployment({}, { containers: hidden, volumes: hidden, hostNetwork: hidden });
            const values = deployment(
                { image: hidden, securityContext: hidden, resources: hidden },
                { volumes: hidden },
            );
            for (const rule of rules) {
                for (const subject of [all, containers, values]) {
                    const verdicts = found(rule, subject).map((text) => text.split(" ")[0]);
                    if (rule === noHostNamespaces && subject === values) continue;
                    assert.ok(verdicts.length > 0, rule.name);
                    assert.deepEqual([...new Set(verdicts)], ["unknown"], rule.name);
                }
            }
        }
    });

    it("no-privileged: privileged, and what may become it", () => {
        const escalation = `violation ${MAIN}.securityContext.allowPrivilegeEscalation`;
        assert.deepEqual(found(noPrivileged, deployment(context({ privileged: true }))), [
            `violation ${MAIN}.securityContext.privileged`,
        ]);
        assert.deepEqual(found(noPrivileged, deployment(context({}))), [escalation]);
        assert.deepEqual(found(noPrivileged, deployment(context({ allowPrivilegeEscalation: true }))), [escalation]);
    });

    it("no-added-capabilities: added ones, and those that were not dropped", () => {
        const place = `violation ${MAIN}.securityContext.capabilities`;
        const capabilities = (of: Fields): readonly string[] =>
            found(noAddedCapabilities, deployment(context({ capabilities: of })));
        assert.deepEqual(capabilities({ drop: ["ALL"], add: [CANARY] }), [`${place}.add`]);
        assert.deepEqual(capabilities({ drop: ["NET_RAW"] }), [`${place}.drop`]);
        assert.deepEqual(capabilities({}), [`${place}.drop`]);
    });

    it("no-root: user 0, and nobody who says that it is not", () => {
        const pod = (of: Fields): readonly string[] => found(noRoot, deployment({}, { securityContext: of }));
        assert.deepEqual(pod({ runAsNonRoot: true }), []);
        assert.deepEqual(pod({ runAsUser: 0, runAsNonRoot: true }), [`violation ${PATH}.securityContext.runAsUser`]);
        assert.deepEqual(pod({ runAsUser: 1000 }), [`violation ${MAIN}.securityContext.runAsNonRoot`]);
        const own = deployment({ securityContext: { runAsUser: 0 } }, { securityContext: { runAsNonRoot: true } });
        assert.deepEqual(found(noRoot, own), [`violation ${MAIN}.securityContext.runAsUser`]);
        const overruled = deployment(
            { securityContext: { runAsUser: 7, runAsNonRoot: true } },
            { securityContext: { runAsUser: 0 } },
        );
        assert.deepEqual(found(noRoot, overruled), []);
    });

    it("no-host-path: volumes of pods and of the cluster", () => {
        const volumes: readonly Value[] = [
            { name: "tmp", emptyDir: {} },
            { name: "logs", hostPath: { path: CANARY } },
        ];
        assert.deepEqual(found(noHostPath, deployment({}, { volumes })), [`violation ${PATH}.volumes[1].hostPath`]);
        assert.deepEqual(found(noHostPath, object("PersistentVolume", { spec: { hostPath: { path: "/" } } })), [
            "violation spec.hostPath",
        ]);
        assert.deepEqual(found(noHostPath, object("PersistentVolume", { spec: { local: { path: "/" } } })), []);
    });

    it("no-host-namespaces: network, processes, memory", () => {
        for (const name of ["hostNetwork", "hostPID", "hostIPC"]) {
            assert.deepEqual(found(noHostNamespaces, deployment({}, { [name]: true })), [`violation ${PATH}.${name}`]);
            assert.deepEqual(found(noHostNamespaces, deployment({}, { [name]: false })), []);
            assert.deepEqual(found(noHostNamespaces, deployment({}, { [name]: UNKNOWN })), [`unknown ${PATH}.${name}`]);
        }
    });

    it("resources: each of the three", () => {
        const without = (of: Fields): readonly string[] => found(resources, deployment({ resources: of }));
        assert.deepEqual(without({ requests: { cpu: "1" }, limits: { memory: "1Gi" } }), [
            `violation ${MAIN}.resources.requests.memory`,
        ]);
        assert.equal(without({}).length, 3);
        assert.deepEqual(without({ requests: { cpu: UNKNOWN, memory: "1" }, limits: { memory: "1" } }), [
            `unknown ${MAIN}.resources.requests.cpu`,
        ]);
    });

    describe("pinned-images", () => {
        const image = (reference: string, imagesByTag = false): readonly string[] =>
            found(pinnedImages, deployment({ image: reference }), { ...USUAL_FACTS, imagesByTag });
        const bad = [`violation ${MAIN}.image`];

        it("wants a digest or a tag that is not latest", () => {
            for (const good of [`redis@${DIGEST}`, `redis:latest@${DIGEST}`, "redis:8.2"])
                assert.deepEqual(image(good), []);
            for (const wrong of ["redis", "redis:latest", "a b", `${CANARY}:latest`])
                assert.deepEqual(image(wrong), bad);
            assert.deepEqual(found(pinnedImages, deployment({})), bad);
        });

        it("wants the digest where the registry has one, also from a mirror, unless images come from archives", () => {
            for (const known of ["docker.io/dxflrs/garage:v2.4.1", "mirror.example/hub/dxflrs/garage:v2.4.1"]) {
                assert.deepEqual(image(known), bad);
                assert.deepEqual(image(`${known}@${DIGEST}`), []);
                assert.deepEqual(image(known, true), []);
            }
        });

        it("looks at charts' values and at the nodes of a Kind cluster", () => {
            const release = (values: Fields): readonly string[] => found(pinnedImages, resource(RELEASE, { values }));
            assert.deepEqual(release({ image: { tag: "latest" } }), ["violation values.image.tag"]);
            assert.deepEqual(release({ sidecar: { image: `${CANARY}:latest` } }), ["violation values.sidecar.image"]);
            assert.deepEqual(release({ image: { tag: "1.2.3" } }), []);
            const cluster = (stdin: Fields["stdin"]): readonly string[] =>
                found(pinnedImages, resource(COMMAND, { create: "exec kind-create.sh", stdin: stdin ?? null }));
            assert.deepEqual(cluster("nodes: [{ image: kindest/node:latest }]"), ["violation stdin.nodes[0].image"]);
            assert.deepEqual(cluster("nodes: [{ image: kindest/node:v1.34.0 }]"), ["violation stdin.nodes[0].image"]);
            assert.deepEqual(cluster(`nodes: [{ image: "kindest/node:v1.34.0@${DIGEST}" }]`), []);
            assert.deepEqual(cluster(UNKNOWN), ["unknown stdin"]);
        });
    });
});
