import assert from "node:assert/strict";
import fc from "fast-check";
import { DEFAULT_LAYERS, type Layer } from "../../../components/config/layers";
import { quantityBytes } from "../../../components/core/quantity";
import { alertmanagerConfig } from "../../../components/observability/alertmanager-values";
import { WATCHED } from "../../../components/observability/exporter-values";
import { clusterAccess } from "../../../components/observability/prometheus-rbac";
import { prometheusValues } from "../../../components/observability/prometheus-values";
import { at, DIGEST, EXISTING, PINNED, settings, VALUES, without } from "../../helpers/observability";

const FLAGS = "server/extraFlags";

describe("prometheusValues", () => {
    const values = VALUES.prometheus(settings());

    it("takes samples by remote write and OTLP, keeps exemplars and native histograms", () => {
        const flags = JSON.stringify(at(values, FLAGS));
        assert.match(flags, /web\.enable-remote-write-receiver/);
        assert.match(flags, /web\.enable-otlp-receiver/);
        assert.equal(at(values, "server/extraArgs/enable-feature"), "exemplar-storage");
        assert.equal(at(values, "server/global/scrape_native_histograms"), true);
        // Else the `_bucket` and `_count` that rules ask for would no longer be there.
        assert.equal(at(values, "server/global/always_scrape_classic_histograms"), true);
        assert.equal(at(values, "server/tsdb/out_of_order_time_window"), "10m");
    });

    it("finds changes of its configuration itself, and cannot be ended from a browser", () => {
        assert.match(JSON.stringify(at(values, FLAGS)), /config\.auto-reload/);
        assert.ok(!JSON.stringify(at(values, FLAGS)).includes("enable-lifecycle"));
        assert.equal(at(values, "configmapReload/prometheus/enabled"), false);
    });

    it("serves the port table's NodePorts where Services are NodePorts, and fixes none elsewhere", () => {
        assert.equal(at(values, "server/service/nodePort"), 30090);
        assert.equal(at(values, "alertmanager/service/nodePort"), 30093);
        for (const type of ["LoadBalancer", "ClusterIP"] as const) {
            const other = prometheusValues(settings(), type);
            for (const part of ["server", "alertmanager"]) {
                assert.equal(at(other, `${part}/service/type`), type);
                assert.equal(at(other, `${part}/service/nodePort`), undefined);
            }
        }
    });

    it("links to where a person reaches it, and to nowhere on a cluster of somebody else's", () => {
        assert.equal(at(values, "server/baseURL"), "http://127.0.0.1:30090");
        assert.equal(at(values, "alertmanager/baseURL"), "http://127.0.0.1:30093");
        const theirs = VALUES.prometheus(settings({ cluster: EXISTING }));
        assert.equal(at(theirs, "server/baseURL"), undefined);
        assert.equal(at(theirs, "alertmanager/baseURL"), undefined);
    });

    it("has rules that lead to the runbooks where the setting says they are", () => {
        const path = "serverFiles/alerting_rules.yml/groups/0/rules/0/annotations/runbook_url";
        assert.equal(at(values, path), "docs/runbooks/watchdog.md");
        const hosted = VALUES.prometheus(settings({ runbooks: "https://git.example/runbooks" }));
        assert.equal(at(hosted, path), "https://git.example/runbooks/watchdog.md");
    });

    it("keeps samples for the configured hours, and never more than its volume holds", () => {
        fc.assert(
            fc.property(fc.integer({ min: 1, max: 8760 }), fc.integer({ min: 1, max: 64 }), (metrics, gib) => {
                const changed = settings();
                const kept = VALUES.prometheus({
                    ...changed,
                    retentionHours: { ...changed.retentionHours, metrics },
                    sizes: { ...changed.sizes, prometheus: `${gib}Gi` },
                });
                assert.equal(at(kept, "server/retention"), `${metrics}h`);
                const [, megabytes] = /^(\d+)MB$/.exec(String(at(kept, "server/retentionSize"))) ?? [];
                // Prometheus counts in powers of two, whatever the unit is called.
                assert.ok(Number(megabytes) * 1024 * 1024 <= 0.8 * quantityBytes(`${gib}Gi`));
                assert.equal(at(kept, "server/persistentVolume/size"), `${gib}Gi`);
            }),
        );
    });

    it("brings along what has its layer on, and nothing else", () => {
        const parts: readonly [Layer, string][] = [
            ["alertmanager", "alertmanager"],
            ["kube-state-metrics", "kube-state-metrics"],
            ["node-exporter", "prometheus-node-exporter"],
        ];
        for (const [layer, part] of parts) {
            assert.equal(at(values, `${part}/enabled`), true);
            assert.deepEqual(at(VALUES.prometheus(settings({ layers: without(layer) })), part), { enabled: false });
        }
        assert.deepEqual(at(values, "prometheus-pushgateway"), { enabled: false });
    });

    it("sends alerts to Alertmanager, where there is one", () => {
        assert.deepEqual(at(values, "server/alertmanagers/0/static_configs/0/targets"), [
            "alertmanager.observability.svc:9093",
        ]);
        const alone = VALUES.prometheus(settings({ layers: without("alertmanager") }));
        assert.equal(at(alone, "server/alertmanagers"), undefined);
    });

    it("mounts Garage's token only where there is a Garage", () => {
        assert.equal(at(values, "server/extraSecretMounts/0/secretName"), "garage-metrics");
        const alone = VALUES.prometheus(settings({ layers: ["prometheus"] }));
        assert.equal(at(alone, "server/extraSecretMounts"), undefined);
    });

    it("puts node-exporter where pods may see the host", () => {
        assert.equal(at(values, "prometheus-node-exporter/namespaceOverride"), "node-agents");
        assert.equal(at(values, "prometheus-node-exporter/hostRootFsMount/mountPropagation"), "");
    });

    it("splits images as each chart wants them", () => {
        const overrides = {
            prometheus: `r.example/p:v3@${DIGEST}`,
            alertmanager: `r.example/a@${DIGEST}`,
            "kube-state-metrics": "r.example/k:v2",
            "node-exporter": "r.example/n:dev",
        };
        const own = VALUES.prometheus(settings({ images: { ...PINNED, overrides } }));
        assert.deepEqual(at(own, "server/image"), { repository: "r.example/p", digest: DIGEST });
        assert.deepEqual(at(own, "alertmanager/image"), { repository: "r.example/a", tag: `v0.34.0@${DIGEST}` });
        assert.deepEqual(at(own, "kube-state-metrics/image"), { registry: "r.example", repository: "k", tag: "v2" });
        // The chart compares versions, and fails on a tag that is none.
        assert.equal(at(own, "prometheus-node-exporter/version"), "1.12.1");
        assert.deepEqual(at(values, "server/image"), {
            repository: "quay.io/prometheus/prometheus",
            tag: "v3.14.0",
        });
    });
});

