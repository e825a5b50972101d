import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { stringify } from "yaml";
import type { Layer } from "../../components/config/layers";
import {
    collectorConfig,
    COLLECTOR_PORTS,
    COLLECTOR_STATE,
    NODE_NAME_VARIABLE,
    POD_LOGS,
    type CollectorConfig,
} from "../../components/observability/collector-config";
import { freePorts } from "./loopback";
import { hasEnded } from "./processes";
import { moved } from "./relocation";

/** Where a collector outside any cluster finds and puts things. */
export interface Places {
    /** Folder in place of /var/log/pods. */
    readonly logs: string;
    /** Folder in place of the node's state folder. */
    readonly state: string;
    readonly ports: Readonly<Record<keyof typeof COLLECTOR_PORTS, number>>;
    /** Port of Loki's and Prometheus' stand-in. */
    readonly http: number;
    /** Port of Tempo's stand-in. */
    readonly grpc: number;
}

/** The same configuration with other addresses and folders; nothing else differs. */
export function relocate(config: CollectorConfig, places: Places): CollectorConfig {
    const { ports } = places;
    const text = moved(JSON.stringify(config), {
        [`0.0.0.0:${COLLECTOR_PORTS.otlpGrpc}`]: `127.0.0.1:${ports.otlpGrpc}`,
        [`0.0.0.0:${COLLECTOR_PORTS.otlpHttp}`]: `127.0.0.1:${ports.otlpHttp}`,
        [`0.0.0.0:${COLLECTOR_PORTS.health}`]: `127.0.0.1:${ports.health}`,
        [`"host":"0.0.0.0","port":${COLLECTOR_PORTS.metrics}`]: `"host":"127.0.0.1","port":${ports.metrics}`,
        "loki.observability.svc:3100": `127.0.0.1:${places.http}`,
        "prometheus.observability.svc:9090": `127.0.0.1:${places.http}`,
        "tempo.observability.svc:4317": `127.0.0.1:${places.grpc}`,
        [POD_LOGS]: places.logs,
        [COLLECTOR_STATE]: places.state,
    });
    return JSON.parse(text) as CollectorConfig;
}

/** The same configuration without one processor; `k8s_attributes` needs an API server. */
export function withoutProcessor(config: CollectorConfig, processor: string): CollectorConfig {
    const pipelines = Object.entries(config.service.pipelines).map(([signal, pipeline]) => [
        signal,
        { ...pipeline, processors: pipeline.processors.filter((id) => id !== processor) },
    ]);
    return {
        ...config,
        processors: Object.fromEntries(Object.entries(config.processors).filter(([id]) => id !== processor)),
        service: { ...config.service, pipelines: Object.fromEntries(pipelines) },
    };
}

/** A collector that runs as a process on loopback, with folders of its own. */
export class CollectorProcess {
    /** What it wrote to its log so far. */
    public log = "";
    private child: ChildProcess | undefined;

    private constructor(
        private readonly binary: string,
        private readonly root: string,
        public readonly places: Places,
        private readonly configFile: string,
    ) {}

    /** Prepares folders, ports and configuration; `start` starts it. */
    public static async prepare(
        binary: string,
        layers: readonly Layer[],
        stores: { readonly http: number; readonly grpc: number },
    ): Promise<CollectorProcess> {
        const root = mkdtempSync(join(tmpdir(), "hearth-collector-"));
        const [otlpGrpc = 0, otlpHttp = 0, metrics = 0, health = 0] = await freePorts(4);
        const ports = { otlpGrpc, otlpHttp, metrics, health };
        const places = { ...stores, ports, logs: join(root, "logs"), state: join(root, "state") };
        mkdirSync(places.logs);
        const cluster = { provider: "kwok", name: "hearth-test", workers: 0, cni: "kindnetd" } as const;
        const config = withoutProcessor(collectorConfig({ layers, cluster }, "node-agents"), "k8s_attributes");
        const configFile = join(root, "config.yaml");
        writeFileSync(configFile, stringify(relocate(config, places)));
        return new CollectorProcess(binary, root, places, configFile);
    }

    /** Starts it and waits until it is healthy. */
    public async start(): Promise<void> {
        const child = spawn(this.binary, [`--config=${this.configFile}`], {
            env: { ...process.env, [NODE_NAME_VARIABLE]: "node" },
            stdio: ["ignore", "ignore", "pipe"],
        });
        child.stderr.setEncoding("utf8").on("data", (text: string) => (this.log += text));
        this.child = child;
        await until("the collector is healthy", async () => {
            if (hasEnded(child))
                throw new Error(`the collector ended with ${child.exitCode ?? child.signalCode}:\n${this.log}`);
            return (await status(`http://127.0.0.1:${this.places.ports.health}/`)) === 200;
        });
    }

    /** Ends it, gently by default. */
    public async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
        const child = this.child;
        if (child === undefined || hasEnded(child)) return;
        const gone = once(child, "exit");
        child.kill(signal);
        await gone;
    }

    /** Ends it at once and removes its folders. */
    public async dispose(): Promise<void> {
        await this.stop("SIGKILL");
        rmSync(this.root, { recursive: true, force: true });
    }

    /** Appends lines, as containerd frames them, to the log of a container. */
    public write(pod: string, lines: readonly string[], container = "app"): void {
        const folder = join(this.places.logs, pod, container);
        mkdirSync(folder, { recursive: true });
        writeFileSync(join(folder, "0.log"), lines.map((line) => `${line}\n`).join(""), { flag: "a" });
    }

    /** Sends OTLP as JSON. @returns the HTTP status */
    public async post(path: string, body: unknown): Promise<number> {
        const response = await fetch(`http://127.0.0.1:${this.places.ports.otlpHttp}${path}`, {
            method: "POST",
            headers: { "content-type": "application/json" },
            body: JSON.stringify(body),
        });
        return response.status;
    }

    /** Its own metrics, as Prometheus scrapes them. */
    public async metrics(): Promise<string> {
        return (await fetch(`http://127.0.0.1:${this.places.ports.metrics}/metrics`)).text();
    }

    /** Process id, while there is a process. */
    public get pid(): number | undefined {
        return this.child?.pid;
    }
}

/** Waits until the condition holds, for half a minute. */
export async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
    const deadline = Date.now() + 30_000;
    while (!(await condition())) {
        if (Date.now() > deadline) throw new Error(`waited 30 s in vain: ${what}`);
        await sleep(50);
    }
}

async function status(url: string): Promise<number> {
    try {
        return (await fetch(url)).status;
    } catch {
        return 0;
    }
}
