import assert from "node:assert/strict";
import fc from "fast-check";
import { datasources } from "../../../components/observability/grafana-datasources";
import { DASHBOARDS, grafanaValues } from "../../../components/observability/grafana-values";
import { at, DIGEST, EXISTING, layerSets, PINNED, settings, VALUES, without } from "../../helpers/observability";

/** Every value of every key `datasourceUid` in a structure. */
function references(value: unknown): readonly string[] {
    if (value === null || typeof value !== "object") return [];
    return Object.entries(value).flatMap(([key, inner]) =>
        key === "datasourceUid" ? [String(inner)] : references(inner),
    );
}

describe("datasources", () => {
    const all = datasources(settings());
    const of = (uid: string, from = all) => from.find((one) => one.uid === uid)?.jsonData;

    it("have fixed uids and addresses in the cluster", () => {
        assert.deepEqual(
            all.map(({ uid, url }) => [uid, url]),
            [
                ["prometheus", "http://prometheus.observability.svc:9090"],
                ["loki", "http://loki.observability.svc:3100"],
                ["tempo", "http://tempo.observability.svc:3200"],
                ["alertmanager", "http://alertmanager.observability.svc:9093"],
            ],
        );
    });

    it("lead from exemplars to traces, whoever named the exemplar's label", () => {
        const names = Object.values(at(of("prometheus"), "exemplarTraceIdDestinations") ?? {});
        assert.deepEqual(
            names.map((one) => [at(one, "name"), at(one, "datasourceUid")]),
            [
                ["trace_id", "tempo"],
                ["traceID", "tempo"],
            ],
        );
    });

    it("lead from log lines to traces, by structured metadata and by what the line says", () => {
        const fields = Object.values(at(of("loki"), "derivedFields") ?? {});
        assert.deepEqual(
            fields.map((field) => at(field, "matcherType")),
            ["label", "regex"],
        );
        for (const field of fields) assert.equal(at(field, "url"), "$${__value.raw}");
        assert.ok(new RegExp(String(at(fields[0], "matcherRegex"))).test("trace_id"));
    });

    it("find trace ids in lines with a regular expression that browsers know", () => {
        const id = "5b8efff798038103d269b633813fc60c";
        const regex = new RegExp(String(at(of("loki"), "derivedFields/1/matcherRegex")));
        const lines = [
            `{"TraceId":"${id}"}`,
            `trace_id=${id} done`,
            `traceID: ${id}`,
            `{"msg":"{\\"traceid\\":\\"${id}\\"}"}`,
            `TRACE_ID ${id}`,
        ];
        for (const line of lines) assert.equal(regex.exec(line)?.[1], id, line);
        assert.equal(regex.exec(`span_id=${id}`), null);
    });

    it("lead from traces to logs, metrics and the service map", () => {
        assert.equal(at(of("tempo"), "tracesToLogsV2/datasourceUid"), "loki");
        assert.equal(at(of("tempo"), "tracesToLogsV2/filterByTraceID"), true);
        assert.equal(at(of("tempo"), "tracesToMetrics/datasourceUid"), "prometheus");
        assert.equal(at(of("tempo"), "serviceMap/datasourceUid"), "prometheus");
        assert.equal(at(of("tempo"), "nodeGraph/enabled"), true);
        // Grafana takes a single $ in provisioning files for a variable of its environment.
        const queries = JSON.stringify(at(of("tempo"), "tracesToMetrics/queries"));
        assert.equal((queries.match(/\$\$__tags/g) ?? []).length, 3);
        assert.ok(!/[^$]\$_/.test(queries));
    });

    it("refer only to data sources that exist, whatever layers are on", () => {
        fc.assert(
            fc.property(layerSets(), (layers) => {
                const some = datasources({ layers });
                const uids = some.map(({ uid }) => uid);
                assert.ok(uids.every((uid) => layers.includes(uid)));
                for (const reference of references(some)) assert.ok(uids.some((uid) => uid === reference));
                assert.equal(some.filter(({ isDefault }) => isDefault).length, Math.min(1, some.length));
            }),
        );
    });
});

