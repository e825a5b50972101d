import assert from "node:assert/strict";
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../../../components/config/problems";
import type { DesiredStorage } from "../../../components/storage/bootstrap-plan";
import { garageToml } from "../../../components/storage/garage-config";
import { AdminApi } from "../../../tools/garage/admin-api";
import { bootstrap, converge } from "../../../tools/garage/bootstrap";
import { FakeGarage } from "../../helpers/fake-garage";
import { skip } from "../../helpers/skip";

const TOKEN = "admin-token-0123456789";
const hex = (bytes: number): string => randomBytes(bytes).toString("hex");
const LOKI = { consumer: "loki", id: `GK${hex(12)}`, secret: hex(32), buckets: ["loki-chunks", "loki-ruler"] };
const TEMPO = { consumer: "tempo", id: `GK${hex(12)}`, secret: hex(32), buckets: ["tempo-traces"] };
const DESIRED: DesiredStorage = {
    keys: [LOKI, TEMPO],
    buckets: [
        { alias: "loki-chunks", maxSize: 5_000_000 },
        { alias: "loki-ruler", maxSize: 500_000 },
        { alias: "tempo-traces", maxSize: 3_500_000 },
    ],
};
const PODS = {
    items: [{ metadata: { name: "garage-0" }, status: { conditions: [{ type: "Ready", status: "True" }] } }],
};

interface Server {
    readonly port: number;
    stop(): Promise<void>;
}

/** What every server of the admin API must do, be it the real one or ours. */
function behavesLikeGarage(start: (context: Mocha.Context) => Promise<Server>): void {
    let server: Server | undefined;
    const said: string[] = [];
    const go = async (desired: DesiredStorage = DESIRED): Promise<string | undefined> => {
        said.length = 0;
        await converge(new AdminApi(`http://127.0.0.1:${server?.port ?? 0}`, TOKEN), desired, (line) =>
            said.push(line),
        );
        return said.at(-1);
    };

    before(async function () {
        server = await start(this);
    });
    after(async () => server?.stop());

    it("makes everything once and finds nothing to do after that", async () => {
        assert.equal(await go(), "Garage: 11 changes made");
        assert.equal(await go(), "Garage's keys and buckets are as they should be");
    });

    it("changes a quota and nothing else", async () => {
        const buckets = DESIRED.buckets.map((bucket) => ({ ...bucket, maxSize: bucket.maxSize + 1 }));
        assert.equal(await go({ ...DESIRED, buckets }), "Garage: 3 changes made");
        assert.equal(await go(), "Garage: 3 changes made");
    });

    it("moves the rights to a rotated key and can move them back", async () => {
        const rotated = { ...DESIRED, keys: [{ ...LOKI, id: `GK${hex(12)}`, secret: hex(32) }, TEMPO] };
        assert.equal(await go(rotated), "Garage: 5 changes made");
        assert.equal(await go(), "Garage: 4 changes made");
        assert.equal(await go(), "Garage's keys and buckets are as they should be");
    });

    it("refuses another secret for a known id, without telling one", async () => {
        const other = hex(32);
        const desired = { ...DESIRED, keys: [{ ...LOKI, secret: other }, TEMPO] };
        await assert.rejects(go(desired), (error: unknown) => {
            assert.ok(error instanceof UserError);
            assert.ok(!error.message.includes(other) && !error.message.includes(LOKI.secret));
            return true;
        });
    });

    it("says no secret", async () => {
        await go({ ...DESIRED, keys: [{ ...LOKI, id: `GK${hex(12)}`, secret: hex(32) }, TEMPO] });
        assert.ok(said.length > 0);
        assert.doesNotMatch(said.join("\n"), /[0-9a-f]{64}/);
        assert.ok(!said.join("\n").includes(TOKEN));
        await go();
    });
}

describe("the bootstrap on our stand-in of the admin API", () => {
    behavesLikeGarage(() => FakeGarage.start(TOKEN));
});

