import { chartSources, chartsOf } from "./charts";
import { compatProblems, versionsOf } from "./compat";
import type { Environment } from "./environment";
import { databasesOf, DEMO_FOLDER } from "./demo";
import { SERVED_REPOSITORY, treeOf } from "./delivery";
import { GIT_SERVER_LAYER, layersOf } from "./layers";
import { type GivenSettings, type Parsed } from "./parse";
import { ownImageProblems } from "./own-images";
import { hostPorts } from "./ports";
import { type Problem, UserError } from "./problems";
import { settingProblems } from "./rules";
import type { AccessConfig, ClusterConfig, ContainerEngine, GitopsConfig, Mode, PlatformConfig } from "./schema";
import { type Settings, withDefaults } from "./defaults";

/**
 * The gate: the whole configuration, or one error with every problem.
 * @throws UserError
 */
export function resolveConfig(stack: string, parsed: Parsed, environment: Environment): PlatformConfig {
    // A missing chart is no user's mistake while the settings themselves are wrong.
    checkSettings(stack, parsed, environment);
    const settings = withDefaults(parsed.settings);
    const provider = providerOf(settings, environment);
    const layers = layersOf(settings);
    const simulated = provider === "kwok";
    const charts = chartSources(
        chartsOf(layers),
        environment.charts,
        settings.charts as "auto" | "official" | "stand-in",
        simulated,
    );
    const config: PlatformConfig = {
        stack,
        mode: modeOf(settings),
        cluster: clusterConfig(stack, settings, provider, environment),
        layers,
        portOffset: settings.portOffset,
        ports: hostPorts(layers, settings.portOffset),
        images: {
            overrides: settings.images,
            registries: settings.registries,
            byTagOnly: settings.imageArchives !== undefined,
        },
        sizes: settings.sizes,
        retentionHours: settings.retention,
        ...(settings.runbooks === undefined ? {} : { runbooks: settings.runbooks.replace(/\/+$/, "") }),
        databases: databasesOf(settings),
        collector: settings.collector,
        edge: {
            corsOrigins: settings.corsOrigins,
            rateLimit: settings.rateLimit,
            ...(settings.authAddress === undefined ? {} : { authAddress: settings.authAddress }),
        },
        cilium: settings.cilium,
        applicationNamespaces: settings.applicationNamespaces,
        access: accessOf(settings),
        gitops: gitopsOf(settings),
        demo: settings.demo,
        secretsFile: secretsFileOf(stack, settings),
        charts: charts.sources,
    };
    const missing = [...charts.problems, ...ownImageProblems(config, environment.ownImages)];
    if (missing.length > 0) throw invalid(stack, missing);
    return config;
}

/**
 * The part of the gate that needs nothing but the settings and this machine: no chart, no image. So a stack that cannot
 * be is refused before minutes are spent on its tools.
 * @throws UserError with every problem
 */
export function checkSettings(stack: string, parsed: Parsed, environment: Environment): void {
    const settings = withDefaults(parsed.settings);
    const provider = providerOf(settings, environment);
    const problems = [
        ...parsed.problems,
        ...settingProblems(settings),
        ...engineProblems(settings, provider, environment),
        ...movedProblems(stack, provider, environment),
        ...compatProblems(versionsOf(layersOf(settings), provider, settings.kind.image), provider),
    ];
    if (problems.length > 0) throw invalid(stack, problems);
}

function accessOf({ audiences, oidc, publicPaths, rolePaths, roles, users }: Settings): AccessConfig {
    const { issuer, jwks, jwksUrl, rolesClaim } = oidc;
    const keys = jwks === "" ? { url: jwksUrl } : { jwks };
    return {
        issuer: issuer === "" ? { kind: "cluster", roles } : { kind: "oidc", issuer, keys, rolesClaim },
        audiences,
        publicPaths,
        rolePaths,
        users,
    };
}

/** Where the applications come from, and which of them. */
export function gitopsOf(settings: Settings): GitopsConfig {
    const { revision, path } = settings.gitops;
    const tree = treeOf(modeOf(settings));
    const repository = repositoryOf(settings);
    return {
        revision,
        path: path === "" ? `${tree}/*` : path,
        // A folder of this name in a tree of the user's own is none of ours to leave out.
        without: path === "" && !settings.demo ? [`${tree}/${DEMO_FOLDER}`] : [],
        ...(repository === undefined ? {} : { repository }),
    };
}

