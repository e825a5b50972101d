import { readFileSync } from "node:fs";
import { AppsV1Api, CoreV1Api, CustomObjectsApi, KubeConfig } from "@kubernetes/client-node";
import { Kubectl } from "../../tools/garage/kubectl";

export interface Call {
    readonly method?: "GET" | "POST" | "DELETE";
    /** Sent as JSON. */
    readonly body?: unknown;
}

export interface Answer {
    readonly status: number;
    readonly text: string;
}

/** A port of a Service, by its number or name. */
export interface ServicePort {
    readonly namespace: string;
    readonly name: string;
    readonly port: number | string;
}

/** One answer may take as long as a large query. */
const TIMEOUT_MS = 60_000;

/** A cluster's API as its administrator has it, with the client certificate of its kubeconfig. */
export class ClusterApi {
    public readonly core: CoreV1Api;
    public readonly apps: AppsV1Api;
    public readonly custom: CustomObjectsApi;

    public constructor(private readonly kubeconfig: string) {
        const config = new KubeConfig();
        config.loadFromFile(kubeconfig);
        this.core = config.makeApiClient(CoreV1Api);
        this.apps = config.makeApiClient(AppsV1Api);
        this.custom = config.makeApiClient(CustomObjectsApi);
    }

    /**
     * Asks a program in the cluster, through a forwarded port. The API server's own way to a Service would have to pass
     * the policies of the program's namespace, which do not let it in.
     */
    public service({ namespace, name, port }: ServicePort, path: string, call: Call = {}): Promise<Answer> {
        return Kubectl.with(readFileSync(this.kubeconfig, "utf8"), async (kubectl) => {
            const forward = await kubectl.forward(namespace, `service/${name}`, port);
            try {
                return await ask(`http://127.0.0.1:${forward.port}${path}`, call);
            } finally {
                forward.close();
            }
        });
    }

    /** The same for programs that answer in JSON. @throws Error when it is no success */
    public async serviceJson<T>(service: ServicePort, path: string, call: Call = {}): Promise<T> {
        const { status, text } = await this.service(service, path, call);
        if (status >= 300) throw new Error(`${service.name}${path} answered ${status}: ${text.slice(0, 300)}`);
        return JSON.parse(text) as T;
    }
}

async function ask(url: string, { method = "GET", body }: Call): Promise<Answer> {
    const response = await fetch(url, {
        method,
        signal: AbortSignal.timeout(TIMEOUT_MS),
        ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
    });
    return { status: response.status, text: await response.text() };
}
