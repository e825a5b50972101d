import { request } from "node:https";
import type { RequestOptions } from "node:https";
import { CoreV1Api, CustomObjectsApi, KubeConfig } from "@kubernetes/client-node";

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
    public readonly custom: CustomObjectsApi;
    private readonly config = new KubeConfig();

    public constructor(kubeconfig: string) {
        this.config.loadFromFile(kubeconfig);
        this.core = this.config.makeApiClient(CoreV1Api);
        this.custom = this.config.makeApiClient(CustomObjectsApi);
    }

    /** Asks a program in the cluster, by way of the API server. */
    public service({ namespace, name, port }: ServicePort, path: string, call: Call = {}): Promise<Answer> {
        return this.request(`/api/v1/namespaces/${namespace}/services/${name}:${port}/proxy${path}`, call);
    }

    /** The same for programs that answer in JSON. @throws Error when it is no success */
    public async serviceJson<T>(service: ServicePort, path: string, call: Call = {}): Promise<T> {
        const { status, text } = await this.service(service, path, call);
        if (status >= 300) throw new Error(`${service.name}${path} answered ${status}: ${text.slice(0, 300)}`);
        return JSON.parse(text) as T;
    }

    private async request(path: string, { method = "GET", body }: Call): Promise<Answer> {
        const options: RequestOptions = { method, signal: AbortSignal.timeout(TIMEOUT_MS) };
        await this.config.applyToHTTPSOptions(options);
        const content = body === undefined ? undefined : JSON.stringify(body);
        const headers = content === undefined ? {} : { "content-type": "application/json" };
        const server = this.config.getCurrentCluster()?.server ?? "";
        return new Promise((resolve, reject) => {
            const call = request(new URL(path, server), { ...options, headers }, (response) => {
                let text = "";
                response.setEncoding("utf8");
                response.on("data", (part: string) => (text += part));
                response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
                response.on("error", reject);
            });
            call.on("error", reject);
            call.end(content);
        });
    }
}
