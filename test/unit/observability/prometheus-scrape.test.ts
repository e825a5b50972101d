import assert from "node:assert/strict";
import fc from "fast-check";
import { DEFAULT_LAYERS, type Layer } from "../../../components/config/layers";
import { scrapeConfigs, scrapeJobs, type ScrapeJob } from "../../../components/observability/prometheus-scrape";
import { podTargets } from "../../../components/observability/scrape-targets";
import { at, FULL_LAYERS, layerSets, without } from "../../helpers/observability";
import { relabel } from "../../helpers/relabel";

const META = "__meta_kubernetes_";

const APPLICATIONS = ["apps", "shop"];

function jobs(layers: readonly Layer[] = DEFAULT_LAYERS): Readonly<Record<string, ScrapeJob>> {
    return scrapeJobs({ layers, applicationNamespaces: APPLICATIONS });
}

function job(name: string, layers: readonly Layer[] = DEFAULT_LAYERS): ScrapeJob {
    const found = jobs(layers)[name];
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
        const text = JSON.stringify(jobs(FULL_LAYERS));
        assert.ok(!/etcd|scheduler|controller-manager|kube-proxy|pushgateway|blackbox/.test(text));
    });

    it("shows Garage the token, from a file", () => {
        assert.equal(at(job("garage"), "authorization/credentials_file"), "/etc/prometheus/secrets/garage/token");
        assert.deepEqual(at(job("garage"), "static_configs/0/targets"), ["garage-admin.storage.svc:3903"]);
    });

    it("lets kube-state-metrics speak about other pods, and nobody else", () => {
        const honoured = Object.entries(jobs(FULL_LAYERS))
            .filter(([, one]) => one["honor_labels"] === true)
            .map(([name]) => name);
        assert.deepEqual(honoured, ["kube-state-metrics"]);
    });

    it("has no job for a layer that is off", () => {
        const names = Object.keys(jobs(without("garage", "kube-state-metrics", "loki", "tempo")));
        assert.deepEqual(names, ["kubelet", "cadvisor", "annotated-pods", "annotated-services"]);
    });
});

/** Pods of the layers beyond dev-fast, as their charts label and annotate them. */
const PODS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    "cilium-agent": {
        [`${META}namespace`]: "kube-system",
        [`${META}pod_label_k8s_app`]: "cilium",
        [`${META}pod_label_app_kubernetes_io_name`]: "cilium-agent",
        [`${META}pod_annotation_prometheus_io_port`]: "9962",
    },
    "cilium-operator": {
        [`${META}namespace`]: "kube-system",
        [`${META}pod_label_app_kubernetes_io_name`]: "cilium-operator",
        [`${META}pod_annotation_prometheus_io_port`]: "9963",
    },
    istiod: {
        [`${META}namespace`]: "istio-system",
        [`${META}pod_label_app`]: "istiod",
        [`${META}pod_annotation_prometheus_io_port`]: "15014",
    },
    "istio-cni": {
        [`${META}namespace`]: "istio-system",
        [`${META}pod_label_k8s_app`]: "istio-cni-node",
        [`${META}pod_annotation_prometheus_io_port`]: "15014",
    },
    ztunnel: {
        [`${META}namespace`]: "istio-system",
        [`${META}pod_label_app`]: "ztunnel",
        [`${META}pod_annotation_prometheus_io_port`]: "15020",
    },
    waypoint: {
        [`${META}namespace`]: "apps",
        [`${META}pod_label_gateway_networking_k8s_io_gateway_class_name`]: "istio-waypoint",
        [`${META}pod_annotation_prometheus_io_port`]: "15020",
        [`${META}pod_annotation_prometheus_io_path`]: "/stats/prometheus",
    },
    "argocd-server": {
        [`${META}namespace`]: "argocd",
        [`${META}pod_label_app_kubernetes_io_name`]: "argocd-server",
    },
};

