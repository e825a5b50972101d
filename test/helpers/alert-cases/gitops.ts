import type { CasesByAlert } from "./model";

/** Situations of the alerts about Argo CD. */
export const GITOPS_CASES: CasesByAlert = {
    ArgoCdControllerDown: {
        fires: [
            {
                series: { 'up{job="argocd-application-controller"}': "0x9" },
                minute: 6,
                labels: {},
                summary: "Argo CD's application controller does not answer",
            },
        ],
        silent: [{ series: { 'up{job="argocd-application-controller"}': "0x3 1x9" }, minute: 8 }],
    },
    ApplicationOutOfSync: {
        fires: [
            {
                series: { 'argocd_app_info{name="apps-web", sync_status="OutOfSync"}': "1x19" },
                minute: 16,
                labels: { name: "apps-web" },
                summary: "Application apps-web is not what its repository says",
            },
        ],
        silent: [
            {
                series: {
                    'argocd_app_info{name="apps-web", sync_status="OutOfSync"}': "1x9 _x9",
                    'argocd_app_info{name="apps-web", sync_status="Synced"}': "_x9 1x9",
                },
                minute: 16,
            },
        ],
    },
    ApplicationUnhealthy: {
        fires: [
            {
                series: { 'argocd_app_info{name="apps-web", health_status="Degraded"}': "1x15" },
                minute: 11,
                labels: { name: "apps-web", health_status: "Degraded" },
                summary: "Application apps-web is Degraded",
            },
        ],
        silent: [{ series: { 'argocd_app_info{name="apps-web", health_status="Progressing"}': "1x15" }, minute: 11 }],
    },
    ApplicationSyncFails: {
        fires: [
            {
                series: { 'argocd_app_sync_total{name="apps-web", phase="Failed"}': "0+1x19" },
                minute: 13,
                labels: { name: "apps-web" },
                summary: "Application apps-web cannot be delivered",
            },
        ],
        silent: [
            {
                series: {
                    'argocd_app_sync_total{name="apps-web", phase="Failed"}': "3x19",
                    'argocd_app_sync_total{name="apps-web", phase="Succeeded"}': "0+1x19",
                },
                minute: 13,
            },
        ],
    },
    GitRepositoryUnreachable: {
        fires: [
            {
                series: { 'argocd_git_fetch_fail_total{repo="https://git.example/apps"}': "0+1x19" },
                minute: 13,
                labels: { repo: "https://git.example/apps" },
                summary: "Argo CD cannot read the git repository at https://git.example/apps",
            },
            {
                series: { "argocd_git_lsremote_fail_total{}": "0+1x19" },
                minute: 13,
                labels: {},
                summary: "Argo CD cannot read the git repository",
            },
        ],
        silent: [{ series: { 'argocd_git_fetch_fail_total{repo="https://git.example/apps"}': "3x19" }, minute: 13 }],
    },
};
