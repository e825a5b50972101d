import assert from "node:assert/strict";
import { fields } from "../../components/core/fields";
import { alertRules } from "../../components/observability/alert-rules";
import { dashboardSpecs } from "../../components/observability/dashboards/dashboards";
import { scrapeJobs } from "../../components/observability/prometheus-scrape";
import type { Manifest } from "../helpers/manifests";
import { at } from "../helpers/observability";
import { stackOr, STACKS } from "../helpers/programs";
import { relabel } from "../helpers/relabel";
import type { RenderedStack } from "../helpers/rendered-stack";

const META = "__meta_kubernetes_";
const ADDRESS = { [`${META}pod_ip`]: "10.244.0.7", __address__: "10.244.0.7:1" };

/** Labels and annotations of an object as Kubernetes' discovery names them. */
function discovered(kind: "pod" | "service", metadata: unknown): Readonly<Record<string, string>> {
    const named = (what: "label" | "annotation") =>
        Object.entries(fields(at(metadata, `${what}s`))).map(([name, value]) => [
            `${META}${kind}_${what}_${name.replaceAll(/[^a-zA-Z0-9_]/g, "_")}`,
            String(value),
        ]);
    return Object.fromEntries([...named("label"), ...named("annotation")]);
}

/** Names of the jobs by which Prometheus finds what a stack applies: its own, and those that annotations make. */
function jobsOf({ objects, config }: RenderedStack): readonly string[] {
    const { "annotated-pods": pods, "annotated-services": services, ...own } = scrapeJobs(config);
    const workloads = objects.filter((object) => at(object, "spec/template/metadata") !== undefined);
    const found = [
        ...workloads.map((workload) =>
            relabel(pods?.relabel_configs ?? [], {
                ...ADDRESS,
                ...discovered("pod", at(workload, "spec/template/metadata")),
                [`${META}namespace`]: String(workload.metadata.namespace),
            }),
        ),
        ...objects
            .filter(({ kind }) => kind === "Service")
            .map((service) =>
                relabel(services?.relabel_configs ?? [], {
                    ...ADDRESS,
                    ...discovered("service", service.metadata),
                    [`${META}service_name`]: service.metadata.name,
                    [`${META}namespace`]: String(service.metadata.namespace),
                }),
            ),
    ];
    return [...Object.keys(own), ...found.flatMap((target) => target?.["job"] ?? [])];
}

/** What a stack's alerts and dashboards ask Prometheus. */
function asked({ config }: RenderedStack): readonly string[] {
    const panels = dashboardSpecs(config).flatMap(({ rows }) => rows.flatMap((row) => row.panels));
    const queries = panels.flatMap(({ spec }) => spec.queries.filter(({ datasource }) => datasource === "prometheus"));
    return [
        ...queries.map(({ fields: query }) => String(query["expr"])),
        ...alertRules(config).map(({ expr }) => expr),
    ];
}

function named(pattern: RegExp, exprs: readonly string[]): readonly string[] {
    return exprs.flatMap((expr) => [...expr.matchAll(pattern)].flatMap(([, value = ""]) => value.split("|")));
}

function isDeployment(namespace: string, name: string) {
    return ({ kind, metadata }: Manifest): boolean =>
        kind === "Deployment" && metadata.namespace === namespace && metadata.name === name;
}

describe("what alerts and dashboards look for, by the objects of a stack", function () {
    this.timeout(180_000);

    for (const stack of STACKS) {
        it(`${stack}: are jobs that Prometheus finds, and Deployments that are there`, async function () {
            const rendered = await stackOr(this, stack);
            const [jobs, exprs] = [jobsOf(rendered), asked(rendered)];
            const wanted = named(/\bjob=~?"([^"]*)"/g, exprs);
            assert.ok(wanted.length > 10);
            assert.deepEqual(
                [...new Set(wanted)].filter((job) => !jobs.includes(job)),
                [],
            );
            const deployments = exprs.flatMap((expr) => [
                ...expr.matchAll(/\{namespace="([^"]*)", deployment="([^"]*)"\}/g),
            ]);
            assert.equal(deployments.length > 0, stack !== "dev-fast");
            for (const [, namespace = "", name = ""] of deployments) {
                assert.ok(rendered.objects.some(isDeployment(namespace, name)), `${namespace}/${name}`);
            }
        });
    }
});
