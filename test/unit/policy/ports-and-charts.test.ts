import assert from "node:assert/strict";
import { PORTS } from "../../../components/config/ports";
import type { Facts } from "../../../policy/model/rule";
import { USUAL_FACTS } from "../../../policy/model/rule";
import { UNKNOWN, type Fields, type Value } from "../../../policy/model/value";
import { diesWithCluster } from "../../../policy/rules/dies-with-cluster";
import { hostPorts } from "../../../policy/rules/host-ports";
import { pinnedCharts } from "../../../policy/rules/pinned-charts";
import { repeatable } from "../../../policy/rules/repeatable";
import { CANARY, COMMAND, deployment, found, object, RELEASE, resource } from "../../helpers/policy-cases";

describe("host-ports", () => {
    const service = (spec: Fields, name = "grafana"): readonly string[] =>
        found(hostPorts, object("Service", { spec }, { name, namespace: "observability" }));

    it("takes each Service of the port table, and none beside it", () => {
        for (const { nodePort, port, service: of } of PORTS) {
            const spec = { type: "NodePort", ports: [{ port, nodePort }] };
            assert.deepEqual(found(hostPorts, object("Service", { spec }, { ...of })), []);
        }
        assert.deepEqual(service({ type: "ClusterIP", ports: [{ port: 80 }] }), []);
        const place = "violation spec.ports[0].nodePort";
        assert.deepEqual(service({ type: "NodePort", ports: [{ port: 80, nodePort: 30301 }] }), [place]);
        assert.deepEqual(service({ type: "NodePort", ports: [{ port: 81, nodePort: 30300 }] }), [place]);
        assert.deepEqual(service({ type: "NodePort", ports: [{ port: 80 }] }), [place]);
        assert.deepEqual(service({ type: "NodePort", ports: [{ port: 80, nodePort: 30300 }] }, "other"), [
            place,
            "violation spec.type",
        ]);
        assert.deepEqual(service({ type: "LoadBalancer", ports: [{ port: 80 }] }, "other"), ["violation spec.type"]);
        assert.deepEqual(service({ externalIPs: [CANARY], ports: [] }), ["violation spec.externalIPs"]);
    });

    it("does not know what is hidden", () => {
        assert.deepEqual(service({ type: "NodePort", ports: UNKNOWN }), ["unknown spec.ports"]);
        assert.deepEqual(service({ type: "NodePort", ports: [{ port: 80, nodePort: UNKNOWN }] }), [
            "unknown spec.ports[0].nodePort",
        ]);
    });

    it("finds ports of the node in containers and in charts' values", () => {
        const place = "spec.template.spec.containers[0].ports[0].hostPort";
        assert.deepEqual(found(hostPorts, deployment({ ports: [{ hostPort: 9 }] })), [`violation ${place}`]);
        assert.deepEqual(found(hostPorts, deployment({ ports: [{ hostPort: UNKNOWN }] })), [`unknown ${place}`]);
        assert.deepEqual(found(hostPorts, deployment({ ports: [{ containerPort: 9 }] })), []);
        const values = (of: Fields): readonly string[] => found(hostPorts, resource(RELEASE, { values: of }));
        assert.deepEqual(values({ service: { nodePort: 30300, nodePortHttp: 30080 } }), []);
        assert.deepEqual(values({ service: { nodePort: 30301 } }), ["violation values.service.nodePort"]);
        assert.deepEqual(values({ hostPort: 80, nodePort: "" }), ["violation values.hostPort"]);
    });

    it("wants a Kind cluster's ports from the table, on the loopback address, moved by one offset", () => {
        const cluster = (mappings: string, address = "127.0.0.1"): readonly string[] =>
            found(
                hostPorts,
                resource(COMMAND, {
                    create: "exec ./kind-create.sh",
                    stdin: `{ networking: { apiServerAddress: ${address} }, nodes: [{ extraPortMappings: [${mappings}] }] }`,
                }),
            );
        const one = (inner: number, host: number, address = "127.0.0.1"): string =>
            `{ containerPort: ${inner}, hostPort: ${host}, listenAddress: ${address} }`;
        const place = (index: number, field: string): string =>
            `violation stdin.nodes[0].extraPortMappings[${index}].${field}`;
        assert.deepEqual(cluster([one(30300, 30400), one(30090, 30190)].join()), []);
        assert.deepEqual(cluster("", "0.0.0.0"), ["violation stdin.networking.apiServerAddress"]);
        assert.deepEqual(cluster(one(30300, 30300, "0.0.0.0")), [place(0, "listenAddress")]);
        assert.deepEqual(cluster(one(30301, 30301)), [place(0, "containerPort")]);
        assert.deepEqual(cluster([one(30300, 30300), one(30090, 30091)].join()), [place(1, "hostPort")]);
        const hidden = resource(COMMAND, { create: "kind-create.sh", stdin: UNKNOWN });
        assert.deepEqual(found(hostPorts, hidden), ["unknown stdin"]);
    });
});

