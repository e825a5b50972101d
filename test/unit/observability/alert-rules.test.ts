import assert from "node:assert/strict";
import fc from "fast-check";
import { DEFAULT_LAYERS, type Layer } from "../../../components/config/layers";
import { alertRules, allAlertRules } from "../../../components/observability/alert-rules";
import { runbookFile } from "../../../components/observability/runbooks";
import { podTargets } from "../../../components/observability/scrape-targets";
import { FULL_LAYERS, layerSets, without } from "../../helpers/observability";
import { knownMetrics, metricsIn } from "../../helpers/known-metrics";

const APPLICATIONS = ["apps", "shop"];
const ALERT_RULES = allAlertRules({ applicationNamespaces: APPLICATIONS });

/** Which layer shows the metrics of a program; the rest is there with Prometheus. */
const LAYER_OF: Readonly<Record<string, string>> = {
    "kube-state-metrics": "kube-state-metrics",
    "node-exporter": "node-exporter",
    traefik: "traefik",
    "otel-collector": "otel-collector",
    loki: "loki",
    tempo: "tempo",
    garage: "garage",
    "postgres-exporter": "postgresql",
    "cilium-agent": "cilium",
    "cilium-operator": "cilium",
    hubble: "cilium",
    istiod: "istio",
    "istio-cni": "istio",
    ztunnel: "istio",
    waypoint: "istio",
    argocd: "argocd",
};

describe("metricsIn", () => {
    it("finds metrics and neither functions, labels, strings nor keywords", () => {
        const expr =
            'sum by (pod, route) (rate(a_total{code=~"5..", x="b_total"}[5m])) / on (pod) group_left (y) c > 0 ' +
            "and absent(d:e) or vector(1) unless histogram_quantile(0.9, f_bucket)";
        assert.deepEqual(metricsIn(expr), ["a_total", "c", "d:e", "f_bucket"]);
    });
});

describe("allAlertRules", () => {
    it("have names of their own, a summary and a description that differ", () => {
        assert.equal(new Set(ALERT_RULES.map(({ name }) => name)).size, ALERT_RULES.length);
        for (const { name, summary, description } of ALERT_RULES) {
            assert.match(name, /^[A-Z][A-Za-z]+$/);
            assert.ok(summary.length > 10 && description.length > 20 && summary !== description, name);
        }
    });

    for (const { name, expr, layers } of ALERT_RULES) {
        it(`${name} reads metrics that the pinned versions show, and names the layer of each`, () => {
            for (const metric of metricsIn(expr)) {
                const programs = [...knownMetrics()]
                    .filter(([, names]) => names.has(metric))
                    .map(([program]) => program);
                assert.ok(programs.length > 0, `nobody shows ${metric}`);
                const covered = programs.some((program) => {
                    const layer = LAYER_OF[program];
                    return layer === undefined || layers.some((one) => one === layer);
                });
                // Alertmanager's own metric stands beside Prometheus' in one rule: without the layer it has no series.
                assert.ok(covered || programs.includes("alertmanager"), `${metric} comes with ${programs.join()}`);
            }
        });
    }

    it("fire only after the bring-up of a platform would be over, but for the sign of life", () => {
        for (const rule of ALERT_RULES.filter(({ name }) => name !== "Watchdog")) {
            const [, minutes] = /^(\d+)m$/.exec(rule.for ?? "") ?? [];
            assert.ok(Number(minutes) >= 5, rule.name);
        }
    });

    it("use only labels that their expression leaves", () => {
        const aggregated = ALERT_RULES.filter(({ expr }) => /^(sum|min|max) by/.test(expr));
        assert.ok(aggregated.length > 15);
        for (const { name, expr, summary, description } of aggregated) {
            const kept = new Set([...expr.matchAll(/by \(([^)]*)\)/g)].flatMap(([, list = ""]) => list.split(/,\s*/)));
            const used = [...`${summary} ${description}`.matchAll(/\$labels\.(\w+)/g)].map(([, label = ""]) => label);
            for (const label of used) assert.ok(kept.has(label), `${name} has no label ${label}`);
        }
    });

    it("look only at jobs that are there with their layers", () => {
        for (const { name, expr, layers } of ALERT_RULES) {
            const jobs = [...expr.matchAll(/job="([^"]+)"/g)].map(([, job = ""]) => job);
            const own = podTargets({ layers, applicationNamespaces: APPLICATIONS }).map(({ job }) => job);
            for (const job of jobs) assert.ok(job === "garage" || own.includes(job), `${name} looks at ${job}`);
        }
    });

    it("notice a program that is not there at all, which is down nowhere", () => {
        const absent = ALERT_RULES.map(({ expr }) => expr).join("\n");
        for (const job of ["cilium-agent", "cilium-operator", "istiod", "istio-cni", "ztunnel"]) {
            assert.ok(absent.includes(`absent(up{job="${job}"}`), job);
        }
    });

    it("know every namespace that has to have a waypoint, and say which one lacks it", () => {
        fc.assert(
            fc.property(fc.uniqueArray(fc.stringMatching(/^[a-z]{1,8}$/)), (applicationNamespaces) => {
                const rule = allAlertRules({ applicationNamespaces }).find(({ name }) => name === "WaypointDown");
                assert.equal(rule === undefined, applicationNamespaces.length === 0);
                const named = [...(rule?.expr ?? "").matchAll(/absent\(up\{job="waypoint", namespace="(\w+)"\}\)/g)];
                // Within absent a plain selector: Prometheus makes labels of nothing else.
                assert.deepEqual(
                    named.map(([, namespace]) => namespace),
                    applicationNamespaces,
                );
                if (rule !== undefined) assert.match(rule.summary, /\$labels\.namespace/);
            }),
        );
    });

    it("tell what policies refuse apart from what is lost", () => {
        const exprOf = (wanted: string): string => ALERT_RULES.find(({ name }) => name === wanted)?.expr ?? "";
        const [, refused = ""] = /reason=~"([^"]+)"/.exec(exprOf("NetworkPolicyRefuses")) ?? [];
        const [, others = ""] = /reason!~"([^"]+)"/.exec(exprOf("CiliumDropsPackets")) ?? [];
        // Texts of Cilium's drop reasons.
        for (const [reason, byPolicy, counted] of [
            ["Policy denied", true, false],
            ["Policy denied by denylist", true, false],
            ["Unsupported L3 protocol", false, false],
            ["Stale or unroutable IP", false, true],
            ["CT: Map insertion failed", false, true],
        ] as const) {
            assert.equal(new RegExp(`^(?:${refused})$`).test(reason), byPolicy, reason);
            assert.equal(!new RegExp(`^(?:${others})$`).test(reason), counted, reason);
        }
    });
});

