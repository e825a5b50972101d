import { request, type Agent, type IncomingHttpHeaders } from "node:http";
import { HOST_ADDRESS } from "../../components/config/ports";
import type { KindStack } from "./kind-stack";

/** A request at the edge's port of this machine. */
export interface EdgeRequest {
    readonly path: string;
    readonly method?: string;
    /** With `host`, by which routes are found: fetch does not let one choose that. */
    readonly headers: Readonly<Record<string, string>> & { readonly host: string };
    readonly body?: string;
    readonly agent?: Agent;
}

export interface EdgeAnswer {
    readonly status: number;
    readonly headers: IncomingHttpHeaders;
    readonly text: string;
}

/** Asks the edge of a stack as a user of this machine does. */
export function askEdge(
    stack: KindStack,
    { path, method = "GET", headers, body, agent }: EdgeRequest,
): Promise<EdgeAnswer> {
    const port = stack.config.ports.find(({ id }) => id === "traefik")?.hostPort;
    return new Promise((resolve, reject) => {
        const call = request(
            { host: HOST_ADDRESS, port, path, method, headers, ...(agent && { agent }) },
            (response) => {
                let text = "";
                response.setEncoding("utf8");
                response.on("data", (part: string) => (text += part));
                response.on("end", () =>
                    resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
                );
                response.on("error", reject);
            },
        );
        call.on("error", reject);
        call.end(body);
    });
}
