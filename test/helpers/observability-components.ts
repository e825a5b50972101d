import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { chartSources, chartsOf } from "../../components/config/charts";
import type { PlatformConfig } from "../../components/config/schema";
import { Namespaces } from "../../components/namespaces/namespaces";
import { Credentials } from "../../components/secrets/credentials";
import { Garage } from "../../components/storage/garage";
import { Harness, type Registered } from "./harness";
import { drawn, leaks } from "./leaks";
import { settings, type ObservabilitySettings } from "./observability";

export const RELEASE = "kubernetes:helm.sh/v3:Release";
export const SECRET = "kubernetes:core/v1:Secret";
export const NAMESPACE = "kubernetes:core/v1:Namespace";

/** What the components of observability are given. */
export interface Surroundings {
    readonly config: ObservabilitySettings & Pick<PlatformConfig, "charts" | "databases">;
    readonly serviceType: "NodePort";
    readonly namespaces: Namespaces;
    readonly credentials: Credentials;
}

/** A run of one component among what it needs. */
export interface Run<T> {
    readonly harness: Harness;
    readonly made: T;
    readonly release: Registered;
    /** Inputs as they were registered, with their secrets still marked. */
    readonly raw: ReadonlyMap<string, unknown>;
}

export interface RunOptions {
    readonly settings?: Partial<ObservabilitySettings>;
    readonly preview?: boolean;
}

/** Builds one component, named `name`, with namespaces and credentials. */
export async function runComponent<T>(
    name: string,
    build: (surroundings: Surroundings) => T,
    options: RunOptions = {},
): Promise<Run<T>> {
    const raw = new Map<string, unknown>();
    const preview = options.preview ?? false;
    const harness = await Harness.start({
        preview,
        outputs: (args) => {
            raw.set(args.name, args.inputs);
            return preview ? {} : drawn(args);
        },
    });
    const base = settings(options.settings);
    const charts = chartSources(chartsOf(base.layers), [], "auto", true).sources;
    const config = { ...base, charts, databases: [] };
    const made = await harness.run(() => {
        const namespaces = new Namespaces("namespaces", { config: { ...config, applicationNamespaces: [] } });
        const credentials = new Credentials("credentials", { config, namespaces });
        return build({ config, serviceType: "NodePort", namespaces, credentials });
    });
    return { harness, made, release: harness.only(RELEASE, `${name}-release`), raw };
}

/** Garage as a neighbour: with its bootstrap, or on a simulated cluster, where it has none. */
export function garageOf({ config, namespaces, credentials }: Surroundings, simulated: boolean): Garage {
    const cluster = { kubeconfig: pulumi.secret("kubeconfig"), simulated };
    return new Garage("garage", { config, cluster, namespaces, credentials });
}

/** Holds a release to what every one of them has to be. */
export function assertRelease(run: Run<unknown>, token: string, chart: string, version: string): void {
    const { harness, release } = run;
    assert.equal(release.parent, harness.only(token).urn);
    const { name, namespace, createNamespace, skipAwait, version: pinned } = release.inputs;
    assert.deepEqual(
        { name, namespace, createNamespace, skipAwait, pinned, path: release.inputs["chart"] },
        {
            name: chart,
            namespace: "observability",
            createNamespace: false,
            skipAwait: true,
            pinned: version,
            path: `./test/fixtures/charts/${chart}`,
        },
    );
    assert.ok(release.deleteBeforeReplace);
}

/** Types and names of what a release waits for. */
export function waitsFor({ harness, release }: Run<unknown>): readonly string[] {
    return release.dependencies
        .map((urn) => harness.resources.find((resource) => resource.urn === urn))
        .filter((resource) => resource !== undefined)
        .map(({ type, name }) => `${type.split(":").at(-1) ?? type} ${name}`)
        .sort();
}

/** Where, outside of what is marked secret, a run says one of the credentials. */
export function told({ harness, raw }: Run<unknown>): readonly string[] {
    const secrets = harness
        .all(SECRET)
        .flatMap(({ inputs }) => Object.values(inputs["stringData"] ?? {}))
        .map(String)
        // "admin" is everywhere, and no secret while nobody chose another.
        .filter((value) => value.length > 8);
    assert.ok(secrets.length > 0);
    return [...raw].flatMap(([name, inputs]) => leaks(inputs, secrets).map((path) => name + path));
}
