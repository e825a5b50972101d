import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createServer, type AddressInfo, type Server } from "node:net";
import { ATTEMPTS, seenIn, type Probe } from "../../helpers/kind-probes";
import { capture } from "../../../tools/lib/process";
import { skip } from "../../helpers/skip";

describe("attempts to connect, as the tests of real clusters make them", function () {
    this.timeout(20_000);
    const servers: Server[] = [];

    before(function () {
        if (spawnSync("bash", ["--version"]).status !== 0) skip(this, "they are made by bash");
    });
    after(() => {
        for (const server of servers) server.close();
    });

    /** A server that does something with each connection. */
    async function port(behave: Parameters<typeof createServer>[1]): Promise<number> {
        const server = createServer({}, behave);
        servers.push(server);
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        return (server.address() as AddressInfo).port;
    }

    it("tell connections that stand from those that were ended, refused or answered", async () => {
        const ports = {
            waits: await port((socket) => socket.on("error", () => undefined).unref()),
            ends: await port((socket) => socket.end()),
            answers: await port((socket) => socket.once("data", (data) => socket.end(data))),
            nobody: await port(() => undefined),
        };
        await new Promise((resolve) => servers[3]?.close(resolve));
        const probe = (at: number, payload?: string): Probe => ({
            address: "127.0.0.1",
            port: at,
            protocol: "TCP",
            watch: 1,
            ...(payload === undefined ? {} : { payload }),
        });
        const probes = [
            probe(ports.waits),
            probe(ports.ends),
            probe(ports.answers, "\\x00\\x61"),
            probe(ports.nobody),
            { ...probe(ports.nobody, "a"), protocol: "UDP" } as const,
        ];
        const { stdout } = await capture("bash", ["-c", ATTEMPTS.script], { input: ATTEMPTS.input(probes) });
        assert.deepEqual(seenIn(stdout, probes).slice(0, 4), ["open", "closed", "open", "refused"]);
        assert.notEqual(seenIn(stdout, probes)[4], "open");
    });

    it("may not go missing", () => {
        const one: Probe = { address: "127.0.0.1", port: 1, protocol: "TCP", watch: 1 };
        assert.deepEqual(seenIn("0 124\n", [one]), ["silent"]);
        assert.throws(() => seenIn("0 124\n", [one, one]), /attempt 1 said nothing/);
    });
});
