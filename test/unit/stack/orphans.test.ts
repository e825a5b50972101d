import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { endOrphans, pluginsIn } from "../../../tools/state/orphans";
import { isAlive } from "../../helpers/processes";

describe("plugins that run", () => {
    it("are those from Hearth's own homes of Pulumi, and no others", () => {
        const plugin = "plugins/resource-kubernetes-v4.25.0/pulumi-resource-kubernetes";
        const processes = [
            `  12 /cache/pulumi-home/ab12/${plugin} 127.0.0.1:4000`,
            `  13 /root/.pulumi/${plugin} 127.0.0.1:4000`,
            `  14 vi /cache/pulumi-home/ab12/${plugin} 127.0.0.1:4000`,
            `  15 /cache/pulumi-home/ab12/${plugin} -get-provider-info`,
        ].join("\n");
        assert.deepEqual(pluginsIn(processes, "/cache/pulumi-home"), [{ pid: 12, port: 4000 }]);
    });
});

describe("ending plugins whose engine was killed", function () {
    this.timeout(20_000);
    const cache = realpathSync(mkdtempSync(join(tmpdir(), "hearth-orphans-")));
    after(() => rmSync(cache, { recursive: true }));

    it("ends them, and leaves those whose engine is there", async () => {
        const plugin = join(cache, "pulumi-home", "key", "plugins", "resource-random-v1.0.0", "pulumi-resource-random");
        const start = (port: number): ChildProcess => {
            // Node takes the engine's address for the name of its program.
            writeFileSync(join(cache, `127.0.0.1:${port}`), "setTimeout(() => undefined, 60_000)");
            return spawn(process.execPath, [`127.0.0.1:${port}`], { argv0: plugin, cwd: cache, stdio: "ignore" });
        };
        const listen = async (): Promise<Server> => {
            const server = createServer().listen(0, "127.0.0.1");
            await once(server, "listening");
            return server;
        };
        const portOf = (server: Server): number => (server.address() as AddressInfo).port;
        const [engine, killed] = [await listen(), await listen()];
        const [busy, orphan] = [start(portOf(engine)), start(portOf(killed))];
        try {
            killed.close();
            const exit = once(orphan, "exit");
            assert.equal(await endOrphans(cache), 1);
            assert.deepEqual(await exit, [null, "SIGKILL"]);
            assert.equal(isAlive(busy.pid ?? 0), true);
            assert.equal(await endOrphans(cache), 0);
        } finally {
            for (const child of [busy, orphan]) child.kill("SIGKILL");
            engine.close();
        }
    });
});