/** What Argo CD delivers from; undefined without Argo CD. */
function repositoryOf(settings: Settings): string | undefined {
    if (!settings.layers.includes("argocd")) return undefined;
    return layersOf(settings).includes(GIT_SERVER_LAYER) ? SERVED_REPOSITORY : settings.gitops.repository;
}

function invalid(stack: string, problems: readonly Problem[]): UserError {
    return new UserError(`stack ${stack} is not valid`, problems);
}

/** The encrypted secrets file of a stack, relative to the project. */
export function secretsFileOf(stack: string, settings: Pick<Settings, "secretsFile">): string {
    return settings.secretsFile ?? `secrets/${stack}.sops.yaml`;
}

/** The name of a stack's cluster. */
export function clusterNameOf(stack: string, settings: Pick<Settings, "clusterName">): string {
    return settings.clusterName ?? `hearth-${stack}`;
}

/** Settings with their defaults, for callers that need a few of them before the gate. */
export function settingsOf(given: GivenSettings): Settings {
    return withDefaults(given);
}

type Provider = ClusterConfig["provider"];

/**
 * Who provides the cluster. `auto` keeps what the stack has: a container engine that is down for a moment
 * must not turn a Kind cluster into a simulated one.
 */
export function providerOf(settings: Pick<Settings, "cluster">, environment: Environment): Provider {
    if (settings.cluster !== "auto") return settings.cluster;
    return environment.recordedProvider ?? (environment.engines.length > 0 ? "kind" : "kwok");
}

function engineProblems(settings: Settings, provider: Provider, environment: Environment): readonly Problem[] {
    if (provider !== "kind" || engineOf(settings, environment.engines) !== undefined) return [];
    const asked = settings.containerEngine;
    return [
        {
            where: asked === "auto" ? "hearth:cluster" : "hearth:containerEngine",
            what: asked === "auto" ? "kind needs a container engine, and none answers" : `${asked} does not answer`,
            fix: "start Docker, Podman or nerdctl, or set hearth:cluster to kwok for a simulated cluster",
        },
    ];
}

/** A stack's cluster and another one of another kind cannot have its name and record at once. */
function movedProblems(stack: string, provider: Provider, { recordedProvider }: Environment): readonly Problem[] {
    if (recordedProvider === undefined || recordedProvider === provider) return [];
    return [
        {
            where: "hearth:cluster",
            what: `is now ${provider}, and the stack has a ${recordedProvider} cluster`,
            fix: `make down STACK=${stack} removes that one with its data; then make up STACK=${stack}`,
        },
    ];
}

/**
 * The container engine that a stack uses; undefined where it does not answer.
 * @param engines those that answer, in the order in which `auto` takes them
 */
export function engineOf(
    { containerEngine: asked }: Pick<Settings, "containerEngine">,
    engines: readonly ContainerEngine[],
): ContainerEngine | undefined {
    return engines.find((engine) => asked === "auto" || engine === asked);
}

function clusterConfig(stack: string, settings: Settings, provider: Provider, environment: Environment): ClusterConfig {
    const name = clusterNameOf(stack, settings);
    const { cni } = settings;
    switch (provider) {
        case "kind":
            return {
                provider,
                name,
                cni,
                engine: engineOf(settings, environment.engines) ?? "docker",
                workers: settings.workers,
                nodeImage: settings.kind.image,
                tuning: {
                    eventTtl: settings.kind.eventTtl,
                    etcdCompaction: settings.kind.etcdCompaction,
                    unsafeNoFsync: settings.kind.unsafeNoFsync,
                    leaderElection: settings.kind.leaderElection,
                    imageGc: { high: settings.kind.imageGcHigh, low: settings.kind.imageGcLow },
                },
                registryMirrors: settings.registryMirrors,
                setCurrentContext: settings.setCurrentContext,
                ...(settings.imageArchives === undefined ? {} : { imageArchives: settings.imageArchives }),
            };
        case "kwok":
            return { provider, name, cni, workers: settings.workers };
        case "existing":
            return {
                provider,
                name,
                context: settings.context ?? "",
                serviceType: settings.serviceType,
                ...(settings.kubeconfig === undefined ? {} : { kubeconfig: settings.kubeconfig }),
            };
    }
}

/** The mode that the settings amount to; it is derived so that it can never contradict them. */
export function modeOf(settings: Pick<Settings, "layers" | "cni">): Mode {
    if (settings.layers.includes("istio") || settings.layers.includes("argocd")) return "full";
    return settings.cni === "cilium" ? "cilium" : "dev-fast";
}
