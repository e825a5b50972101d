import { whereKnown, type AlertRule } from "./model";

/** Rules about Argo CD and what it delivers. */
export const GITOPS_ALERTS: readonly AlertRule[] = [
    {
        name: "ArgoCdControllerDown",
        layers: ["argocd"],
        expr: 'absent(up{job="argocd-application-controller"} == 1)',
        for: "5m",
        severity: "warning",
        summary: "Argo CD's application controller does not answer",
        description: "Nothing is delivered or healed. Look at StatefulSet argocd-application-controller in argocd.",
    },
    {
        name: "ApplicationOutOfSync",
        layers: ["argocd"],
        expr: 'max by (name) (argocd_app_info{sync_status!="Synced"}) == 1',
        for: "15m",
        severity: "warning",
        summary: "Application {{ $labels.name }} is not what its repository says",
        description:
            "It is delivered by itself, so that something keeps it from it: Argo CD shows what the last try said.",
    },
    {
        name: "ApplicationUnhealthy",
        layers: ["argocd"],
        expr: 'max by (name, health_status) (argocd_app_info{health_status=~"Degraded|Missing|Unknown"}) == 1',
        for: "10m",
        severity: "warning",
        summary: "Application {{ $labels.name }} is {{ $labels.health_status }}",
        description: "Argo CD's page of the application shows which of its objects is to blame.",
    },
    {
        name: "ApplicationSyncFails",
        layers: ["argocd"],
        expr: 'sum by (name) (increase(argocd_app_sync_total{phase=~"Error|Failed"}[10m])) > 0',
        for: "10m",
        severity: "warning",
        summary: "Application {{ $labels.name }} cannot be delivered",
        description: "The API server refuses an object, or the manifests are broken. Argo CD has the message.",
    },
    {
        name: "GitRepositoryUnreachable",
        layers: ["argocd"],
        expr: ["fetch", "lsremote"]
            .map((what) => `sum by (repo) (increase(argocd_git_${what}_fail_total[10m])) > 0`)
            .join(" or "),
        for: "10m",
        severity: "warning",
        summary: `Argo CD cannot read the git repository${whereKnown("repo", "at")}`,
        description: "It goes on with the last commit that it has seen. The log of argocd-repo-server says why.",
    },
];
