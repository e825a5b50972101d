import assert from "node:assert/strict";
import type { PodSpec } from "../../../tools/readiness/objects";
import { unresolvedReferences } from "../../../tools/readiness/references";
import { Facts, type Snapshot } from "../../../tools/readiness/snapshot";
import { claim, deployment, keyed, named, onePod, readyStatus } from "../../helpers/kube-objects";
import { causes, onlyCause, onlyVerdict } from "../../helpers/verdicts";

/** What the namespace of these tests holds. */
const THERE: Partial<Snapshot> = {
    simulated: true,
    secrets: [keyed("loki-s3", "id", "secret"), keyed("pull", ".dockerconfigjson")],
    configMaps: [keyed("loki", "config.yaml"), keyed("kube-root-ca.crt", "ca.crt")],
    serviceAccounts: [named("default"), named("loki")],
    priorityClasses: [{ metadata: { name: "system-cluster-critical" } }],
    runtimeClasses: [],
    claims: [claim("data", { storageClassName: "standard" }, "Bound")],
};

/** Unresolved references of a pod with this specification, as `place: what`. */
function unresolved(spec: Partial<PodSpec>, parts: Partial<Snapshot> = {}): readonly string[] {
    const snapshot = onePod({ spec }, { ...THERE, ...parts });
    return unresolvedReferences(snapshot.pods, new Facts(snapshot)).map(({ place, what }) => `${place}: ${what}`);
}

const env = (valueFrom: object): Partial<PodSpec> => ({
    containers: [{ name: "main", env: [{ name: "A", valueFrom }] }],
});
const envFrom = (source: object): Partial<PodSpec> => ({ containers: [{ name: "main", envFrom: [source] }] });
const volume = (source: object): Partial<PodSpec> => ({ volumes: [{ name: "config", ...source }] });

describe("the references of a pod", () => {
    const missing: readonly (readonly [string, Partial<PodSpec>, string])[] = [
        [
            "a Secret of a variable",
            env({ secretKeyRef: { name: "no", key: "id" } }),
            "container main: Secret no is missing",
        ],
        [
            "a key of a variable",
            env({ secretKeyRef: { name: "loki-s3", key: "no" } }),
            "container main: Secret loki-s3 has no key no",
        ],
        [
            "a ConfigMap of a variable",
            env({ configMapKeyRef: { name: "no", key: "a" } }),
            "container main: ConfigMap no is missing",
        ],
        [
            "a ConfigMap's key of a variable",
            env({ configMapKeyRef: { name: "loki", key: "a" } }),
            "container main: ConfigMap loki has no key a",
        ],
        ["a Secret of all variables", envFrom({ secretRef: { name: "no" } }), "container main: Secret no is missing"],
        [
            "a ConfigMap of all variables",
            envFrom({ configMapRef: { name: "no" } }),
            "container main: ConfigMap no is missing",
        ],
        ["a Secret of a volume", volume({ secret: { secretName: "no" } }), "volume config: Secret no is missing"],
        ["a ConfigMap of a volume", volume({ configMap: { name: "no" } }), "volume config: ConfigMap no is missing"],
        [
            "a key of a volume",
            volume({ configMap: { name: "loki", items: [{ key: "no" }] } }),
            "volume config: ConfigMap loki has no key no",
        ],
        [
            "a Secret in a projected volume",
            volume({ projected: { sources: [{ secret: { name: "no" } }] } }),
            "volume config: Secret no is missing",
        ],
        [
            "a ConfigMap's key in a projected volume",
            volume({ projected: { sources: [{ configMap: { name: "loki", items: [{ key: "no" }] } }] } }),
            "volume config: ConfigMap loki has no key no",
        ],
        ["a ServiceAccount", { serviceAccountName: "no" }, "its specification: ServiceAccount no is missing"],
        ["a pull secret", { imagePullSecrets: [{ name: "no" }] }, "its specification: Secret no is missing"],
        ["a priority", { priorityClassName: "no" }, "its specification: PriorityClass no is missing"],
        ["a runtime", { runtimeClassName: "no" }, "its specification: RuntimeClass no is missing"],
        [
            "a port that a probe goes to",
            {
                containers: [
                    {
                        name: "main",
                        ports: [{ name: "http", containerPort: 80 }],
                        readinessProbe: { httpGet: { port: "web" } },
                    },
                ],
            },
            "container main: its readiness probe goes to port web, which it does not name",
        ],
        [
            "a port of another container",
            {
                containers: [
                    { name: "main", livenessProbe: { tcpSocket: { port: "http" } } },
                    { name: "other", ports: [{ name: "http", containerPort: 80 }] },
                ],
            },
            "container main: its liveness probe goes to port http, which it does not name",
        ],
        [
            "a Secret of an init container",
            { initContainers: [{ name: "init", envFrom: [{ secretRef: { name: "no" } }] }] },
            "container init: Secret no is missing",
        ],
    ];
    for (const [what, spec, text] of missing) {
        it(`are missing: ${what}`, () => assert.deepEqual(unresolved(spec), [text]));
    }

    const fine: readonly (readonly [string, Partial<PodSpec>])[] = [
        ["a key that is there", env({ secretKeyRef: { name: "loki-s3", key: "id" } })],
        ["an optional Secret", env({ secretKeyRef: { name: "no", key: "id", optional: true } })],
        ["an optional key", env({ configMapKeyRef: { name: "loki", key: "no", optional: true } })],
        ["an optional source of variables", envFrom({ configMapRef: { name: "no", optional: true } })],
        ["an optional Secret of all variables", envFrom({ secretRef: { name: "no", optional: true } })],
        ["an optional volume", volume({ secret: { secretName: "no", optional: true } })],
        [
            "an optional key of a volume",
            volume({ configMap: { name: "loki", optional: true, items: [{ key: "no" }] } }),
        ],
        ["an optional projection", volume({ projected: { sources: [{ secret: { name: "no", optional: true } }] } })],
        [
            "the certificate of the API server",
            volume({ projected: { sources: [{ configMap: { name: "kube-root-ca.crt" } }] } }),
        ],
        ["a volume of no object", volume({ emptyDir: {} })],
        ["a pull secret that is there", { imagePullSecrets: [{ name: "pull" }] }],
        ["a priority that is there", { priorityClassName: "system-cluster-critical" }],
        [
            "a port by its name, a port by its number",
            {
                containers: [
                    {
                        name: "main",
                        ports: [{ name: "http", containerPort: 80 }],
                        readinessProbe: { httpGet: { port: "http" } },
                        livenessProbe: { httpGet: { port: 9090 } },
                    },
                ],
            },
        ],
    ];
    for (const [what, spec] of fine) {
        it(`are fine: ${what}`, () => assert.deepEqual(unresolved(spec), []));
    }

    it("are not looked up in other namespaces", () => {
        const elsewhere = { metadata: { name: "far", namespace: "storage" }, keys: ["id"] };
        const spec = env({ secretKeyRef: { name: "far", key: "id" } });
        assert.deepEqual(unresolved(spec, { secrets: [elsewhere] }), ["container main: Secret far is missing"]);
    });

    it("tell a missing object with several keys once per place", () => {
        const spec = volume({ secret: { secretName: "no", items: [{ key: "a" }, { key: "b" }] } });
        assert.deepEqual(unresolved(spec), ["volume config: Secret no is missing"]);
    });
});

