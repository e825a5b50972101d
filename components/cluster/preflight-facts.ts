import { spawnSync } from "node:child_process";
import { readFileSync, readdirSync, readlinkSync, statfsSync } from "node:fs";
import { createServer } from "node:net";
import { totalmem } from "node:os";
import { HOST_ADDRESS } from "../config/ports";
import type { ContainerEngine, PlatformConfig } from "../config/schema";
import type { EngineFacts, PreflightFacts, TakenPort } from "./preflight";
import { readRecords } from "./record";

const MIB = 2 ** 20;
const TIMEOUT_MS = 5000;

/** Reads what `judgeMachine` judges by; for a cluster that is not kind's, next to nothing. */
export async function readPreflightFacts(config: Pick<PlatformConfig, "cluster" | "ports">): Promise<PreflightFacts> {
    const { cluster, ports } = config;
    if (cluster.provider !== "kind") return { takenPorts: [], records: [] };
    const engine = engineFacts(cluster.engine);
    const taken = await Promise.all(ports.map(async ({ hostPort }) => ((await isTaken(hostPort)) ? [hostPort] : [])));
    return {
        engine: engine.facts,
        takenPorts: holders(taken.flat(), cluster.engine),
        records: readRecords(),
        ...memoryFacts(),
        ...diskFacts(engine.root),
        ...inotifyFacts(),
    };
}

function run(
    command: string,
    args: readonly string[],
): { readonly ok: boolean; readonly out: string; readonly error: string; readonly missing: boolean } {
    const result = spawnSync(command, args, {
        encoding: "utf8",
        timeout: TIMEOUT_MS,
        stdio: ["ignore", "pipe", "pipe"],
    });
    const missing = result.error !== undefined && "code" in result.error && result.error.code === "ENOENT";
    return { ok: result.status === 0, out: result.stdout ?? "", error: result.stderr ?? "", missing };
}

function engineFacts(engine: ContainerEngine): { readonly facts: EngineFacts; readonly root?: string } {
    const { ok, out, error, missing } = run(engine, ["info", "--format", "{{json .}}"]);
    if (missing) return { facts: { engine, state: "missing" } };
    const info = object(out);
    // Docker's client prints what it knows itself and says in ServerErrors that the daemon did not answer.
    const refused = Array.isArray(info["ServerErrors"]) ? info["ServerErrors"].map(String) : [];
    if (!ok || refused.length > 0) {
        const reason = (refused[0] ?? error).split("\n").find((line) => line.trim() !== "");
        return { facts: { engine, state: "silent", ...(reason === undefined ? {} : { reason: reason.trim() }) } };
    }
    // Podman nests what Docker and nerdctl have at the top.
    const host = nested(info["host"]);
    const security = nested(host["security"]);
    const memory = info["MemTotal"] ?? host["memTotal"];
    const cgroup = String(info["CgroupVersion"] ?? host["cgroupVersion"] ?? "").replace(/^v/, "");
    const root = info["DockerRootDir"] ?? nested(info["store"])["graphRoot"];
    const options: readonly unknown[] = Array.isArray(info["SecurityOptions"]) ? info["SecurityOptions"] : [];
    return {
        facts: {
            engine,
            state: "answers",
            rootless: security["rootless"] === true || options.includes("name=rootless"),
            ...(typeof memory === "number" ? { memoryMiB: Math.floor(memory / MIB) } : {}),
            ...(cgroup === "1" ? { cgroupVersion: 1 } : cgroup === "2" ? { cgroupVersion: 2 } : {}),
        },
        ...(typeof root === "string" ? { root } : {}),
    };
}

type Fields = Readonly<Record<string, unknown>>;

function object(text: string): Fields {
    try {
        return nested(JSON.parse(text));
    } catch {
        return {};
    }
}

function nested(value: unknown): Fields {
    return value !== null && typeof value === "object" ? { ...value } : {};
}

/** Whether a port cannot be had on the address that Hearth binds, or on all addresses. */
function isTaken(port: number): Promise<boolean> {
    return new Promise((resolve) => {
        const server = createServer();
        server.once("error", () => resolve(true));
        server.listen(port, HOST_ADDRESS, () => server.close(() => resolve(false)));
    });
}

