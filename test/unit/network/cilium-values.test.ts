import assert from "node:assert/strict";
import fc from "fast-check";
import { formatImage, resolveImage, type ImageConfig } from "../../../components/config/images";
import { CILIUM_METRICS } from "../../../components/config/metrics-ports";
import type { ServiceType } from "../../../components/config/schema";
import type { ImageId } from "../../../components/config/versions";
import { quantityBytes } from "../../../components/core/quantity";
import { memoryNeedMiB } from "../../../components/cluster/preflight";
import {
    ciliumClusterName,
    ciliumCrdsValues,
    ciliumValues,
    type CiliumSettings,
} from "../../../components/network/cilium-values";
import { ciliumSettings } from "../../helpers/network";
import { at, DIGEST } from "../../helpers/observability";
import { kindClusterConfig } from "../../helpers/kind-config";

function values(changes: Partial<CiliumSettings> = {}, type: ServiceType = "NodePort"): unknown {
    return ciliumValues(ciliumSettings(changes), type);
}

const REPLACING = { cilium: { kubeProxyReplacement: true, l7Proxy: true } };
const WITHOUT_PROXY = { cilium: { kubeProxyReplacement: false, l7Proxy: false } };

/** Every part that has an image, with the image's id. */
const IMAGES: Readonly<Record<string, ImageId>> = {
    image: "cilium",
    "operator/image": "cilium-operator",
    "hubble/relay/image": "hubble-relay",
    "hubble/ui/frontend/image": "hubble-ui",
    "hubble/ui/backend/image": "hubble-ui-backend",
};

describe("Cilium's addresses", () => {
    it("are those that Kubernetes gave to the nodes", () => assert.equal(at(values(), "ipam/mode"), "kubernetes"));

    it("need none of the API server while kube-proxy is there", () => {
        assert.equal(at(values(), "kubeProxyReplacement"), "false");
        assert.equal(at(values(), "k8sServiceHost"), undefined);
        assert.equal(at(values(), "k8sServicePort"), undefined);
    });

    it("have the control plane's name where Cilium takes kube-proxy's place, and nobody else could give an address", () => {
        assert.equal(at(values(REPLACING), "kubeProxyReplacement"), "true");
        assert.equal(at(values(REPLACING), "k8sServiceHost"), "hearth-cilium-control-plane");
        assert.equal(at(values(REPLACING), "k8sServicePort"), 6443);
    });
});

describe("the cluster's name in Cilium", () => {
    it("is the cluster's own", () => assert.equal(at(values(), "cluster/name"), "hearth-cilium"));

    it("is never longer than Cilium takes, and never another cluster's", () => {
        const name = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/);
        fc.assert(
            fc.property(name, name, (one, other) => {
                const short = ciliumClusterName(one);
                // The chart's own check.
                assert.match(short, /^([a-z0-9][-a-z0-9]*)?[a-z0-9]$/);
                assert.ok(short.length <= 32);
                if (one.length <= 32) assert.equal(short, one);
                assert.equal(short === ciliumClusterName(other), one === other);
            }),
        );
        const long = `${"a".repeat(22)}-${"b".repeat(17)}`;
        assert.match(ciliumClusterName(long), /^a{22}-[0-9a-f]{8}$/);
    });
});

describe("Cilium beside Istio ambient", () => {
    it("leaves Istio's CNI plugin alone, Services' addresses to the mesh, and the probes' address as it is", () => {
        for (const layers of [["cilium"], ["cilium", "hubble-ui", "istio"]] as const) {
            const found = values({ layers });
            assert.equal(at(found, "cni/exclusive"), false);
            assert.equal(at(found, "socketLB/hostNamespaceOnly"), true);
            assert.equal(at(found, "bpf/masquerade"), false);
        }
    });

    it("does so also in kube-proxy's place, where sockets are balanced", () => {
        assert.equal(at(values(REPLACING), "socketLB/hostNamespaceOnly"), true);
        assert.equal(at(values(REPLACING), "bpf/masquerade"), false);
    });

    it("leaves Gateway API and Ingress to others", () => {
        assert.equal(at(values(), "gatewayAPI/enabled"), false);
        assert.equal(at(values(), "ingressController/enabled"), false);
    });
});

describe("Cilium's operator", () => {
    it("is one, which makes no kinds and ends no pods", () => {
        assert.equal(at(values(), "operator/replicas"), 1);
        assert.equal(at(values(), "operator/skipCRDCreation"), true);
        assert.equal(at(values(), "operator/unmanagedPodWatcher/restart"), false);
    });

    it("reads no Secret, and neither do the agents", () => {
        assert.deepEqual(at(values(), "tls/secretsNamespace"), { create: false, name: "" });
        assert.equal(at(values(), "tls/secretSync/enabled"), false);
    });
});

describe("Cilium's proxy", () => {
    it("has no DaemonSet and no metrics port that nothing would answer", () => {
        for (const changes of [{}, WITHOUT_PROXY]) {
            assert.equal(at(values(changes), "envoy/enabled"), false);
            assert.equal(at(values(changes), "envoy/prometheus/enabled"), false);
        }
    });

    it("is the settings' choice, and with it the metrics of requests", () => {
        const metrics = (changes: Partial<CiliumSettings>): string =>
            String(at(values(changes), "hubble/metrics/enabled"));
        assert.equal(at(values(), "l7Proxy"), true);
        assert.match(metrics({}), /dns,httpV2:/);
        assert.equal(at(values(WITHOUT_PROXY), "l7Proxy"), false);
        assert.doesNotMatch(metrics(WITHOUT_PROXY), /dns|http/);
        assert.match(metrics(WITHOUT_PROXY), /^flow:.*drop:.*policy:/);
    });
});