describe("the simulated cluster", () => {
    const ready = { deployments: [deployment("loki", { ready: 1 })] };
    const spec = env({ secretKeyRef: { name: "no", key: "id" } });

    it("does not pass a pod that it made Ready although no kubelet could", () => {
        const cause = onlyCause(onePod({ spec, status: readyStatus() }, { ...THERE, ...ready }));
        assert.equal(cause.definite, true);
        assert.equal(cause.problem.where, "Deployment observability/loki, pod loki-0, container main");
        assert.match(cause.problem.fix, /pulumi refresh/);
    });

    it("leaves that to the kubelet where there is one", () => {
        const snapshot = onePod({ spec, status: readyStatus() }, { ...THERE, ...ready, simulated: false });
        assert.equal(onlyVerdict(snapshot).state, "ready");
    });

    it("does not ask for what a pod that has ended refers to", () => {
        const snapshot = onePod({ spec, status: { phase: "Succeeded" } }, { ...THERE, ...ready });
        assert.equal(onlyVerdict(snapshot).state, "ready");
    });

    it("waits for what controllers make, and holds claims to be bound", () => {
        const root = volume({ projected: { sources: [{ configMap: { name: "kube-root-ca.crt" } }] } });
        const waiting = onePod({ spec: root, status: readyStatus() }, { ...THERE, ...ready, configMaps: [] });
        assert.equal(onlyCause(waiting).definite, false);
        const claims = [claim("data", { storageClassName: "" })];
        const data = volume({ persistentVolumeClaim: { claimName: "data" } });
        const unbound = onlyCause(onePod({ spec: data, status: readyStatus() }, { ...THERE, ...ready, claims }));
        assert.match(unbound.problem.what, /has no StorageClass/);
        assert.deepEqual(causes(onePod({ spec: data, status: readyStatus() }, { ...THERE, ...ready })), []);
    });
});