describe("jobs of the layers beyond dev-fast", () => {
    const ports: Readonly<Record<string, string>> = {
        "cilium-agent": "9962",
        hubble: "9965",
        "cilium-operator": "9963",
        istiod: "15014",
        "istio-cni": "15014",
        ztunnel: "15020",
        waypoint: "15020",
        "argocd-application-controller": "8082",
        "argocd-server": "8083",
        "argocd-repo-server": "8084",
        "argocd-applicationset-controller": "8080",
    };

    it("are one for each program, and none of them in dev-fast", () => {
        const own = Object.keys(jobs(FULL_LAYERS)).filter((name) => !(name in jobs()));
        assert.deepEqual(own.sort(), Object.keys(ports).sort());
        assert.deepEqual(podTargets({ layers: DEFAULT_LAYERS, applicationNamespaces: APPLICATIONS }), []);
    });

    it("come with their layer, and with no other", () => {
        fc.assert(
            fc.property(layerSets(FULL_LAYERS), (layers) => {
                const made = Object.keys(jobs(layers));
                for (const [prefix, layer] of [
                    [/^(cilium-|hubble$)/, "cilium"],
                    [/^(istiod|istio-cni|ztunnel|waypoint)$/, "istio"],
                    [/^argocd-/, "argocd"],
                ] as const) {
                    assert.equal(
                        made.some((name) => prefix.test(name)),
                        layers.includes(layer),
                    );
                }
            }),
        );
    });

    for (const [name, port] of Object.entries(ports)) {
        it(`${name}: each running pod once, at port ${port}, with where it is`, () => {
            const steps = job(name, FULL_LAYERS).relabel_configs ?? [];
            const target = relabel(steps, pod());
            assert.equal(target?.["__address__"], `10.244.0.7:${port}`);
            assert.deepEqual([target["namespace"], target["pod"], target["node"]], ["shop", "cart-1", "node-1"]);
            // Label `job` is the name of the job, which Prometheus sets where nothing else does.
            assert.equal(target["job"], undefined);
            assert.equal(relabel(steps, pod({ __address__: "10.244.0.7:1" }))?.["__address__"], target["__address__"]);
            assert.equal(relabel(steps, pod({ [`${META}pod_ip`]: "fd00::7" }))?.["__address__"], `[fd00::7]:${port}`);
            assert.equal(relabel(steps, pod({ [`${META}pod_phase`]: "Pending" })), undefined);
        });
    }

    it("ask for pods by label, and in their own namespaces only", () => {
        const asked = podTargets({ layers: FULL_LAYERS, applicationNamespaces: APPLICATIONS }).map(({ job: name }) => {
            const sd = at(job(name, FULL_LAYERS), "kubernetes_sd_configs/0");
            return [name, at(sd, "namespaces/names"), at(sd, "selectors/0/label")];
        });
        const argocd = ["application-controller", "server", "repo-server", "applicationset-controller"];
        assert.deepEqual(asked, [
            ["cilium-agent", ["kube-system"], "k8s-app=cilium"],
            ["hubble", ["kube-system"], "k8s-app=cilium"],
            ["cilium-operator", ["kube-system"], "app.kubernetes.io/name=cilium-operator"],
            ["istiod", ["istio-system"], "app=istiod"],
            ["istio-cni", ["istio-system"], "k8s-app=istio-cni-node"],
            ["ztunnel", ["istio-system"], "app=ztunnel"],
            ["waypoint", APPLICATIONS, "gateway.networking.k8s.io/gateway-class-name=istio-waypoint"],
            ...argocd.map((name) => [`argocd-${name}`, ["argocd"], `app.kubernetes.io/name=argocd-${name}`]),
        ]);
    });

    it("have a path of their own at waypoints, which merge the proxy's metrics with the agent's", () => {
        const paths = Object.keys(ports).map((name) => [name, job(name, FULL_LAYERS)["metrics_path"]]);
        for (const [name, path] of paths) assert.equal(path, name === "waypoint" ? "/stats/prometheus" : "/metrics");
    });

    it("have no waypoints to ask where there are no applications, rather than all pods of the cluster", () => {
        const made = scrapeJobs({ layers: FULL_LAYERS, applicationNamespaces: [] });
        assert.ok(!("waypoint" in made));
        for (const [name, one] of Object.entries(made)) {
            const names = at(one, "kubernetes_sd_configs/0/namespaces/names");
            assert.ok(names === undefined || (Array.isArray(names) && names.length > 0), name);
        }
    });

    it("leave histograms out that nobody asks for, and keep those that somebody does", () => {
        const kept = (name: string, metric: string): boolean =>
            relabel(job(name, FULL_LAYERS).metric_relabel_configs ?? [], { __name__: metric }) !== undefined;
        assert.ok(!kept("cilium-agent", "cilium_k8s_client_api_latency_time_seconds_bucket"));
        assert.ok(kept("cilium-agent", "cilium_drop_count_total"));
        assert.ok(!kept("waypoint", "istio_request_bytes_bucket"));
        assert.ok(kept("waypoint", "istio_request_duration_milliseconds_bucket"));
        assert.ok(kept("istiod", "pilot_proxy_convergence_time_bucket"));
        assert.ok(kept("argocd-application-controller", "argocd_app_reconcile_bucket"));
    });

    for (const [name, labels] of Object.entries(PODS)) {
        it(`${name}: is not scraped a second time for its annotations, by pod or by Service`, () => {
            const asks = { ...labels, [`${META}service_annotation_prometheus_io_scrape`]: "true" };
            for (const annotated of ["annotated-pods", "annotated-services"]) {
                assert.equal(relabel(job(annotated, FULL_LAYERS).relabel_configs ?? [], pod(asks)), undefined);
                // As long as it has no job of its own, its annotations count.
                assert.ok(relabel(job(annotated).relabel_configs ?? [], pod(asks)));
            }
        });
    }

    it("leave pods alone that admit nobody but their waypoint, which would be down for ever", () => {
        const asks = {
            [`${META}namespace`]: "apps",
            [`${META}pod_label_app`]: "cart",
            [`${META}service_annotation_prometheus_io_scrape`]: "true",
        };
        const elsewhere = { ...asks, [`${META}namespace`]: "other" };
        for (const annotated of ["annotated-pods", "annotated-services"]) {
            const steps = (layers: readonly Layer[]) => job(annotated, layers).relabel_configs ?? [];
            assert.equal(relabel(steps([...DEFAULT_LAYERS, "istio"]), pod(asks)), undefined);
            assert.ok(relabel(steps([...DEFAULT_LAYERS, "istio"]), pod(elsewhere)));
            assert.ok(relabel(steps([...DEFAULT_LAYERS, "cilium", "argocd"]), pod(asks)));
            const none = scrapeJobs({ layers: FULL_LAYERS, applicationNamespaces: [] })[annotated];
            assert.ok(relabel(none?.relabel_configs ?? [], pod(elsewhere)));
        }
    });

    it("leave all other annotated pods and Services alone", () => {
        for (const annotated of ["annotated-pods", "annotated-services"]) {
            const steps = job(annotated, FULL_LAYERS).relabel_configs ?? [];
            const others: readonly Readonly<Record<string, string>>[] = [
                { [`${META}namespace`]: "kube-system", [`${META}pod_label_k8s_app`]: "kube-dns" },
                { [`${META}namespace`]: "other", [`${META}pod_label_app`]: "istiod" },
                { [`${META}namespace`]: "edge", [`${META}pod_label_app_kubernetes_io_name`]: "traefik" },
            ];
            for (const other of others) {
                const asks = { ...other, [`${META}service_annotation_prometheus_io_scrape`]: "true" };
                assert.ok(relabel(steps, pod(asks)), JSON.stringify(other));
            }
        }
    });
});

describe("scrapeConfigs", () => {
    it("switches every job of the chart off", () => {
        const configs = scrapeConfigs({ layers: FULL_LAYERS, applicationNamespaces: APPLICATIONS });
        const off = Object.entries(configs).filter(([, one]) => "enabled" in one && one.enabled === false);
        assert.equal(off.length, 10);
        assert.ok(off.every(([, one]) => Object.keys(one).length === 1));
    });
});
