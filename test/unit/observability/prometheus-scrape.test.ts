import assert from "node:assert/strict";
import { DEFAULT_LAYERS } from "../../../components/config/layers";
import { scrapeConfigs, scrapeJobs, type ScrapeJob } from "../../../components/observability/prometheus-scrape";
import { at, without } from "../../helpers/observability";
import { relabel } from "../../helpers/relabel";

const META = "__meta_kubernetes_";

function job(name: string, layers = DEFAULT_LAYERS): ScrapeJob {
    const found = scrapeJobs({ layers })[name];
    if (found === undefined) throw new Error(`there is no job ${name}`);
    return found;
}

/** A pod as discovery describes it. */
function pod(changes: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
    return {
        __address__: "10.244.0.7:8080",
        __scheme__: "http",
        __metrics_path__: "/metrics",
        [`${META}namespace`]: "shop",
        [`${META}pod_name`]: "cart-1",
        [`${META}pod_node_name`]: "node-1",
        [`${META}pod_ip`]: "10.244.0.7",
        [`${META}pod_phase`]: "Running",
        [`${META}pod_annotation_prometheus_io_scrape`]: "true",
        ...changes,
    };
}

function scrapedPod(changes: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> | undefined {
    return relabel(job("annotated-pods").relabel_configs ?? [], pod(changes));
}

describe("scrapeJobs", () => {
    it("scrapes pods that ask for it, and only while they run", () => {
        assert.ok(scrapedPod() !== undefined);
        assert.equal(scrapedPod({ [`${META}pod_annotation_prometheus_io_scrape`]: "false" }), undefined);
        assert.equal(scrapedPod({ [`${META}pod_annotation_prometheus_io_scrape`]: "" }), undefined);
        for (const phase of ["Pending", "Succeeded", "Failed"]) {
            assert.equal(scrapedPod({ [`${META}pod_phase`]: phase }), undefined);
        }
    });

    it("honours port, path and scheme of the annotations", () => {
        const target = scrapedPod({
            [`${META}pod_annotation_prometheus_io_port`]: "9100",
            [`${META}pod_annotation_prometheus_io_path`]: "/own",
            [`${META}pod_annotation_prometheus_io_scheme`]: "https",
        });
        assert.equal(target?.["__address__"], "10.244.0.7:9100");
        assert.equal(target["__metrics_path__"], "/own");
        assert.equal(target["__scheme__"], "https");
    });

    it("keeps what was discovered where an annotation is missing", () => {
        const target = scrapedPod();
        assert.equal(target?.["__address__"], "10.244.0.7:8080");
        assert.equal(target["__metrics_path__"], "/metrics");
        assert.equal(target["__scheme__"], "http");
    });

    it("puts the address of an IPv6 pod into brackets", () => {
        const target = scrapedPod({
            [`${META}pod_ip`]: "fd00::7",
            [`${META}pod_annotation_prometheus_io_port`]: "9100",
        });
        assert.equal(target?.["__address__"], "[fd00::7]:9100");
    });

    it("names the job after the application, and says where it runs", () => {
        assert.equal(scrapedPod()?.["job"], "annotated-pods");
        assert.equal(scrapedPod({ [`${META}pod_label_app`]: "old" })?.["job"], "old");
        const target = scrapedPod({
            [`${META}pod_label_app`]: "old",
            [`${META}pod_label_app_kubernetes_io_name`]: "cart",
        });
        assert.equal(target?.["job"], "cart");
        assert.deepEqual([target["namespace"], target["pod"], target["node"]], ["shop", "cart-1", "node-1"]);
    });

    it("gives every port of an annotated pod the same target, so that it is scraped once", () => {
        const port = { [`${META}pod_annotation_prometheus_io_port`]: "9100" };
        const first = scrapedPod({ ...port, __address__: "10.244.0.7:8080", [`${META}pod_container_name`]: "a" });
        const second = scrapedPod({ ...port, __address__: "10.244.0.7:9999", [`${META}pod_container_name`]: "b" });
        const visible = (labels: object | undefined) =>
            Object.entries(labels ?? {}).filter(([name]) => !name.startsWith("__meta_"));
        assert.deepEqual(visible(first), visible(second));
    });

    it("scrapes annotated Services behind each of their addresses", () => {
        const steps = job("annotated-services").relabel_configs ?? [];
        const service = {
            __address__: "10.244.0.9:5432",
            [`${META}namespace`]: "database",
            [`${META}service_name`]: "postgresql-metrics",
            [`${META}service_label_app_kubernetes_io_name`]: "postgresql",
            [`${META}service_annotation_prometheus_io_scrape`]: "true",
            [`${META}service_annotation_prometheus_io_port`]: "9187",
        };
        const target = relabel(steps, service);
        assert.equal(target?.["__address__"], "10.244.0.9:9187");
        assert.equal(target["job"], "postgresql");
        assert.equal(target["service"], "postgresql-metrics");
        const bare = relabel(steps, { ...service, __address__: "10.244.0.9" });
        assert.equal(bare?.["__address__"], "10.244.0.9:9187");
    });

    it("drops what a node's system slices sum up, and keeps what belongs to pods", () => {
        const steps = job("cadvisor").metric_relabel_configs ?? [];
        const sample = (name: string, owner: string) => relabel(steps, { __name__: name, pod: owner });
        assert.equal(sample("container_cpu_usage_seconds_total", ""), undefined);
        assert.ok(sample("container_cpu_usage_seconds_total", "cart-1"));
        assert.ok(sample("machine_cpu_cores", ""));
        assert.equal(sample("container_tasks_state", "cart-1"), undefined);
    });

    it("asks for nothing that Kind does not show, so that nothing is down for ever", () => {
        const text = JSON.stringify(scrapeJobs({ layers: DEFAULT_LAYERS }));
        assert.ok(!/etcd|scheduler|controller-manager|kube-proxy|pushgateway|blackbox/.test(text));
    });

    it("shows Garage the token, from a file", () => {
        assert.equal(at(job("garage"), "authorization/credentials_file"), "/etc/prometheus/secrets/garage/token");
        assert.deepEqual(at(job("garage"), "static_configs/0/targets"), ["garage-admin.storage.svc:3903"]);
    });

    it("lets kube-state-metrics speak about other pods, and nobody else", () => {
        const honoured = Object.entries(scrapeJobs({ layers: DEFAULT_LAYERS }))
            .filter(([, one]) => one["honor_labels"] === true)
            .map(([name]) => name);
        assert.deepEqual(honoured, ["kube-state-metrics"]);
    });

    it("has no job for a layer that is off", () => {
        const names = Object.keys(scrapeJobs({ layers: without("garage", "kube-state-metrics", "loki", "tempo") }));
        assert.deepEqual(names, ["kubelet", "cadvisor", "annotated-pods", "annotated-services"]);
    });
});

describe("scrapeConfigs", () => {
    it("switches every job of the chart off", () => {
        const configs = scrapeConfigs({ layers: DEFAULT_LAYERS });
        const off = Object.entries(configs).filter(([, one]) => "enabled" in one && one.enabled === false);
        assert.equal(off.length, 10);
        assert.ok(off.every(([, one]) => Object.keys(one).length === 1));
    });
});