describe("alertRules", () => {
    const names = (layers: readonly Layer[] = DEFAULT_LAYERS): readonly string[] =>
        alertRules({ layers, applicationNamespaces: APPLICATIONS }).map(({ alert }) => alert);

    it("has the rules of the layers that are on", () => {
        assert.equal(names(FULL_LAYERS).length, ALERT_RULES.length);
        assert.deepEqual(names(["prometheus"]), [
            "Watchdog",
            "TargetDown",
            "ConfigReloadFailed",
            "PersistentVolumeFillingUp",
        ]);
        assert.ok(!names(without("postgresql")).includes("PostgresDown"));
        assert.ok(!names(without("garage", "loki", "tempo")).includes("GarageDown"));
    });

    it("has the rules of network, mesh and GitOps with their layer each, and none without", () => {
        const foreign =
            /^(Cilium|Hubble|NetworkPolicy|Istio|Ztunnel|Mesh|Waypoint|TokenKeys|ArgoCd|Application|GitRepo)/;
        assert.deepEqual(
            names().filter((name) => foreign.test(name)),
            [],
        );
        for (const [layer, some, notThese] of [
            ["cilium", "CiliumAgentDown", /Istio|Ztunnel|Waypoint|ArgoCd/],
            ["istio", "ZtunnelDown", /Cilium|Hubble|ArgoCd/],
            ["argocd", "ApplicationOutOfSync", /Cilium|Hubble|Ztunnel/],
        ] as const) {
            const on = names(["prometheus", layer]);
            assert.ok(on.includes(some), layer);
            assert.ok(!on.some((name) => notThese.test(name)), layer);
        }
    });

    it("has for every set of layers exactly the rules whose layers are on", () => {
        fc.assert(
            fc.property(layerSets(FULL_LAYERS), (layers) => {
                const expected = ALERT_RULES.filter((rule) => rule.layers.every((layer) => layers.includes(layer)));
                assert.deepEqual(
                    names(layers),
                    expected.map(({ name }) => name),
                );
            }),
        );
    });

    it("writes them as Prometheus wants them", () => {
        const [watchdog, targetDown] = alertRules({ layers: DEFAULT_LAYERS, applicationNamespaces: [] });
        assert.deepEqual(Object.keys(watchdog ?? {}), ["alert", "expr", "labels", "annotations"]);
        assert.deepEqual(targetDown?.labels, { severity: "warning" });
        assert.equal(targetDown.for, "5m");
    });

    it("leads from every rule to its runbook: in the checkout, or where the setting says", () => {
        const base = "https://git.example.com/team/hearth/docs/runbooks";
        for (const [runbooks, folder] of [
            [{}, "docs/runbooks"],
            [{ runbooks: base }, base],
        ] as const) {
            const rules = alertRules({ layers: FULL_LAYERS, applicationNamespaces: APPLICATIONS, ...runbooks });
            assert.equal(rules.length, ALERT_RULES.length);
            for (const { alert, annotations } of rules) {
                assert.deepEqual(Object.keys(annotations), ["summary", "description", "runbook_url"]);
                assert.equal(annotations.runbook_url, `${folder}/${runbookFile(alert)}`);
            }
        }
    });
});

describe("runbookFile", () => {
    it("is the alert's name in kebab-case", () => {
        for (const [alert, file] of [
            ["Watchdog", "watchdog.md"],
            ["TargetDown", "target-down.md"],
            ["ArgoCdControllerDown", "argo-cd-controller-down.md"],
            ["IstioCniDown", "istio-cni-down.md"],
        ] as const) {
            assert.equal(runbookFile(alert), file);
        }
    });

    it("is another one for every other name, and has all of its letters", () => {
        const word = fc.stringMatching(/^[A-Z][a-z]{1,6}$/);
        fc.assert(
            fc.property(fc.array(word, { minLength: 1, maxLength: 5 }), (words) => {
                const file = runbookFile(words.join(""));
                assert.equal(file, `${words.map((one) => one.toLowerCase()).join("-")}.md`);
            }),
        );
    });
});
