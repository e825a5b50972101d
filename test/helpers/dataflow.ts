import { containerProgram, relocated, type ContainerProgram } from "./container-program";
import {
    alertmanagerMoves,
    collectorMoves,
    DATAFLOW_PORTS,
    LISTEN,
    lokiMoves,
    prometheusMoves,
    tempoMoves,
    type DataflowPorts,
} from "./dataflow-moves";
import { Garage, S3_KEYS } from "./garage-process";
import { freePorts, Loopback, statusOf, type LoopbackProcess } from "./loopback";
import type { Manifest } from "./manifests";
import { ObjectStore } from "./object-store";
import { writeFiles } from "./programs";

/** The programs that the data flow cannot do without, by their files. */
export interface DataflowPrograms {
    readonly prometheus: string;
    readonly alertmanager: string;
    readonly loki: string;
    readonly collector: string;
    readonly tempo?: string;
    readonly garage?: string;
}

type Server = "prometheus" | "alertmanager" | "loki" | "tempo" | "collector";

/** The stores and the collector of one stack as processes of this machine, with the configurations of the stack. */
export class Dataflow {
    private readonly running = new Map<Server, LoopbackProcess>();

    private constructor(
        private readonly objects: readonly Manifest[],
        private readonly programs: DataflowPrograms,
        private readonly loopback: Loopback,
        public readonly ports: DataflowPorts,
        /** Where the objects are: Garage's, or those of the stand-in. */
        public readonly store: Garage | ObjectStore,
        private readonly collectorEnv: Readonly<Record<string, string>>,
    ) {}

    /**
     * Starts all of it, in the order in which a stack would be up.
     * @param collectorEnv variables of the collector's pod that the kubelet sets, and KUBECONFIG
     */
    public static async start(
        objects: readonly Manifest[],
        programs: DataflowPrograms,
        collectorEnv: Readonly<Record<string, string>>,
    ): Promise<Dataflow> {
        const loopback = new Loopback();
        let store: Garage | ObjectStore | undefined;
        try {
            store =
                programs.garage === undefined
                    ? await ObjectStore.start()
                    : await Garage.start(loopback, programs.garage);
            if (store instanceof Garage) await store.bootstrap();
            const ports = await choosePorts(store);
            const flow = new Dataflow(objects, programs, loopback, ports, store, collectorEnv);
            await flow.startAll();
            return flow;
        } catch (error) {
            await loopback.dispose();
            if (store instanceof ObjectStore) await store.stop();
            throw error;
        }
    }

    public async dispose(): Promise<void> {
        await this.loopback.dispose();
        if (this.store instanceof ObjectStore) await this.store.stop();
    }

    /** Address of a server's HTTP API. */
    public url(server: "prometheus" | "alertmanager" | "loki" | "tempo" | "otlpHttp"): string {
        return `http://127.0.0.1:${this.ports[server]}`;
    }

    /** A running server. @throws Error where it does not run */
    public process(server: Server): LoopbackProcess {
        const found = this.running.get(server);
        if (found === undefined) throw new Error(`${server} does not run`);
        return found;
    }

    /** Folder of a server's files and data. */
    public folder(server: Server): string {
        return this.loopback.path(server);
    }

    /** Starts a server, or starts it anew. */
    public async restart(server: Server): Promise<void> {
        await this.running.get(server)?.stop();
        const { program, args, env, files, ready } = this.plan(server);
        writeFiles(files);
        const started = this.loopback.start(program, args, env);
        this.running.set(server, started);
        await started.until(`${server} is ready`, async () => (await statusOf(ready)) === 200, 90_000);
    }

    private async startAll(): Promise<void> {
        const { tempo } = this.programs;
        const stores: readonly Server[] = ["prometheus", "alertmanager", "loki"];
        await Promise.all(
            [...stores, ...(tempo === undefined ? [] : ["tempo" as const])].map((one) => this.restart(one)),
        );
        await this.restart("collector");
    }

    private plan(server: Server): Plan {
        const { programs, ports } = this;
        const folder = this.folder(server);
        const s3 = (consumer: "loki" | "tempo"): Readonly<Record<string, string>> => ({
            AWS_ACCESS_KEY_ID: S3_KEYS[consumer].id,
            AWS_SECRET_ACCESS_KEY: S3_KEYS[consumer].secret,
        });
        switch (server) {
            case "prometheus": {
                const program = containerProgram(this.objects, "prometheus", "prometheus-server");
                const token = this.store instanceof Garage ? this.store.metricsToken : "";
                return plan(programs.prometheus, relocated(program, prometheusMoves(ports, folder)), {
                    args: LISTEN.prometheus(ports),
                    files: { [`${folder}/garage/token`]: token, [`${folder}/account/token`]: "" },
                    ready: `${this.url("prometheus")}/-/ready`,
                });
            }
            case "alertmanager":
                return plan(
                    programs.alertmanager,
                    relocated(containerProgram(this.objects, "alertmanager"), alertmanagerMoves(folder)),
                    { args: LISTEN.alertmanager(ports), ready: `${this.url("alertmanager")}/-/ready` },
                );
            case "loki":
                return plan(
                    programs.loki,
                    relocated(containerProgram(this.objects, "loki"), lokiMoves(ports, folder)),
                    {
                        args: LISTEN.loki(),
                        env: s3("loki"),
                        ready: `${this.url("loki")}/ready`,
                    },
                );
            case "tempo":
                return plan(
                    programs.tempo ?? "tempo",
                    relocated(containerProgram(this.objects, "tempo"), tempoMoves(ports, folder)),
                    { args: LISTEN.tempo(ports), env: s3("tempo"), ready: `${this.url("tempo")}/ready` },
                );
            case "collector": {
                const program = containerProgram(this.objects, "otel-collector", "collector");
                return plan(programs.collector, relocated(program, collectorMoves(ports, folder)), {
                    env: this.collectorEnv,
                    ready: `http://127.0.0.1:${ports.collectorHealth}/`,
                });
            }
        }
    }
}

interface Plan {
    readonly program: string;
    readonly args: readonly string[];
    readonly env: Readonly<Record<string, string>>;
    readonly files: Readonly<Record<string, string>>;
    /** Address that answers 200 once it is ready. */
    readonly ready: string;
}

function plan(
    program: string,
    container: ContainerProgram,
    more: Partial<Omit<Plan, "program">> & Pick<Plan, "ready">,
): Plan {
    return {
        program,
        args: [...container.args, ...(more.args ?? [])],
        env: { ...container.env, ...more.env },
        files: { ...container.files, ...more.files },
        ready: more.ready,
    };
}

async function choosePorts(store: Garage | ObjectStore): Promise<DataflowPorts> {
    const free = await freePorts(DATAFLOW_PORTS.length);
    const chosen = Object.fromEntries(DATAFLOW_PORTS.map((name, index) => [name, free[index] ?? 0]));
    const portIn = (url: string): number => Number(new URL(url).port);
    const own = {
        s3: portIn(store.endpoint),
        ...(store instanceof Garage ? { garageAdmin: portIn(store.admin) } : {}),
    };
    return { ...(chosen as Record<keyof DataflowPorts, number>), ...own };
}
