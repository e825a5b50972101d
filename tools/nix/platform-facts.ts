import { DEMO_DATABASE } from "../../components/config/demo";
import { kubernetesOf } from "../../components/config/kubernetes";
import { namespaceName } from "../../components/config/namespaces";
import type { PlatformConfig } from "../../components/config/schema";
import { KIND_NODE_IMAGE } from "../../components/config/versions";
import { GATEWAY } from "../../components/edge/gateway";
import { flowsOf } from "../../components/flows/flows";
import { workload, type WorkloadId } from "../../components/flows/workloads";
import { portNamed } from "../../components/flows/peers";
import { MANAGED_KINDS } from "../../components/config/application-kinds";
import { secretSpec } from "../../components/secrets/secret-table";
import { DEMO_IMAGE } from "../own-images/specs";

/** Where Nix reads what the TypeScript program knows of the platform, relative to the project. */
export const PLATFORM_FACTS = "nix/platform.json";

/** A service of the platform that applications may call. */
interface ServiceFacts {
    /** Name inside the cluster: `postgresql.database.svc`. */
    readonly host: string;
    readonly ports: Readonly<Record<string, number>>;
}

/** What an environment of Nixidy must know of its stack. */
interface StackFacts {
    /** Minor version of Kubernetes, by which Nixidy chooses its types: `1.34`. */
    readonly kubernetes: string;
    /** Namespaces of the applications; what names none goes to the first. */
    readonly namespaces: readonly string[];
    /** Flows that the platform gives to an application, by the names that applications declare them with. */
    readonly flows: readonly string[];
}

/** Content of `nix/platform.json`. */
export interface PlatformFacts {
    readonly edge: { readonly gateway: string; readonly namespace: string };
    readonly services: Readonly<Record<string, ServiceFacts>>;
    /** `group/Kind`, without the group and the stroke for Kubernetes' core. */
    readonly kinds: readonly string[];
    readonly demo: DemoFacts;
    readonly stacks: Readonly<Record<string, StackFacts>>;
}

/** What the program makes for the demo. */
interface DemoFacts {
    /** Name of its database, and of the role that owns it. */
    readonly database: string;
    /** Where that role's password is, in the demo's namespace. */
    readonly secret: { readonly name: string; readonly key: string };
    /** Ports that its image tells: for callers, and for probes and Prometheus. */
    readonly ports: { readonly http: number; readonly admin: number };
    /** `uid` and `gid` of its image. */
    readonly user: number;
}

/** What an application may do or have done to it; the flow's topic in the model (components/flows). */
const TOPICS = ["route", "scrape", "inside", "otlp", "sql"] as const;

/** Flow → the service that it leads to, and the ports that applications use. */
const SERVICES: Readonly<Record<string, readonly [WorkloadId, readonly string[]]>> = {
    otlp: ["otel-collector", ["otlp-grpc", "otlp-http"]],
    sql: ["postgresql", ["sql"]],
};

/**
 * The facts of the platform that application manifests depend on, from the tables and the model that the program itself
 * goes by. So Nix has no table of its own that could differ.
 */
export function platformFacts(stacks: Readonly<Record<string, PlatformConfig>>): PlatformFacts {
    return {
        edge: { gateway: GATEWAY, namespace: namespaceName("edge") },
        services: Object.fromEntries(Object.entries(SERVICES).map(([flow, [id, ports]]) => [flow, service(id, ports)])),
        kinds: MANAGED_KINDS.map(({ group, kind }) => (group === "" ? kind : `${group}/${kind}`)),
        demo: demoFacts(),
        stacks: Object.fromEntries(Object.entries(stacks).map(([name, config]) => [name, stackFacts(config)])),
    };
}

function demoFacts(): DemoFacts {
    const { id, keys } = secretSpec("demo-database");
    const { ports, user } = DEMO_IMAGE.image;
    const [http = 0, admin = 0] = ports;
    return {
        database: DEMO_DATABASE,
        secret: { name: id, key: keys[0] ?? "" },
        ports: { http, admin },
        user: Number(user.split(":")[0]),
    };
}

/** The file's text. */
export function platformFactsText(facts: PlatformFacts): string {
    return `${JSON.stringify(facts, undefined, 4)}\n`;
}

function service(id: WorkloadId, names: readonly string[]): ServiceFacts {
    const row = workload(id);
    return {
        // Services of the platform's own manifests are called like their workloads.
        host: `${id}.${row.namespace}.svc`,
        ports: Object.fromEntries(names.map((name) => [name, portNamed(row, name)])),
    };
}

function stackFacts(config: PlatformConfig): StackFacts {
    const ids = flowsOf(config).map(({ id }) => id);
    const { applicationNamespaces: namespaces } = config;
    // The node image of the presets; the simulated control plane has the same minor version.
    const version = kubernetesOf("kind", KIND_NODE_IMAGE) ?? "";
    return {
        kubernetes: version.split(".").slice(0, 2).join("."),
        namespaces,
        flows: TOPICS.filter((topic) => namespaces.every((namespace) => ids.includes(`${topic}/${namespace}`))),
    };
}
