import { resolveImage } from "../config/images";
import { portOf } from "../config/ports";
import type { PlatformConfig, ServiceType } from "../config/schema";
import { resources } from "../core/quantity";
import type { Values } from "../core/release";
import { RESTRICTED_CONTAINER, restrictedPod } from "../core/security";
import { personalUrl } from "./addresses";
import { unsplitImage } from "./chart-images";
import { scraped } from "./scraped";
import { exposed } from "./service-values";

/** User `nobody` of Alertmanager's image. */
const USER = 65534;

/** Values for the subchart `alertmanager`. What it remembers (silences) goes with its pod. */
export function alertmanagerValues(
    settings: Pick<PlatformConfig, "cluster" | "images" | "ports">,
    serviceType: ServiceType,
): Values {
    const { port } = portOf("alertmanager");
    const url = personalUrl(settings, "alertmanager");
    const probe = { initialDelaySeconds: 1, periodSeconds: 3 };
    return {
        fullnameOverride: "alertmanager",
        image: unsplitImage("alertmanager", resolveImage("alertmanager", settings.images)),
        automountServiceAccountToken: false,
        persistence: { enabled: false },
        config: alertmanagerConfig(),
        // One instance has nobody to gossip with.
        extraArgs: { "cluster.listen-address": "" },
        ...(url === undefined ? {} : { baseURL: url }),
        service: { ...exposed("alertmanager", serviceType), port },
        podAnnotations: scraped(port),
        readinessProbe: { httpGet: { path: "/-/ready" }, ...probe },
        livenessProbe: { httpGet: { path: "/-/healthy" } },
        podSecurityContext: restrictedPod(USER),
        securityContext: RESTRICTED_CONTAINER,
        resources: resources("10m", "32Mi", "128Mi"),
    };
}

/** Name of the receiver that gets everything and tells nobody: alerts are looked at in Grafana or in Alertmanager. */
const NOBODY_TOLD = "none";

/** Alertmanager's configuration. */
export function alertmanagerConfig(): Values {
    return {
        route: {
            receiver: NOBODY_TOLD,
            group_by: ["alertname", "namespace"],
            group_wait: "10s",
            group_interval: "1m",
            repeat_interval: "4h",
            // A receiver that is added for people should not get the sign of life.
            routes: [{ receiver: NOBODY_TOLD, matchers: ['alertname="Watchdog"'] }],
        },
        receivers: [{ name: NOBODY_TOLD }],
        // What is down altogether need not be reported as a missing target or an unready pod too.
        inhibit_rules: [
            inhibit("GarageDown", "TargetDown", { job: "garage" }),
            inhibit("PostgresDown", "TargetDown", { job: "postgresql" }),
            { ...inhibit("PodCrashLooping", "PodNotReady"), equal: ["namespace", "pod"] },
        ],
    };
}

/** While alert `cause` fires, alert `effect` with these labels is kept back. */
function inhibit(cause: string, effect: string, labels: Readonly<Record<string, string>> = {}): Values {
    const target = Object.entries({ alertname: effect, ...labels });
    return {
        source_matchers: [`alertname="${cause}"`],
        target_matchers: target.map(([name, value]) => `${name}="${value}"`),
    };
}
