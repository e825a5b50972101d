import assert from "node:assert/strict";
import * as http from "node:http";
import * as https from "node:https";
import { HOST_ADDRESS, urlOf, type HostPort, type PortId } from "../../components/config/ports";
import { eventually } from "./kind-wait";

interface Page {
    readonly path: string;
    readonly status: number;
}

/** What answers without a login. */
const PAGES: Readonly<Partial<Record<PortId, Page>>> = {
    // The edge has no route for its own address, and says so.
    traefik: { path: "/", status: 404 },
    prometheus: { path: "/-/ready", status: 200 },
    alertmanager: { path: "/-/ready", status: 200 },
    grafana: { path: "/api/health", status: 200 },
    // Whoever comes without TLS is sent to the same page with it.
    "argocd-http": { path: "/healthz", status: 307 },
    "argocd-https": { path: "/healthz", status: 200 },
};

/** Waits until the program behind a port of this machine answers as it does when it is ready. */
export async function answers(port: HostPort): Promise<void> {
    const { path, status } = PAGES[port.id] ?? { path: "/", status: 200 };
    const url = `${urlOf(port)}${path}`;
    const answer = await eventually(`an answer of ${url}`, async () => {
        const given = await get(url);
        if (given.status >= 500) throw new Error(`it answers ${given.status}`);
        return given;
    });
    assert.equal(answer.status, status, port.id);
    if (answer.location === undefined) return;
    assert.equal(answer.location, url.replace(/^http:/, "https:"));
    assert.equal((await get(answer.location)).status, 200, answer.location);
}

interface Answer {
    readonly status: number;
    readonly location: string | undefined;
}

/** One request, which follows no redirect. A certificate may be the program's own, which no authority has signed. */
function get(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    const { request } = url.startsWith("https:") ? https : http;
    return new Promise((resolve, reject) => {
        const options = { headers: { ...headers, connection: "close" }, rejectUnauthorized: false };
        request(url, options, (response) => {
            response.resume();
            const { statusCode: status = 0, headers: given } = response;
            response.on("end", () => resolve({ status, location: given.location }));
        })
            .on("error", reject)
            .end();
    });
}

/** Status of a request to a port of this machine, with headers that `fetch` would not send (`host`). */
export async function statusOf(port: number, path: string, headers: Readonly<Record<string, string>>): Promise<number> {
    return (await get(`http://${HOST_ADDRESS}:${port}${path}`, headers)).status;
}
