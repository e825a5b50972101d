import { namespaceName } from "../../config/namespaces";
import { hasLayer, type PlatformConfig } from "../../config/schema";
import { logql, logs, promql, promqlNow, stat, table, timeseries, type Row } from "./model";
import type { DashboardSpec } from "./render";

/** What Argo CD delivers, and whether it could. Needs layers prometheus and argocd. */
export function gitops(settings: Pick<PlatformConfig, "layers">): DashboardSpec {
    return {
        uid: "hearth-gitops",
        title: "GitOps",
        description: "Argo CD: applications, whether they are what their repository says, and how they are.",
        rows: [applications(), deliveries(), repository(), ...(hasLayer(settings, "loki") ? [messages()] : [])],
    };
}

function applications(): Row {
    const count = (title: string, selector: string, badFrom?: number) =>
        stat({
            title,
            width: 4,
            ...(badFrom === undefined ? {} : { badFrom }),
            queries: [promqlNow(`count(argocd_app_info${selector}) or vector(0)`)],
        });
    return {
        title: "Applications",
        panels: [
            count("Applications", ""),
            count("Not in sync", '{sync_status!="Synced"}', 1),
            count("Degraded, missing or unknown", '{health_status=~"Degraded|Missing|Unknown"}', 1),
            count("On their way", '{health_status="Progressing"}'),
            stat({
                title: "Application sets",
                width: 4,
                queries: [promqlNow("count(argocd_appset_info) or vector(0)")],
            }),
            stat({
                title: "Connected to the cluster",
                description: "Argo CD connects when there is something to deliver.",
                width: 4,
                badBelow: 1,
                queries: [promqlNow("min(argocd_cluster_connection_status) or vector(0)")],
            }),
            table({
                title: "Application",
                width: 24,
                queries: [
                    promqlNow(
                        "max by (name, project, dest_namespace, sync_status, health_status, operation) (argocd_app_info)",
                    ),
                ],
            }),
        ],
    };
}

function deliveries(): Row {
    return {
        title: "Deliveries",
        panels: [
            timeseries({
                title: "Syncs",
                description: "Each try, with how it ended.",
                unit: "short",
                queries: [
                    promql(
                        "sum by (name, phase) (increase(argocd_app_sync_total[$__rate_interval]))",
                        "{{name}} {{phase}}",
                    ),
                ],
            }),
            timeseries({
                title: "Time to compare an application",
                unit: "s",
                queries: [0.95, 0.5].map((q) =>
                    promql(
                        `histogram_quantile(${q}, sum by (le) (rate(argocd_app_reconcile_bucket[$__rate_interval])))`,
                        `${q * 100} %`,
                    ),
                ),
            }),
            timeseries({
                title: "Changes in the cluster that it saw",
                unit: "cps",
                queries: [
                    promql(
                        "sum by (group, kind) (rate(argocd_cluster_events_total[$__rate_interval]))",
                        "{{kind}} {{group}}",
                    ),
                ],
            }),
        ],
    };
}

function repository(): Row {
    return {
        title: "Repository",
        panels: [
            timeseries({
                title: "Requests",
                unit: "reqps",
                queries: [
                    promql(
                        "sum by (repo, request_type) (rate(argocd_git_request_total[$__rate_interval]))",
                        "{{repo}} {{request_type}}",
                    ),
                ],
            }),
            timeseries({
                title: "Failures",
                unit: "reqps",
                queries: ["fetch", "lsremote"].map((what) =>
                    promql(`sum by (repo) (rate(argocd_git_${what}_fail_total[$__rate_interval]))`, `{{repo}} ${what}`),
                ),
            }),
            timeseries({
                title: "Duration (95 %)",
                unit: "s",
                queries: [
                    promql(
                        "histogram_quantile(0.95, sum by (le, request_type) " +
                            "(rate(argocd_git_request_duration_seconds_bucket[$__rate_interval])))",
                        "{{request_type}}",
                    ),
                ],
            }),
        ],
    };
}

function messages(): Row {
    const query = `{k8s_namespace_name="${namespaceName("gitops")}"} | detected_level=~"warn|error|fatal"`;
    return {
        title: "What went wrong",
        panels: [logs({ title: "Warnings and errors", width: 24, height: 10, queries: [logql(query)] })],
    };
}
