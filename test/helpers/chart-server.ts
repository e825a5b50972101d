import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface FakeServer {
    /** `127.0.0.1:41234` */
    readonly host: string;
    /** Paths that were asked for, in order. */
    readonly asked: readonly string[];
    readonly close: () => Promise<void>;
}

/** A server on the loopback. */
export async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<FakeServer> {
    const asked: string[] = [];
    const server: Server = createServer((request, response) => {
        asked.push(request.url ?? "");
        answer(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    return {
        host: `127.0.0.1:${port}`,
        asked,
        close: () =>
            new Promise((resolve) => {
                server.close(() => resolve());
                server.closeAllConnections();
            }),
    };
}

/** A server of files by their path; everything else is not found. */
export function serveFiles(files: Readonly<Record<string, string | Buffer>>): Promise<FakeServer> {
    return serve((request, response) => {
        const content = files[request.url ?? ""];
        response.statusCode = content === undefined ? 404 : 200;
        response.end(content);
    });
}

export interface FakeRegistryOptions {
    /** Refuses who brings no token, as ghcr.io does. */
    readonly token?: string;
    /** Serves other bytes than the manifest names. */
    readonly corrupt?: boolean;
}

/** An OCI registry with one chart, `<repository>:<tag>`. */
export function serveRegistry(
    repository: string,
    tag: string,
    chart: Buffer,
    options: FakeRegistryOptions = {},
): Promise<FakeServer> {
    const digest = `sha256:${createHash("sha256").update(chart).digest("hex")}`;
    const manifest = JSON.stringify({
        schemaVersion: 2,
        layers: [
            { mediaType: "application/vnd.cncf.helm.chart.provenance.v1.prov", digest: `sha256:${"0".repeat(64)}` },
            { mediaType: "application/vnd.cncf.helm.chart.content.v1.tar+gzip", digest },
        ],
    });
    return serve((request, response) => {
        const url = new URL(request.url ?? "", `http://${request.headers.host}`);
        if (url.pathname === "/token") {
            response.end(JSON.stringify({ token: options.token, scope: url.searchParams.get("scope") }));
            return;
        }
        if (options.token !== undefined && request.headers.authorization !== `Bearer ${options.token}`) {
            const realm = `http://${request.headers.host}/token`;
            const challenge = `Bearer realm="${realm}",service="fake",scope="repository:${repository}:pull"`;
            response.writeHead(401, { "www-authenticate": challenge }).end();
            return;
        }
        if (url.pathname === `/v2/${repository}/manifests/${tag}`) response.end(manifest);
        else if (url.pathname === `/v2/${repository}/blobs/${digest}`) {
            response.end(options.corrupt === true ? Buffer.from("other bytes") : chart);
        } else response.writeHead(404).end();
    });
}