describe("Hubble", () => {
    it("always has its relay", () => {
        assert.equal(at(values({ layers: ["cilium"] }), "hubble/enabled"), true);
        assert.equal(at(values({ layers: ["cilium"] }), "hubble/relay/enabled"), true);
    });

    it("has its UI where the layer is on, on the port table's NodePort", () => {
        assert.equal(at(values(), "hubble/ui/enabled"), true);
        assert.deepEqual(at(values(), "hubble/ui/service"), { type: "NodePort", nodePort: 31235 });
        assert.deepEqual(at(values({ layers: ["cilium"] }), "hubble/ui"), { enabled: false });
    });

    it("fixes no NodePort where Services are none", () => {
        assert.deepEqual(at(values({}, "ClusterIP"), "hubble/ui/service"), { type: "ClusterIP" });
    });

    it("has certificates that live as long as their CA, since nothing renews them", () => {
        assert.equal(at(values(), "hubble/tls/auto/method"), "helm");
        assert.equal(at(values(), "hubble/tls/auto/certValidityDuration"), at(values(), "tls/ca/certValidityDuration"));
    });

    it("shows no credentials in flows", () => {
        assert.equal(at(values(), "hubble/redact/enabled"), true);
        assert.equal(at(values(), "hubble/redact/http/urlQuery"), true);
        const denied = at(values(), "hubble/redact/http/headers/deny");
        assert.deepEqual(denied, ["authorization", "cookie", "set-cookie"]);
    });
});

describe("metrics of the network", () => {
    it("are on the ports that are told to others", () => {
        assert.deepEqual(at(values(), "prometheus"), { enabled: true, port: CILIUM_METRICS.agent });
        assert.deepEqual(at(values(), "operator/prometheus"), { enabled: true, port: CILIUM_METRICS.operator });
        assert.equal(at(values(), "hubble/metrics/port"), CILIUM_METRICS.hubble);
        assert.equal(new Set(Object.values(CILIUM_METRICS)).size, 3);
    });
});

describe("Cilium's images", () => {
    it("are whole references: pinned, replaced, of another registry, or by tag alone", () => {
        const configs: readonly ImageConfig[] = [
            { overrides: {}, registries: {}, byTagOnly: false },
            { overrides: {}, registries: {}, byTagOnly: true },
            { overrides: {}, registries: { "quay.io": "mirror.example:5000/quay" }, byTagOnly: false },
            { overrides: { cilium: `registry.example/cilium@${DIGEST}` }, registries: {}, byTagOnly: true },
        ];
        for (const images of configs) {
            for (const [path, id] of Object.entries(IMAGES)) {
                assert.deepEqual(
                    at(values({ images }), path),
                    { override: formatImage(resolveImage(id, images)) },
                    path,
                );
            }
        }
    });

    it("carry a digest unless archives brought them, which have none", () => {
        for (const path of Object.keys(IMAGES)) {
            assert.match(String(at(values(), `${path}/override`)), /:v[0-9.]+@sha256:/);
            const images = { overrides: {}, registries: {}, byTagOnly: true };
            assert.doesNotMatch(String(at(values({ images }), `${path}/override`)), /@/);
        }
    });
});

describe("Cilium's pods", () => {
    const containers = ["", "operator/", "hubble/relay/", "hubble/ui/frontend/", "hubble/ui/backend/"];

    it("have requests and limits, init containers included", () => {
        const found = [...containers.map((path) => `${path}resources`), "initResources", "cni/resources"];
        for (const path of found) {
            for (const part of ["requests/cpu", "requests/memory", "limits/memory"]) {
                assert.notEqual(at(values(), `${path}/${part}`), undefined, `${path}/${part}`);
            }
        }
    });

    it("ask for the memory that the machine is checked for, the agents on every node", () => {
        const MIB = 2 ** 20;
        const asked = (path: string): number =>
            quantityBytes(String(at(values(), `${path}resources/requests/memory`))) / MIB;
        const need = (workers: number, layers: CiliumSettings["layers"]): number =>
            memoryNeedMiB({ cluster: { provider: "kwok", name: "c", workers, cni: "cilium" }, layers });
        const [agent = 0, operator = 0, relay = 0, frontend = 0, backend = 0] = containers.map(asked);
        assert.equal(need(0, ["cilium"]) - need(0, []), agent + operator + relay);
        assert.equal(need(0, ["hubble-ui"]) - need(0, []), frontend + backend);
        assert.equal(need(2, ["cilium"]) - need(2, []), 3 * agent + operator + relay);
    });

    it("are made anew when their configuration changes", () => {
        for (const path of [
            "rollOutCiliumPods",
            "operator/rollOutPods",
            "hubble/relay/rollOutPods",
            "hubble/ui/rollOutPods",
        ]) {
            assert.equal(at(values(), path), true, path);
        }
    });
});

describe("the values of any settings", () => {
    it("are the same for simulated and for real nodes", () => {
        const cluster = ciliumSettings().cluster;
        assert.ok(cluster.provider === "kwok");
        const { name, workers, cni } = cluster;
        const kind = kindClusterConfig({ name, workers, cni });
        for (const changes of [{}, REPLACING, WITHOUT_PROXY]) {
            assert.deepEqual(values({ ...changes, cluster: kind }), values(changes));
        }
    });

    it("are plain data, the same each time, without a null, which the provider would drop", () => {
        const text = JSON.stringify(values());
        assert.equal(text, JSON.stringify(values()));
        assert.doesNotMatch(text, /null/);
        assert.deepEqual(ciliumCrdsValues(), {});
    });
});
