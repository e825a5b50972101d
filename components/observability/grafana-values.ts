import { resolveImage, type ImageRef } from "../config/images";
import { portOf } from "../config/ports";
import type { PlatformConfig, ServiceType } from "../config/schema";
import { resources } from "../core/quantity";
import type { Values } from "../core/release";
import { RESTRICTED_CONTAINER, restrictedPod } from "../core/security";
import { personalUrl } from "./addresses";
import { pinnedTag } from "./chart-images";
import { datasources } from "./grafana-datasources";
import { scraped } from "./scraped";
import type { ConsumedSecret } from "./secrets";
import { exposed } from "./service-values";

/** The slice of stack config that decides how Grafana runs. */
export type GrafanaSettings = Pick<PlatformConfig, "cluster" | "images" | "layers" | "ports">;

/** What Grafana needs beside the settings. */
export interface GrafanaConnections {
    readonly serviceType: ServiceType;
    /** Holds admin-user and admin-password. */
    readonly secret: ConsumedSecret;
    /** uid of the dashboard that people meet first; Grafana's own page when absent. */
    readonly home?: string;
}

/** ConfigMap with the dashboards: made by the component, one key per file. */
export const DASHBOARDS = "grafana-dashboards";

/** User `grafana` of the image. */
const USER = 472;

/** Port of the container. */
const PORT = 3000;

const DATA = "/var/lib/grafana";

/** The chart mounts the ConfigMap of provider NAME here: `…/dashboards/NAME`. */
const PROVIDER = "hearth";
const DASHBOARD_FOLDER = `${DATA}/dashboards/${PROVIDER}`;

/** Values for the chart `grafana`. Nothing that is changed in Grafana outlives its pod: it all comes from here. */
export function grafanaValues(settings: GrafanaSettings, { serviceType, secret, home }: GrafanaConnections): Values {
    return {
        fullnameOverride: "grafana",
        image: image(resolveImage("grafana", settings.images)),
        replicas: 1,
        deploymentStrategy: { type: "Recreate" },
        // A hook that runs a pod with an image of its own.
        testFramework: { enabled: false },
        // Only sidecars would ask the API.
        rbac: { create: false },
        serviceAccount: { automountServiceAccountToken: false },
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        admin: { existingSecret: secret.name, userKey: "admin-user", passwordKey: "admin-password" },
        service: { ...exposed("grafana", serviceType), port: portOf("grafana").port },
        persistence: { enabled: false },
        podAnnotations: { ...scraped(PORT), "hearth.dev/secret": secret.checksum },
        readinessProbe: { initialDelaySeconds: 1, periodSeconds: 2, failureThreshold: 3 },
        securityContext: restrictedPod(USER),
        containerSecurityContext: RESTRICTED_CONTAINER,
        // Sockets of plugins, and files on their way.
        extraEmptyDirMounts: [{ name: "tmp", mountPath: "/tmp" }],
        resources: resources("50m", "160Mi", "512Mi"),
        "grafana.ini": grafanaIni(personalUrl(settings, "grafana"), home),
        datasources: { "datasources.yaml": { apiVersion: 1, datasources: datasources(settings) } },
        dashboardProviders: { "dashboardproviders.yaml": { apiVersion: 1, providers: [provider()] } },
        dashboardsConfigMaps: { [PROVIDER]: DASHBOARDS },
    };
}

/** The chart adds `@sha256:` itself. */
function image({ registry, repository, tag, digest }: ImageRef): Values {
    const sha = digest === undefined ? {} : { sha: digest.replace("sha256:", "") };
    return { registry, repository, tag: tag ?? pinnedTag("grafana"), ...sha };
}

/** Reads the folder again and again: a changed ConfigMap needs no restart. */
function provider(): Values {
    return {
        name: PROVIDER,
        orgId: 1,
        folder: "Hearth",
        type: "file",
        disableDeletion: true,
        allowUiUpdates: false,
        updateIntervalSeconds: 10,
        options: { path: DASHBOARD_FOLDER },
    };
}

/** Grafana's own settings: above all, that no word leaves the machine. */
function grafanaIni(url: string | undefined, home: string | undefined): Values {
    return {
        // The image's folder is read-only.
        paths: { logs: `${DATA}/log` },
        ...(url === undefined ? {} : { server: { root_url: url } }),
        ...(home === undefined
            ? {}
            : { dashboards: { default_home_dashboard_path: `${DASHBOARD_FOLDER}/${home}.json` } }),
        analytics: {
            reporting_enabled: false,
            check_for_updates: false,
            check_for_plugin_updates: false,
            feedback_links_enabled: false,
        },
        news: { news_feed_enabled: false },
        // Grafana 12 downloads apps from grafana.com at every start (grafana/grafana#132528), and keys to check them.
        plugins: {
            preinstall_disabled: true,
            preinstall_auto_update: false,
            public_key_retrieval_disabled: true,
            plugin_admin_enabled: false,
        },
        security: { disable_gravatar: true },
        // A button that publishes a dashboard with its data.
        snapshots: { external_enabled: false },
        cloud_migration: { enabled: false },
    };
}