/** Who holds ports: a container by the engine's word, else a process by the system's. */
function holders(ports: readonly number[], engine: ContainerEngine): readonly TakenPort[] {
    if (ports.length === 0) return [];
    const containers = run(engine, ["ps", "--format", "{{.Names}} {{.Ports}}"]).out.split("\n");
    const sockets = linuxSockets();
    return ports.map((port) => {
        const container = containers.find((line) => publishes(line, port))?.split(" ")[0];
        const holder = container === undefined ? processOf(port, sockets) : `container ${container}`;
        return { port, ...(holder === undefined ? {} : { holder }) };
    });
}

/** True when `docker ps` shows a host port in a line; neighbouring ports are shown as a range. */
export function publishes(line: string, port: number): boolean {
    return [...line.matchAll(/:(\d+)(?:-(\d+))?->/g)].some(
        ([, first = "", last = first]) => Number(first) <= port && port <= Number(last),
    );
}

function processOf(port: number, sockets: ReadonlyMap<number, string>): string | undefined {
    const inode = sockets.get(port);
    if (inode !== undefined) return linuxProcess(inode);
    // -F prints one field a line: p<process id>, c<command>.
    const fields = run("lsof", ["-nP", `-iTCP:${port}`, "-sTCP:LISTEN", "-Fpc"]).out.split("\n");
    const pid = fields.find((field) => field.startsWith("p"))?.slice(1);
    const name = fields.find((field) => field.startsWith("c"))?.slice(1);
    return pid === undefined ? undefined : `${name ?? "a program"} (process ${pid})`;
}

/** Listening port to its socket's inode, from /proc; empty where there is none. */
function linuxSockets(): ReadonlyMap<number, string> {
    const rows = ["/proc/net/tcp", "/proc/net/tcp6"].flatMap((path) => (read(path) ?? "").split("\n").slice(1));
    return new Map(
        rows
            .map((row) => row.trim().split(/\s+/))
            // Field 3 is the state (0A: listening), 1 address and port in hex, 9 the inode.
            .filter((fields) => fields[3] === "0A")
            .map((fields) => [parseInt(fields[1]?.split(":")[1] ?? "", 16), fields[9] ?? ""]),
    );
}

function linuxProcess(inode: string): string | undefined {
    const pid = list("/proc").find((entry) => /^\d+$/.test(entry) && holdsSocket(entry, inode));
    return pid === undefined ? undefined : `${(read(`/proc/${pid}/comm`) ?? "a program").trim()} (process ${pid})`;
}

function holdsSocket(pid: string, inode: string): boolean {
    return list(`/proc/${pid}/fd`).some((descriptor) => {
        try {
            return readlinkSync(`/proc/${pid}/fd/${descriptor}`) === `socket:[${inode}]`;
        } catch {
            return false;
        }
    });
}

function memoryFacts(): Pick<PreflightFacts, "memoryMiB"> {
    const available = /^MemAvailable:\s+(\d+) kB/m.exec(read("/proc/meminfo") ?? "")?.[1];
    // Elsewhere the containers live in a virtual machine, and only the engine knows its memory.
    if (available === undefined) return {};
    return { memoryMiB: { total: Math.floor(totalmem() / MIB), available: Math.floor(Number(available) / 1024) } };
}

function diskFacts(root: string | undefined): Pick<PreflightFacts, "diskFreeMiB"> {
    try {
        if (root === undefined) return {};
        const { bavail, bsize } = statfsSync(root);
        return { diskFreeMiB: Math.floor((bavail * bsize) / MIB) };
    } catch {
        // The folder is in a virtual machine, or closed to this user.
        return {};
    }
}

function inotifyFacts(): Pick<PreflightFacts, "inotify"> {
    const [instances, watches] = ["instances", "watches"].map((kind) =>
        Number(read(`/proc/sys/fs/inotify/max_user_${kind}`) ?? NaN),
    );
    if (instances === undefined || watches === undefined || Number.isNaN(instances + watches)) return {};
    return { inotify: { instances, watches } };
}

function read(path: string): string | undefined {
    try {
        return readFileSync(path, "utf8");
    } catch {
        return undefined;
    }
}

function list(path: string): readonly string[] {
    try {
        return readdirSync(path);
    } catch {
        return [];
    }
}
