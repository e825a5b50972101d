import assert from "node:assert/strict";
import { missingIn } from "../../../tools/readiness/causes/missing";
import { conditions, eventOn, keyed, onePod } from "../../helpers/kube-objects";
import { causes, onlyCause } from "../../helpers/verdicts";

const failing = (message: string, { seconds = -1, reason = "FailedMount" } = {}, parts = {}) => {
    const { pod } = onePod();
    return onePod({}, { events: [eventOn(pod, reason, message, { seconds })], ...parts });
};
const mount = (detail: string): string => `MountVolume.SetUp failed for volume "config" : ${detail}`;

describe("a pod whose volumes cannot be mounted", () => {
    it("is given up when a Secret or ConfigMap behind one is missing", () => {
        for (const [message, what] of [
            [mount('secret "loki-tls" not found'), /Secret loki-tls is missing/],
            [mount('configmap "loki" not found'), /ConfigMap loki is missing/],
        ] as const) {
            const cause = onlyCause(failing(message));
            assert.equal(cause.definite, true);
            assert.match(cause.problem.what, what);
            assert.match(cause.problem.fix, /pulumi refresh/);
        }
    });

    it("is given up when a key is missing, and the object is named though the kubelet does not", () => {
        const volumes = [{ name: "config", configMap: { name: "loki", items: [{ key: "a.yaml" }] } }];
        const { pod } = onePod({ spec: { volumes } });
        const events = [eventOn(pod, "FailedMount", mount("configmap references non-existent config key: a.yaml"))];
        const cause = onlyCause(onePod({ spec: { volumes } }, { events, configMaps: [keyed("loki", "b.yaml")] }));
        assert.equal(cause.definite, true);
        assert.match(cause.problem.what, /ConfigMap loki has no key a\.yaml/);
    });

    it("waits for the next try when the object is there by now", () => {
        const snapshot = failing(mount('secret "loki-tls" not found'), {}, { secrets: [keyed("loki-tls")] });
        assert.equal(onlyCause(snapshot).definite, false);
    });

    it("waits for the certificate that the cluster puts into every namespace", () => {
        assert.equal(onlyCause(failing(mount('configmap "kube-root-ca.crt" not found'))).definite, false);
    });

    it("is not taken for a fault any more once the pod went on", () => {
        const snapshot = failing(mount('secret "loki-tls" not found'));
        const pulling = eventOn(snapshot.pod, "Pulling", "Pulling image", { container: "main", seconds: 0 });
        assert.deepEqual(causes({ ...snapshot, events: [...(snapshot.events ?? []), pulling] }), []);
        const started = conditions("PodScheduled", "PodReadyToStartContainers");
        assert.deepEqual(causes(onePod({ status: { conditions: started } }, { events: snapshot.events ?? [] })), []);
    });

    it("is not given up for an old complaint", () => {
        assert.equal(onlyCause(failing(mount('secret "loki-tls" not found'), { seconds: -300 })).definite, false);
    });

    it("waits for everything else, with the cluster's own words", () => {
        const attach = onlyCause(failing("Multi-Attach error for volume", { reason: "FailedAttachVolume" }));
        assert.deepEqual([attach.definite, /Multi-Attach/.test(attach.problem.what)], [false, true]);
        const network = onlyCause(
            failing('failed to setup network for sandbox: plugin type="cilium-cni" failed', {
                reason: "FailedCreatePodSandBox",
            }),
        );
        assert.equal(network.definite, false);
        assert.match(network.problem.fix, /network plugin/);
    });
});

describe("what is missing by a message", () => {
    it("is read from every wording", () => {
        const wordings: readonly (readonly [string, object | undefined])[] = [
            ['secret "a" not found', { kind: "Secret", name: "a" }],
            ['[configmap "a" not found, configmap "b" not found]', { kind: "ConfigMap", name: "a" }],
            ['serviceaccounts "a" not found', { kind: "ServiceAccount", name: "a" }],
            ['persistentvolumeclaim "a" not found', { kind: "PersistentVolumeClaim", name: "a" }],
            ["couldn't find key k in Secret ns/a", { kind: "Secret", name: "a", key: "k" }],
            ['"x" not found', undefined],
            ["failed to sync secret cache: timed out waiting for the condition", undefined],
        ];
        for (const [message, expected] of wordings) assert.deepEqual(missingIn(message), expected, message);
    });

    it("is read from a projected volume with one object of that kind", () => {
        const volumes = [
            { name: "all", projected: { sources: [{ secret: { name: "a" } }, { configMap: { name: "b" } }] } },
        ];
        const message = 'MountVolume.SetUp failed for volume "all" : references non-existent secret key: k';
        assert.deepEqual(missingIn(message, volumes), { kind: "Secret", name: "a", key: "k" });
    });
});