describe("grafanaValues", () => {
    const values = VALUES.grafana(settings());

    it("calls nobody, in any of the ways that Grafana knows", () => {
        const off = {
            "grafana.ini/analytics/reporting_enabled": false,
            "grafana.ini/analytics/check_for_updates": false,
            "grafana.ini/analytics/check_for_plugin_updates": false,
            "grafana.ini/news/news_feed_enabled": false,
            "grafana.ini/plugins/preinstall_disabled": true,
            "grafana.ini/plugins/preinstall_auto_update": false,
            "grafana.ini/plugins/public_key_retrieval_disabled": true,
            "grafana.ini/security/disable_gravatar": true,
            "grafana.ini/snapshots/external_enabled": false,
        };
        for (const [path, value] of Object.entries(off)) assert.equal(at(values, path), value, path);
    });

    it("takes its administrator from a Secret, and rolls when that changes", () => {
        assert.equal(at(values, "admin/existingSecret"), "grafana-admin");
        const annotations = new Map(Object.entries(at(values, "podAnnotations") ?? {}));
        assert.equal(annotations.get("hearth.dev/secret"), "checksum-of-grafana-admin");
        assert.equal(at(values, "adminPassword"), undefined);
    });

    it("knows the address that people use, and none on a cluster of somebody else's", () => {
        assert.equal(at(values, "grafana.ini/server/root_url"), "http://127.0.0.1:30300");
        assert.equal(at(VALUES.grafana(settings({ cluster: EXISTING })), "grafana.ini/server"), undefined);
    });

    it("serves the port table's NodePort where Services are NodePorts, and fixes none elsewhere", () => {
        assert.equal(at(values, "service/nodePort"), 30300);
        const secret = { name: "grafana-admin", checksum: "x" };
        const other = grafanaValues(settings(), { serviceType: "LoadBalancer", secret });
        assert.deepEqual(at(other, "service"), { type: "LoadBalancer", port: 80 });
    });

    it("reads dashboards from the ConfigMap where the provider looks for them", () => {
        const [[name, map] = []] = Object.entries(at(values, "dashboardsConfigMaps") ?? {});
        assert.equal(map, DASHBOARDS);
        const provider = at(values, "dashboardProviders/dashboardproviders.yaml/providers/0");
        // The chart's rule for where it mounts the ConfigMap of a provider.
        assert.equal(at(provider, "options/path"), `/var/lib/grafana/dashboards/${name}`);
        assert.equal(
            at(values, "grafana.ini/dashboards/default_home_dashboard_path"),
            `/var/lib/grafana/dashboards/${name}/hearth-platform.json`,
        );
    });

    it("keeps nothing, writes nowhere but where it may, and asks the API server nothing", () => {
        assert.equal(at(values, "persistence/enabled"), false);
        assert.equal(at(values, "containerSecurityContext/readOnlyRootFilesystem"), true);
        assert.match(String(at(values, "grafana.ini/paths/logs")), /^\/var\/lib\/grafana\//);
        assert.equal(at(values, "extraEmptyDirMounts/0/mountPath"), "/tmp");
        assert.equal(at(values, "rbac/create"), false);
        assert.equal(at(values, "automountServiceAccountToken"), false);
        assert.equal(at(values, "testFramework/enabled"), false);
    });

    it("gives the chart the digest without its algorithm", () => {
        const overrides = { grafana: `r.example/g:12.4.3@${DIGEST}` };
        assert.deepEqual(at(VALUES.grafana(settings({ images: { ...PINNED, overrides } })), "image"), {
            registry: "r.example",
            repository: "g",
            tag: "12.4.3",
            sha: "a".repeat(64),
        });
    });

    it("has no data source of a layer that is off", () => {
        const few = VALUES.grafana(settings({ layers: without("tempo", "alertmanager") }));
        const uids = Object.values(at(few, "datasources/datasources.yaml/datasources") ?? {}).map((one) =>
            at(one, "uid"),
        );
        assert.deepEqual(uids, ["prometheus", "loki"]);
    });
});
