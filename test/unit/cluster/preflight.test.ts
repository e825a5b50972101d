import assert from "node:assert/strict";
import { createServer } from "node:net";
import { DEFAULT_LAYERS } from "../../../components/config/layers";
import { hostPorts } from "../../../components/config/ports";
import type { KindClusterConfig } from "../../../components/config/schema";
import {
    diskNeedMiB,
    judgeMachine,
    memoryNeedMiB,
    type Preflight,
    type PreflightFacts,
} from "../../../components/cluster/preflight";
import { publishes, readPreflightFacts } from "../../../components/cluster/preflight-facts";
import type { ClusterRecord } from "../../../components/cluster/record";
import { skip } from "../../helpers/skip";
import { kindClusterConfig } from "../../helpers/kind-config";

const CLUSTER = kindClusterConfig();

const WANTED = { cluster: CLUSTER, layers: DEFAULT_LAYERS, ports: hostPorts(DEFAULT_LAYERS, 0), portOffset: 0 };
const CHECKOUT = "/here/hearth";

const GOOD: PreflightFacts = {
    engine: { engine: "docker", state: "answers", memoryMiB: 16000, cgroupVersion: 2, rootless: false },
    takenPorts: [],
    records: [],
    memoryMiB: { total: 16000, available: 12000 },
    diskFreeMiB: 100000,
    inotify: { instances: 512, watches: 524288 },
};

const RECORD: ClusterRecord = {
    name: "hearth-full",
    provider: "kind",
    stack: "full",
    checkout: "/there/hearth",
    identity: "u",
    configHash: "",
    ports: [30081, 30300],
    createdAt: "",
};

function judge(changes: Partial<PreflightFacts>, cluster: Partial<KindClusterConfig> = {}): Preflight {
    return judgeMachine({ ...WANTED, cluster: { ...CLUSTER, ...cluster } }, CHECKOUT, { ...GOOD, ...changes });
}

function only(preflight: Preflight): Preflight["problems"][number] {
    const [problem, ...more] = preflight.problems;
    assert.ok(problem !== undefined && more.length === 0, JSON.stringify(preflight.problems));
    return problem;
}

describe("a machine that can carry a kind cluster", () => {
    it("has no problems and no warnings", () => assert.deepEqual(judge({}), { problems: [], warnings: [] }));

    it("is not doubted for facts that cannot be had", () => {
        assert.deepEqual(judgeMachine(WANTED, CHECKOUT, { takenPorts: [], records: [] }), {
            problems: [],
            warnings: [],
        });
    });

    it("is not asked for anything by other providers", () => {
        const cluster = { provider: "kwok", name: "k", workers: 0, cni: "kindnetd" } as const;
        const facts = { ...GOOD, engine: { engine: "docker", state: "missing" } as const };
        assert.deepEqual(judgeMachine({ ...WANTED, cluster }, CHECKOUT, facts), { problems: [], warnings: [] });
    });
});

describe("the container engine", () => {
    it("must be there", () => {
        const { where, what, fix } = only(judge({ engine: { engine: "podman", state: "missing" } }));
        assert.match(where, /podman/);
        assert.match(what, /not installed/);
        assert.match(fix, /kwok/);
    });

    it("must answer; what it says is passed on", () => {
        const problem = only(judge({ engine: { engine: "docker", state: "silent", reason: "permission denied" } }));
        assert.match(problem.what, /permission denied/);
    });

    it("must not run on cgroup v1 where the kubelet refuses it", () => {
        const engine = { engine: "docker", state: "answers", cgroupVersion: 1 } as const;
        assert.deepEqual(judge({ engine }).problems, []);
        assert.match(only(judge({ engine }, { nodeImage: "kindest/node:v1.35.0" })).what, /cgroup v1/);
        assert.match(only(judge({ engine: { ...engine, rootless: true } })).what, /rootless/);
    });
});

describe("host ports", () => {
    it("name their holder, and an offset that is free for all of them", () => {
        const takenPorts = [
            { port: 30081, holder: "nginx (process 7)" },
            { port: 30400, holder: "x (process 8)" },
        ];
        const { where, what, fix } = only(judge({ takenPorts }));
        assert.match(where, /30081/);
        assert.match(what, /nginx \(process 7\)/);
        // 100 would run into 30400, where Grafana's 30300 would go.
        assert.match(fix, /portOffset 200$/);
    });

    it("may be another user's, whom the system does not name", () => {
        assert.match(only(judge({ takenPorts: [{ port: 30081 }] })).what, /another user/);
    });

    it("belong to the stack that holds them, running or stopped", () => {
        const { problems } = judge({ records: [RECORD] });
        assert.equal(problems.length, 2);
        assert.match(problems[0]?.what ?? "", /stack full of \/there\/hearth/);
        assert.match(problems[0]?.fix ?? "", /portOffset 100/);
    });

    it("are not held by a simulated stack, which listens on none", () => {
        assert.deepEqual(judge({ records: [{ ...RECORD, provider: "kwok" }] }).problems, []);
    });

    it("are no problem when our own cluster has them", () => {
        const records = [{ ...RECORD, name: CLUSTER.name, checkout: CHECKOUT }];
        for (const holder of ["container hearth-test-control-plane", "docker-proxy (process 9)", undefined]) {
            const taken = { port: 30081, ...(holder === undefined ? {} : { holder }) };
            assert.deepEqual(judge({ records, takenPorts: [taken] }).problems, [], holder);
        }
    });

    it("are a problem when somebody took one while our own cluster was stopped", () => {
        const records = [{ ...RECORD, name: CLUSTER.name, checkout: CHECKOUT }];
        assert.match(
            only(judge({ records, takenPorts: [{ port: 30081, holder: "nginx (process 7)" }] })).what,
            /nginx/,
        );
    });

    it("are a problem when another checkout has a cluster of the same name", () => {
        assert.equal(judge({ records: [{ ...RECORD, name: CLUSTER.name }] }).problems.length, 2);
    });
});

