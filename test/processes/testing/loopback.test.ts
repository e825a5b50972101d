import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { freePorts, Loopback, statusOf } from "../../helpers/loopback";
import { isAlive, until } from "../../helpers/processes";

const HELPER = join(__dirname, "..", "..", "helpers", "loopback.ts");

describe("programs on loopback", function () {
    this.timeout(30_000);

    it("end with their folder, whatever they think of it", async () => {
        const loopback = new Loopback();
        const polite = loopback.start("sleep", ["600"]);
        const stubborn = loopback.start("sh", ["-c", "trap '' TERM; echo here; sleep 600; sleep 600"]);
        await stubborn.until("it has said so", () => stubborn.log.includes("here"));
        // Asking it nicely would take the grace of ten seconds.
        stubborn.kill();
        await loopback.dispose();
        for (const { pid, ended } of [polite, stubborn]) {
            assert.ok(ended);
            assert.ok(pid !== undefined && !isAlive(pid));
        }
        assert.equal(existsSync(loopback.folder), false);
    });

    it("tell what they said last when they end too early, or are not there", async () => {
        const loopback = new Loopback();
        try {
            const broken = loopback.start("sh", ["-c", "echo no such setting >&2; exit 3"]);
            await assert.rejects(
                broken.until("it is ready", () => false),
                /sh has ended:\n+no such setting/,
            );
            const missing = loopback.start(loopback.path("nothing"), []);
            await assert.rejects(
                missing.until("it is ready", () => false),
                /nothing has ended:\n+.*ENOENT/,
            );
            const slow = loopback.start("sleep", ["600"]);
            await assert.rejects(
                slow.until("it is ready", () => false, 300),
                /it is ready: not within 0.3 s/,
            );
        } finally {
            await loopback.dispose();
        }
    });

    it("do not outlive the process that started them, when that ends without a word", async () => {
        const script = `
            require("./tools/transpile.js");
            const { Loopback } = require(${JSON.stringify(HELPER)});
            console.log(new Loopback().start("sleep", ["600"]).pid);
            setTimeout(() => process.exit(1), 50);`;
        const { stdout } = spawnSync(process.execPath, ["-e", script], { encoding: "utf8" });
        const pid = Number(stdout.trim());
        assert.ok(pid > 1, stdout);
        await until(() => !isAlive(pid));
    });

    it("get ports that differ and are free", async () => {
        const ports = await freePorts(5);
        assert.equal(new Set(ports).size, 5);
        const [port = 0] = ports;
        const url = `http://127.0.0.1:${port}/`;
        assert.equal(await statusOf(url), 0);
        const server = createServer((_request, response) => response.writeHead(204).end());
        await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
        assert.equal(await statusOf(url), 204);
        server.closeAllConnections();
        server.close();
    });
});
