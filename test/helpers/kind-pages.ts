import assert from "node:assert/strict";
import { request } from "node:http";
import { HOST_ADDRESS, urlOf, type HostPort, type PortId } from "../../components/config/ports";
import { eventually } from "./kind-wait";

interface Page {
    readonly path: string;
    readonly status: number;
}

/** What answers without a login; the edge has no route for its own address, and says so. */
const PAGES: Readonly<Partial<Record<PortId, Page>>> = {
    traefik: { path: "/", status: 404 },
    prometheus: { path: "/-/ready", status: 200 },
    alertmanager: { path: "/-/ready", status: 200 },
    grafana: { path: "/api/health", status: 200 },
};

/** Waits until the program behind a port of this machine answers as it does when it is ready. */
export async function answers(port: HostPort): Promise<void> {
    const { path, status } = PAGES[port.id] ?? { path: "/", status: 200 };
    const answer = await eventually(`an answer of ${urlOf(port)}${path}`, async () => {
        const response = await fetch(`${urlOf(port)}${path}`, { redirect: "manual" });
        await response.arrayBuffer();
        if (response.status >= 500) throw new Error(`it answers ${response.status}`);
        return response.status;
    });
    assert.equal(answer, status, port.id);
}

/** Status of a request to a port of this machine, with headers that `fetch` would not send (`host`). */
export function statusOf(port: number, path: string, headers: Readonly<Record<string, string>>): Promise<number> {
    return new Promise((resolve, reject) => {
        request({ host: HOST_ADDRESS, port, path, headers: { ...headers, connection: "close" } }, (response) => {
            response.resume();
            response.on("end", () => resolve(response.statusCode ?? 0));
        })
            .on("error", reject)
            .end();
    });
}