describe("memory and disk", () => {
    it("grow with nodes and layers", () => {
        const small = { cluster: CLUSTER, layers: [] };
        const worker = { cluster: { ...CLUSTER, workers: 1 }, layers: [] };
        assert.ok(memoryNeedMiB(small) < memoryNeedMiB(worker) && memoryNeedMiB(small) < memoryNeedMiB(WANTED));
        assert.ok(diskNeedMiB(small) < diskNeedMiB(worker) && diskNeedMiB(small) < diskNeedMiB(WANTED));
        assert.ok(memoryNeedMiB(WANTED) < 4096, "a laptop of 8 GiB must do");
    });

    it("are refused when they cannot do, with both numbers", () => {
        const engine = { engine: "docker", state: "answers", memoryMiB: 1000 } as const;
        assert.match(only(judge({ engine })).what, new RegExp(`1000 MiB.*${memoryNeedMiB(WANTED)} MiB`));
        assert.match(only(judge({ diskFreeMiB: 900 })).what, new RegExp(`900 MiB.*${diskNeedMiB(WANTED)} MiB`));
    });

    it("only warn when other programs use the memory now", () => {
        const { problems, warnings } = judge({ memoryMiB: { total: 16000, available: 800 } });
        assert.deepEqual(problems, []);
        assert.match(warnings[0]?.what ?? "", /800 MiB/);
    });

    it("are not asked of a cluster that is there already", () => {
        const records = [{ ...RECORD, name: CLUSTER.name, checkout: CHECKOUT }];
        assert.deepEqual(judge({ records, diskFreeMiB: 1, memoryMiB: { total: 16000, available: 1 } }), {
            problems: [],
            warnings: [],
        });
    });
});

describe("a cluster that makes way for another one", () => {
    const records = [{ ...RECORD, name: CLUSTER.name, checkout: CHECKOUT }];
    const judged = (facts: Partial<PreflightFacts>): Preflight =>
        judgeMachine(WANTED, CHECKOUT, { ...GOOD, records, ...facts }, { replaced: true });

    it("gives up its ports and its disk", () => {
        const takenPorts = [{ port: 30081, holder: `container ${CLUSTER.name}-control-plane` }];
        assert.deepEqual(judged({ takenPorts, diskFreeMiB: 1 }), { problems: [], warnings: [] });
    });

    it("stays while the machine is too small for the other one", () => {
        const engine = { engine: "docker", state: "answers", memoryMiB: 1000 } as const;
        assert.equal(only(judged({ engine })).where, "memory");
    });
});

describe("inotify limits", () => {
    it("are refused when the nodes would run into them, with the command that raises them", () => {
        const { where, what, fix } = only(judge({ inotify: { instances: 32, watches: 524288 } }));
        assert.equal(where, "fs.inotify.max_user_instances");
        assert.match(what, /is 32/);
        assert.match(fix, /sysctl fs\.inotify\.max_user_instances=512/);
        assert.match(only(judge({ inotify: { instances: 512, watches: 1000 } })).fix, /max_user_watches=524288/);
    });

    it("do for one small cluster by a distribution's default, and not for many", () => {
        const inotify = { instances: 128, watches: 192536 };
        assert.deepEqual(judge({ inotify }).problems, []);
        const others = ["a", "b", "c"].map((name) => ({ ...RECORD, name, ports: [] }));
        assert.equal(only(judge({ inotify, records: others })).where, "fs.inotify.max_user_instances");
        assert.equal(only(judge({ inotify }, { workers: 3 })).where, "fs.inotify.max_user_instances");
    });
});

describe("reading the facts", () => {
    it("finds a port in docker's list, alone and in a range", () => {
        const line = "web 127.0.0.1:30080-30082->30080-30082/tcp, 0.0.0.0:443->8443/tcp";
        assert.deepEqual(
            [30080, 30081, 30083, 443, 8443].map((port) => publishes(line, port)),
            [true, true, false, true, false],
        );
    });

    it("sees who listens on a wanted port", async function () {
        const server = createServer();
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        const address = server.address();
        assert.ok(address !== null && typeof address === "object");
        const [port] = WANTED.ports;
        assert.ok(port !== undefined);
        const ports = [{ ...port, hostPort: address.port }];
        const { takenPorts } = await readPreflightFacts({ cluster: CLUSTER, ports });
        server.close();
        assert.equal(takenPorts.length, 1);
        assert.equal(takenPorts[0]?.port, address.port);
        if (takenPorts[0].holder === undefined) skip(this, "this system does not tell who listens on a port");
        assert.match(takenPorts[0].holder, new RegExp(`\\(process ${process.pid}\\)$`));
    });
});