describe("pinned-charts", () => {
    const chart = (body: Fields): readonly string[] =>
        found(pinnedCharts, resource(RELEASE, { chart: "./.hearth/charts/x.tgz", version: "1.2.3", ...body }));

    it("wants a local archive and one exact version", () => {
        for (const version of ["1.2.3", "v1.2.3", "1.2.3-rc.1+build"]) assert.deepEqual(chart({ version }), []);
        const versions: readonly (Value | undefined)[] = [
            "",
            "1.2",
            "^1.2.3",
            "~1",
            ">=1.2.3",
            "latest",
            "1.x.x",
            null,
        ];
        for (const version of versions) assert.deepEqual(chart({ version: version ?? null }), ["violation version"]);
        for (const where of ["grafana", "oci://host/x", "https://host/x.tgz", "/abs/x.tgz"]) {
            assert.deepEqual(chart({ chart: where }), ["violation chart"], where);
        }
        assert.deepEqual(chart({ repositoryOpts: { repo: CANARY } }), ["violation repositoryOpts.repo"]);
        assert.deepEqual(chart({ devel: true }), ["violation devel"]);
    });

    it("does not know what is hidden, and judges no other resource", () => {
        assert.deepEqual(chart({ chart: UNKNOWN, version: UNKNOWN }), ["unknown chart", "unknown version"]);
        assert.deepEqual(found(pinnedCharts, resource("kubernetes:helm.sh/v4:Chart", {})).length, 2);
        assert.deepEqual(found(pinnedCharts, [resource(COMMAND, {}), deployment()]), []);
    });
});

describe("repeatable", () => {
    it("wants releases with names of their own that can be replaced", () => {
        const good = { name: "loki", namespace: "observability", createNamespace: false };
        const release = (body: Fields, deleteBeforeReplace = true): readonly string[] =>
            found(repeatable, resource(RELEASE, { ...good, ...body }, { deleteBeforeReplace }));
        assert.deepEqual(release({}), []);
        assert.deepEqual(release({ name: "" }), ["violation name"]);
        assert.deepEqual(release({ namespace: null }), ["violation namespace"]);
        assert.deepEqual(release({ createNamespace: true }), ["violation createNamespace"]);
        assert.deepEqual(release({}, false), ["violation deleteBeforeReplace"]);
        assert.deepEqual(release({ name: UNKNOWN }), ["unknown name"]);
    });

    it("wants commands that stop at an error and see the same environment each time", () => {
        const good = { interpreter: ["bash", "-euo", "pipefail", "-c"], addPreviousOutputInEnv: false, create: CANARY };
        const command = (body: Fields, deleteBeforeReplace = true): readonly string[] =>
            found(repeatable, resource(COMMAND, { ...good, ...body }, { deleteBeforeReplace }));
        assert.deepEqual(command({}), []);
        assert.deepEqual(command({}, false), []);
        assert.deepEqual(command({ delete: CANARY }, false), ["violation deleteBeforeReplace"]);
        for (const interpreter of [null, ["/bin/sh", "-c"], ["bash", "-uo", "pipefail", "-c"], ["bash", "-e", "-c"]]) {
            assert.deepEqual(command({ interpreter }), ["violation interpreter"]);
        }
        assert.deepEqual(command({ addPreviousOutputInEnv: true }), ["violation addPreviousOutputInEnv"]);
        assert.deepEqual(command({ interpreter: UNKNOWN }), ["unknown interpreter"]);
    });

    it("wants objects with names, and hooks that make room for their next run", () => {
        const hook = (policy: Fields): readonly string[] =>
            found(
                repeatable,
                object("Job", {}, { name: "j", annotations: { "helm.sh/hook": "post-install", ...policy } }),
            );
        assert.deepEqual(hook({}), []);
        assert.deepEqual(hook({ "helm.sh/hook-delete-policy": "hook-succeeded" }), []);
        assert.deepEqual(hook({ "helm.sh/hook-delete-policy": "hook-failed" }).length, 1);
        assert.deepEqual(found(repeatable, object("Job", {}, { generateName: "x-" })), ["violation metadata.name"]);
        assert.deepEqual(found(repeatable, object("Job", {}, { name: UNKNOWN })), ["unknown metadata.name"]);
    });
});

describe("dies-with-cluster", () => {
    const judged = (options: Parameters<typeof resource>[2], facts: Facts = USUAL_FACTS): readonly string[] =>
        found(diesWithCluster, resource("kubernetes:core/v1:Secret", {}, options), facts);

    it("wants the cluster's provider and what takes the object along", () => {
        assert.deepEqual(judged({ deletedWith: "urn:cluster" }), []);
        assert.deepEqual(judged({ deletedWith: "" }), ["violation deletedWith"]);
        assert.deepEqual(judged({ deletedWith: "urn:x", provider: "default_4_25_0" }), ["violation provider"]);
        assert.deepEqual(found(diesWithCluster, resource(COMMAND, {}, { deletedWith: "" })), []);
    });

    it("does not know what the engine does not tell, and lets objects of an existing cluster live", () => {
        assert.deepEqual(judged({ deletedWith: UNKNOWN }), ["unknown deletedWith"]);
        assert.deepEqual(judged({ deletedWith: "" }, { ...USUAL_FACTS, ownCluster: false }), []);
    });
});