describe("clusterAccess", () => {
    const rules = clusterAccess({ layers: DEFAULT_LAYERS }).map(({ role }) => role.rules);

    it("reads no Secret and no ConfigMap, and changes nothing", () => {
        const text = JSON.stringify(rules);
        assert.ok(!/secrets|configmaps|\*/.test(text));
        const verbs = new Set([...text.matchAll(/"verbs":\[([^\]]*)\]/g)].flatMap(([, list = ""]) => list.split(",")));
        assert.deepEqual([...verbs].sort(), ['"get"', '"list"', '"watch"']);
    });

    it("lets kube-state-metrics list exactly what it is told to watch", () => {
        const access = clusterAccess({ layers: DEFAULT_LAYERS }).find(
            ({ account }) => account === "kube-state-metrics",
        );
        const listed = [...JSON.stringify(access?.role.rules).matchAll(/"resources":\[([^\]]*)\]/g)]
            .flatMap(([, list = ""]) => list.split(","))
            .map((name) => name.replaceAll('"', ""));
        assert.deepEqual(listed.sort(), WATCHED.map(({ resource }) => resource).sort());
        assert.deepEqual(at(VALUES.prometheus(settings()), "kube-state-metrics/rbac"), { create: false });
        assert.deepEqual(at(VALUES.prometheus(settings()), "rbac"), { create: false });
    });

    it("uses names that another Prometheus of the cluster has not got", () => {
        for (const { role, binding, account } of clusterAccess({ layers: DEFAULT_LAYERS })) {
            assert.equal(at(role, "metadata/name"), `hearth-${account}`);
            assert.equal(at(binding, "roleRef/name"), `hearth-${account}`);
            assert.deepEqual(at(binding, "subjects/0"), {
                kind: "ServiceAccount",
                name: account,
                namespace: "observability",
            });
        }
    });

    it("gives nothing to a program that is not there", () => {
        const accounts = clusterAccess({ layers: without("kube-state-metrics") }).map(({ account }) => account);
        assert.deepEqual(accounts, ["prometheus"]);
    });
});

describe("alertmanagerConfig", () => {
    const config = alertmanagerConfig();

    it("tells nobody by default", () => {
        assert.deepEqual(at(config, "receivers"), [{ name: "none" }]);
        assert.equal(at(config, "route/receiver"), "none");
    });

    it("keeps back only alerts that another one explains", () => {
        const rules = Object.values(at(config, "inhibit_rules") ?? {});
        assert.equal(rules.length, 3);
        for (const rule of rules) {
            // A rule without a named alert on both sides would hide what has nothing to do with it.
            assert.match(JSON.stringify(at(rule, "source_matchers")), /alertname=/);
            assert.match(JSON.stringify(at(rule, "target_matchers")), /alertname=/);
        }
    });
});