describe("the bootstrap on a real Garage", () => {
    behavesLikeGarage(async (context) => {
        if (spawnSync("garage", ["--version"]).status !== 0) skip(context, "there is no garage on PATH");
        context.timeout(30_000);
        const folder = mkdtempSync(join(tmpdir(), "garage-"));
        const [s3, rpc, admin] = [0, 1, 2].map((index) => 20_000 + (process.pid % 10_000) + index * 10_000);
        const config = garageToml()
            .replaceAll("/var/lib/garage", folder)
            .replaceAll("0.0.0.0", "127.0.0.1")
            .replaceAll("3900", String(s3))
            .replaceAll("3901", String(rpc))
            .replaceAll("3903", String(admin));
        writeFileSync(join(folder, "garage.toml"), config);
        const child: ChildProcess = spawn("garage", ["server", "--single-node"], {
            stdio: "ignore",
            env: {
                ...process.env,
                GARAGE_CONFIG_FILE: join(folder, "garage.toml"),
                GARAGE_RPC_SECRET: hex(32),
                GARAGE_ADMIN_TOKEN: TOKEN,
                GARAGE_METRICS_TOKEN: hex(32),
            },
        });
        for (;;) {
            const health = await fetch(`http://127.0.0.1:${admin ?? 0}/health`).catch(() => undefined);
            if (health?.ok === true) break;
            await sleep(100);
        }
        return {
            port: admin ?? 0,
            stop: async () => {
                const gone = new Promise((resolve) => child.once("exit", resolve));
                child.kill();
                await gone;
                rmSync(folder, { recursive: true, force: true });
            },
        };
    });
});

describe("the bootstrap through kubectl", () => {
    const path = process.env["PATH"] ?? "";
    let folder = "";
    let fake: FakeGarage | undefined;

    /** A kubectl that knows of pods what `pods` says, and forwards to our stand-in. */
    function fakeKubectl(pods: unknown): void {
        writeFileSync(join(folder, "pods.json"), JSON.stringify(pods));
        const script = `#!/bin/sh
printf '%s\\n' "$*" >> ${folder}/calls
cat "$2" > ${folder}/kubeconfig-seen
case "$*" in
*port-forward*) echo "Forwarding from 127.0.0.1:${fake?.port ?? 0} -> 3903"; exec sleep 60 ;;
*) cat ${folder}/pods.json ;;
esac
`;
        writeFileSync(join(folder, "kubectl"), script);
        chmodSync(join(folder, "kubectl"), 0o755);
    }

    before(async () => {
        folder = mkdtempSync(join(tmpdir(), "kubectl-"));
        fake = await FakeGarage.start(TOKEN);
        process.env["PATH"] = `${folder}:${path}`;
    });
    after(async () => {
        process.env["PATH"] = path;
        await fake?.stop();
        rmSync(folder, { recursive: true, force: true });
    });

    const input = { kubeconfig: "kubeconfig-text", adminToken: TOKEN, desired: DESIRED };

    it("reaches the admin API with the given kubeconfig, of which nothing stays behind", async () => {
        fakeKubectl(PODS);
        const said: string[] = [];
        await bootstrap(input, (line) => said.push(line));
        assert.equal(said.at(-1), "Garage: 11 changes made");
        assert.equal(readFileSync(join(folder, "kubeconfig-seen"), "utf8"), "kubeconfig-text");
        const calls = readFileSync(join(folder, "calls"), "utf8");
        assert.match(calls, /-n storage port-forward --address 127\.0\.0\.1 pod\/garage-0 :3903/);
        assert.doesNotMatch(calls, /token|[0-9a-f]{64}/);
        const [, file = ""] = /--kubeconfig (\S+)/.exec(calls) ?? [];
        assert.match(file, /\/hearth-[^/]+\/[^/]+$/);
        assert.ok(!existsSync(dirname(file)));
    });

    it("tries again when the connection breaks", async () => {
        fakeKubectl(PODS);
        assert.ok(fake !== undefined);
        fake.broken = 2;
        const said: string[] = [];
        await bootstrap(input, (line) => said.push(line));
        assert.match(said.join("\n"), /trying again/);
        assert.equal(said.at(-1), "Garage's keys and buckets are as they should be");
    });
});
