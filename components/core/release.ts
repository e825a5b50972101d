import type * as pulumi from "@pulumi/pulumi";
// Deep import: the index of helm/v3 also loads Chart, and with it every generated module.
import { Release } from "@pulumi/kubernetes/helm/v3/release";
import type { ChartSource } from "../config/schema";
import type { ChartSpec } from "../config/versions";

/** Helm values: plain data, so that tests and rendered checks use exactly what the program uses. */
export type Values = Readonly<Record<string, unknown>>;

export interface ReleaseSpec {
    /** Physical release name; always explicit, since auto-naming would break re-adoption. */
    readonly release: string;
    /** Literal namespace, so that it is known in previews. */
    readonly namespace: string;
    readonly chart: ChartSpec;
    readonly source: ChartSource;
    readonly values: Values;
    /** Leave out the chart's `crds/` folder. Default false. */
    readonly skipCrds?: boolean;
}

/**
 * One Helm release with the house's defaults: nothing waits for its pods (the readiness gate at the end
 * watches all of them at once), and the fixed name forces delete-before-replace.
 */
export function installChart(name: string, spec: ReleaseSpec, opts: pulumi.CustomResourceOptions): Release {
    return new Release(
        name,
        {
            name: spec.release,
            namespace: spec.namespace,
            // Namespaces are resources of their own: they carry Pod Security labels.
            createNamespace: false,
            chart: spec.source.path,
            version: spec.chart.version,
            values: { ...spec.values },
            skipCrds: spec.skipCrds ?? false,
            skipAwait: true,
            // Each release would fetch the API server's whole OpenAPI document for it. `make test` has the API server itself
            // check, strictly, all that these charts render from these values; here it still refuses what it cannot take.
            disableOpenapiValidation: true,
            // Seconds; bounds hooks only, as nothing is awaited. `customTimeouts` is not used by Release.
            timeout: 300,
        },
        { deleteBeforeReplace: true, ...opts },
    );
}
