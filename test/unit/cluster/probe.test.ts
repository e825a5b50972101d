import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import {
    askForSchema,
    clusterUid,
    judgeCluster,
    probeCluster,
    type ProbeFacts,
} from "../../../components/cluster/probe";
import { type ClusterRecord, parseRecord, readRecord, readRecords } from "../../../components/cluster/record";

const RECORD: ClusterRecord = {
    name: "hearth-test",
    provider: "kind",
    stack: "dev-fast",
    checkout: "/somewhere/hearth",
    identity: "uid-1",
    configHash: "abc",
    ports: [30081],
    createdAt: "2026-01-01T00:00:00.000Z",
    engine: "docker",
};

describe("a cluster's record", () => {
    it("is read back as it was written", () => {
        assert.deepEqual(parseRecord(JSON.stringify(RECORD)), RECORD);
        const merged = { ...RECORD, mergedInto: "/home/u/.kube/config" };
        assert.deepEqual(parseRecord(JSON.stringify(merged)), merged);
    });

    it("counts as missing when it is cut off, empty or of another kind", () => {
        const broken = ["", "{", "[]", "null", "1", JSON.stringify({ ...RECORD, identity: "" })];
        const foreign = [
            { ...RECORD, provider: "existing" },
            { ...RECORD, ports: ["30081"] },
            { ...RECORD, checkout: undefined },
        ];
        for (const text of [...broken, ...foreign.map((value) => JSON.stringify(value))]) {
            assert.equal(parseRecord(text), undefined, text);
        }
    });
});

describe("judging a recorded cluster", () => {
    const cases: readonly (readonly [string, ProbeFacts, string])[] = [
        ["answers as itself", { uid: "uid-1", remains: "running" }, "alive"],
        ["answers as another", { uid: "uid-2", remains: "running" }, "other"],
        ["answers, with a part of it dead", { uid: "uid-1", remains: "stopped" }, "stopped"],
        ["is stopped", { uid: undefined, remains: "stopped" }, "stopped"],
        ["runs without answering", { uid: undefined, remains: "running" }, "stopped"],
        ["has an engine that is down", { uid: undefined, remains: "unknown" }, "stopped"],
        ["left nothing behind", { uid: undefined, remains: "nothing" }, "gone"],
    ];
    for (const [title, facts, expected] of cases) {
        it(`that ${title}: ${expected}`, () => assert.equal(judgeCluster(RECORD, facts).state, expected));
    }

    it("says why, with the engine's name where that is the reason", () => {
        const result = judgeCluster({ ...RECORD, engine: "podman" }, { uid: undefined, remains: "unknown" });
        assert.ok(result.state !== "absent");
        assert.match(result.why, /podman does not answer/);
    });
});

describe("probing", () => {
    let state: string;
    beforeEach(() => (state = mkdtempSync(join(tmpdir(), "hearth-state-"))));
    afterEach(() => rmSync(state, { recursive: true }));

    const write = (record: ClusterRecord): string => {
        const dir = join(state, "clusters", record.name);
        mkdirSync(dir, { recursive: true });
        writeFileSync(join(dir, "cluster.json"), JSON.stringify(record));
        return dir;
    };

    it("finds no cluster where there is no record", async () => {
        assert.deepEqual(await probeCluster("hearth-test", state), { state: "absent" });
        assert.deepEqual(readRecords(state), []);
    });

    it("finds a simulated cluster gone when its folder is empty", async () => {
        write({ ...RECORD, provider: "kwok" });
        assert.equal((await probeCluster("hearth-test", state)).state, "gone");
    });

    it("finds a simulated cluster stopped when its files are there and its processes are not", async () => {
        const work = join(write({ ...RECORD, provider: "kwok" }), "kwok", "clusters", "hearth-test");
        mkdirSync(join(work, "pids"), { recursive: true });
        writeFileSync(join(work, "kwok.yaml"), "");
        assert.equal((await probeCluster("hearth-test", state)).state, "stopped");
    });

    it("reads every whole record and passes over broken ones", () => {
        write(RECORD);
        const broken = write({ ...RECORD, name: "other" });
        writeFileSync(join(broken, "cluster.json"), "{");
        assert.deepEqual(readRecords(state), [RECORD]);
        assert.equal(readRecord("other", state), undefined);
    });

    it("gives up on an API that accepts and says nothing", async () => {
        const sockets: Socket[] = [];
        const silent = createServer((socket) => sockets.push(socket));
        await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
        const address = silent.address();
        assert.ok(address !== null && typeof address === "object");
        const path = join(state, "kubeconfig");
        const server = `https://127.0.0.1:${address.port}`;
        writeFileSync(
            path,
            stringify({ clusters: [{ name: "c", cluster: { server } }], users: [{ name: "c", user: {} }] }),
        );
        const start = Date.now();
        const uid = await clusterUid(path, 100);
        for (const socket of sockets) socket.destroy();
        silent.close();
        assert.equal(uid, undefined);
        assert.ok(Date.now() - start < 2000);
    });

    it("asks a cluster for its schema without waiting for what it says", async () => {
        const connected = new Promise<void>((resolve) => {
            const silent = createServer((socket) => {
                socket.once("data", () => {
                    socket.destroy();
                    silent.close(() => resolve());
                });
            });
            silent.listen(0, "127.0.0.1", () => {
                const address = silent.address();
                assert.ok(address !== null && typeof address === "object");
                const server = `https://127.0.0.1:${address.port}`;
                const users = [{ name: "c", user: {} }];
                const path = join(state, "kubeconfig");
                writeFileSync(path, stringify({ clusters: [{ name: "c", cluster: { server } }], users }));
                assert.equal(askForSchema(path), undefined);
            });
        });
        await connected;
    });

    it("asks nobody for a schema where there is no cluster", () => {
        assert.doesNotThrow(() => askForSchema(join(state, "none")));
        writeFileSync(join(state, "text"), "hello");
        assert.doesNotThrow(() => askForSchema(join(state, "text")));
    });

    it("takes a missing or unreadable kubeconfig for no answer", async () => {
        assert.equal(await clusterUid(join(state, "none")), undefined);
        const garbage = { server: "https://127.0.0.1:1", "certificate-authority-data": "bm8gUEVN" };
        for (const text of ["hello", "", stringify({ clusters: [{ cluster: garbage }] })]) {
            writeFileSync(join(state, "text"), text);
            assert.equal(await clusterUid(join(state, "text")), undefined, text);
        }
    });
});
