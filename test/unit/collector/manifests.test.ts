import assert from "node:assert/strict";
import { DEFAULT_LAYERS } from "../../../components/config/layers";
import { collectorManifests, type CollectorPlatform } from "../../../components/observability/collector-manifests";

const PLATFORM: CollectorPlatform = {
    layers: DEFAULT_LAYERS,
    cluster: { provider: "kwok", name: "hearth-dev-fast", workers: 0, cni: "kindnetd" },
    collector: "own",
    images: { overrides: {}, registries: {}, byTagOnly: false },
};

/** Manifests as the API server gets them: plain JSON. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- manifests are read, not built, here
type Json = any;

function manifests(change: Partial<CollectorPlatform> = {}): Json {
    return JSON.parse(JSON.stringify(collectorManifests({ ...PLATFORM, ...change }, "node-agents")));
}

describe("the collector's manifests", () => {
    const { serviceAccount, clusterRole, clusterRoleBinding, configMap, daemonSet, service } = manifests();
    const pod = daemonSet.spec.template.spec;
    const [container] = pod.containers;

    it("live in one namespace, under the names that others use", () => {
        for (const manifest of [serviceAccount, configMap, daemonSet, service]) {
            assert.equal(manifest.metadata.namespace, "node-agents");
        }
        for (const manifest of [serviceAccount, daemonSet, service]) {
            assert.equal(manifest.metadata.name, "otel-collector");
        }
        assert.deepEqual(
            service.spec.ports.map(({ port }: Json) => port),
            [4317, 4318, 8888],
        );
    });

    it("let pods reach the collector of their own node, by ports that exist", () => {
        assert.equal(service.spec.internalTrafficPolicy, "Local");
        const named = new Map(container.ports.map(({ name, containerPort }: Json) => [name, containerPort]));
        for (const { port, targetPort } of service.spec.ports) assert.equal(named.get(targetPort), port);
        const labels = daemonSet.spec.template.metadata.labels;
        for (const [key, value] of Object.entries(service.spec.selector)) assert.equal(labels[key], value);
        assert.deepEqual(daemonSet.spec.selector.matchLabels, service.spec.selector);
    });

    it("publish nothing on the node", () => {
        assert.equal(pod.hostNetwork, undefined);
        assert.ok(container.ports.every(({ hostPort }: Json) => hostPort === undefined));
    });

    it("are root without its powers, for the sake of reading logs that only root may read", () => {
        assert.equal(pod.securityContext.runAsUser, 0);
        assert.equal(pod.securityContext.seccompProfile.type, "RuntimeDefault");
        assert.deepEqual(container.securityContext, {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ["ALL"] },
        });
        const mounts = new Map(container.volumeMounts.map((mount: Json) => [mount.mountPath, mount.readOnly ?? false]));
        assert.deepEqual(
            [...mounts],
            [
                ["/etc/otelcol", true],
                ["/var/log/pods", true],
                ["/var/lib/hearth/otelcol", false],
            ],
        );
    });

    it("may read pods and nothing else", () => {
        assert.deepEqual(clusterRole.rules, [{ apiGroups: [""], resources: ["pods"], verbs: ["list", "watch"] }]);
        assert.equal(clusterRoleBinding.roleRef.name, clusterRole.metadata.name);
        assert.deepEqual(clusterRoleBinding.subjects, [
            { kind: "ServiceAccount", name: serviceAccount.metadata.name, namespace: "node-agents" },
        ]);
        assert.equal(serviceAccount.automountServiceAccountToken, false);
        assert.equal(pod.automountServiceAccountToken, true);
    });

    it("run on every node, tainted or not", () => {
        assert.deepEqual(pod.tolerations, [{ operator: "Exists" }]);
        assert.equal(pod.nodeSelector, undefined);
    });

    it("start Go's collection of garbage before the limit of memory", () => {
        const limit = /^GOMEMLIMIT=(\d+)MiB$/.exec(
            container.env
                .map(({ name, value }: Json) => `${name}=${value}`)
                .find((line: string) => line.startsWith("GOM")),
        );
        assert.equal(container.resources.limits.memory, "256Mi");
        assert.ok(Number(limit?.[1]) < 256 && Number(limit?.[1]) > 128);
    });

    it("tell Pulumi not to wait and Prometheus where to scrape, once", () => {
        for (const manifest of [daemonSet, service]) {
            assert.equal(manifest.metadata.annotations["pulumi.com/skipAwait"], "true");
        }
        const annotations = daemonSet.spec.template.metadata.annotations;
        assert.equal(annotations["prometheus.io/scrape"], "true");
        assert.equal(annotations["prometheus.io/port"], "8888");
        assert.equal(service.metadata.annotations["prometheus.io/scrape"], undefined);
    });

    it("roll the pods when the configuration changes, and only then", () => {
        const [{ configMap: mounted }] = pod.volumes;
        assert.equal(mounted.name, configMap.metadata.name);
        assert.equal(configMap.immutable, true);
        assert.deepEqual(manifests(), manifests());
        const other = manifests({ layers: ["otel-collector", "prometheus"] });
        assert.notEqual(other.configMap.metadata.name, configMap.metadata.name);
        assert.notDeepEqual(other.daemonSet.spec.template, daemonSet.spec.template);
        const unrelated = manifests({ layers: DEFAULT_LAYERS.filter((layer) => layer !== "postgresql") });
        assert.deepEqual(unrelated, manifests());
    });

    it("run our image or upstream's with the same arguments, never pulling what is there", () => {
        assert.equal(container.image, "hearth.local/otel-collector:0.159.0");
        assert.equal(container.imagePullPolicy, "IfNotPresent");
        const upstream = manifests({ collector: "upstream" }).daemonSet.spec.template.spec.containers[0];
        assert.equal(upstream.image, "docker.io/otel/opentelemetry-collector-contrib:0.159.0");
        assert.deepEqual({ ...upstream, image: "" }, { ...container, image: "" });
        // The entry points differ: /otelcol here, /otelcol-contrib there.
        assert.equal(container.command, undefined);
    });
});
