import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";
import { parse } from "yaml";
import { clusterDir, stateDir } from "../config/paths";
import { type ClusterRecord, kubeconfigPath, readRecord } from "./record";
import { fields, type Fields } from "../core/fields";

/**
 * What has become of a cluster that was made once:
 * - `absent`: there is no record, so none was made (whole) or it was deleted by us;
 * - `alive`: it answers, and it is the recorded one;
 * - `stopped`: it is there and does not answer; starting it again brings it back with all its data;
 * - `gone`: somebody removed it behind our back; what Pulumi's state says of its inside is not true any more;
 * - `other`: what answers under its name and address is another cluster.
 */
export type ProbeResult =
    | { readonly state: "absent" }
    | { readonly state: "alive" | "stopped" | "gone" | "other"; readonly record: ClusterRecord; readonly why: string };

/** What is seen of a recorded cluster. */
export interface ProbeFacts {
    /** UID of `kube-system` as its API tells it; undefined without an answer. */
    readonly uid: string | undefined;
    /**
     * What of it is on the machine, asked only where something is amiss: all of it running, all or some of it stopped,
     * nothing left; `unknown` when the container engine does not answer.
     */
    readonly remains: "running" | "stopped" | "nothing" | "unknown";
}

/** Judges a recorded cluster by what is seen of it. When in doubt it is `stopped`: nothing is thrown away on a guess. */
export function judgeCluster(record: ClusterRecord, { uid, remains }: ProbeFacts): ProbeResult {
    if (uid !== undefined && uid !== record.identity) {
        return { state: "other", record, why: `its kube-system is ${uid}, ours was ${record.identity}` };
    }
    if (uid !== undefined && remains !== "stopped") return { state: "alive", record, why: "it answers" };
    switch (remains) {
        case "nothing":
            return { state: "gone", record, why: "nothing of it is left on this machine" };
        case "stopped":
            return { state: "stopped", record, why: "it is there, and not all of it is running" };
        case "running":
            return { state: "stopped", record, why: "it is running, but its API does not answer" };
        case "unknown":
            return { state: "stopped", record, why: `${record.engine ?? "its container engine"} does not answer` };
    }
}

/** A local API server answers in milliseconds, one that is starting may take a second. */
const API_TIMEOUT_MS = 2500;
const ENGINE_TIMEOUT_MS = 5000;
/** After that the provider has asked itself. */
const SCHEMA_TIMEOUT_MS = 10_000;

/** Probes the cluster of a name. Takes some 30 ms when it is alive. */
export async function probeCluster(name: string, state: string = stateDir()): Promise<ProbeResult> {
    const record = readRecord(name, state);
    if (record === undefined) return { state: "absent" };
    const uid = await clusterUid(kubeconfigPath(name, state));
    return judgeCluster(record, {
        uid,
        remains: uid !== undefined && record.provider === "kind" ? "running" : remainsOf(record, state),
    });
}

/**
 * UID of namespace `kube-system` in the cluster of a kubeconfig with client certificates, as those of kind and kwok
 * are; undefined when there is no answer in time. Asked directly: starting kubectl takes longer than the answer.
 */
export async function clusterUid(kubeconfig: string, timeoutMs: number = API_TIMEOUT_MS): Promise<string | undefined> {
    try {
        return uidOf(await get(readAccess(kubeconfig), "/api/v1/namespaces/kube-system", timeoutMs));
    } catch {
        // No kubeconfig, no whole one, no connection, no answer in time: all the same here.
        return undefined;
    }
}

/** What client-go asks for; another form of the document would be computed for itself. */
const OPENAPI_V2 = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";

/**
 * Has the API server compute its OpenAPI document, which takes it a second of a processor after kinds were added: Pulumi's
 * provider asks for that before it does anything. Nobody waits for the answer, and none is as good.
 */
export function askForSchema(kubeconfig: string): void {
    try {
        const { server, ...tls } = readAccess(kubeconfig);
        const signal = AbortSignal.timeout(SCHEMA_TIMEOUT_MS);
        const options = { ...tls, agent: false, signal, headers: { accept: OPENAPI_V2 } };
        const call = request(new URL("/openapi/v2", server), options, (response) => response.destroy());
        call.on("socket", (socket) => socket.unref());
        call.on("error", () => undefined);
        call.end();
    } catch {
        // No cluster yet.
    }
}

function get({ server, ...tls }: Access, path: string, timeoutMs: number): Promise<string> {
    return new Promise((resolve, reject) => {
        // A signal ends the whole of it: a socket's own timeout starts anew with every byte.
        const signal = AbortSignal.timeout(timeoutMs);
        const call = request(new URL(path, server), { ...tls, agent: false, signal }, (response) => {
            let body = "";
            response.setEncoding("utf8");
            response.on("data", (chunk: string) => (body += chunk));
            response.on("end", () => resolve(body));
            response.on("error", reject);
        });
        call.on("error", reject);
        call.end();
    });
}

interface Access {
    readonly server: string;
    readonly ca?: Buffer;
    readonly cert?: Buffer;
    readonly key?: Buffer;
}

function readAccess(path: string): Access {
    const config: unknown = parse(readFileSync(path, "utf8"));
    const cluster = at(config, "clusters", "cluster");
    const user = at(config, "users", "user");
    return {
        server: String(cluster["server"]),
        ...decoded("ca", cluster["certificate-authority-data"]),
        ...decoded("cert", user["client-certificate-data"]),
        ...decoded("key", user["client-key-data"]),
    };
}

function decoded(name: "ca" | "cert" | "key", data: unknown): Partial<Access> {
    return typeof data === "string" ? { [name]: Buffer.from(data, "base64") } : {};
}

/** The only entry of a kubeconfig's list. */
function at(config: unknown, list: string, field: string): Fields {
    const entries = fields(config)[list];
    return fields(fields(Array.isArray(entries) ? entries[0] : undefined)[field]);
}

function uidOf(body: string): string | undefined {
    const uid = fields(fields(JSON.parse(body))["metadata"])["uid"];
    return typeof uid === "string" ? uid : undefined;
}

function remainsOf(record: ClusterRecord, state: string): ProbeFacts["remains"] {
    return record.provider === "kind" ? containersOf(record) : processesOf(record, state);
}

/** Kind labels every node's container with the cluster's name. */
function containersOf(record: ClusterRecord): ProbeFacts["remains"] {
    const filter = `label=io.x-k8s.kind.cluster=${record.name}`;
    const result = spawnSync(
        record.engine ?? "docker",
        ["ps", "--all", "--filter", filter, "--format", "{{.Status}}"],
        {
            timeout: ENGINE_TIMEOUT_MS,
            encoding: "utf8",
            stdio: ["ignore", "pipe", "ignore"],
        },
    );
    if (result.status !== 0) return "unknown";
    const statuses = result.stdout.split("\n").filter((line) => line !== "");
    if (statuses.length === 0) return "nothing";
    return statuses.every((status) => status.startsWith("Up")) ? "running" : "stopped";
}

/** kwokctl keeps one file with the process id of each of the control plane's five programs. */
function processesOf({ name }: ClusterRecord, state: string): ProbeFacts["remains"] {
    const work = join(clusterDir(name, state), "kwok", "clusters", name);
    if (!existsSync(join(work, "kwok.yaml"))) return "nothing";
    try {
        const pids = readdirSync(join(work, "pids")).map((file) =>
            Number(readFileSync(join(work, "pids", file), "utf8")),
        );
        return pids.length === 5 && pids.every((pid) => isRunning(pid, work)) ? "running" : "stopped";
    } catch {
        return "stopped";
    }
}

/** True when the process is one of this cluster's: ids are given out anew, and a dead process may still be listed. */
function isRunning(pid: number, work: string): boolean {
    try {
        if (existsSync("/proc/self")) return readFileSync(`/proc/${pid}/cmdline`, "utf8").startsWith(join(work, "bin"));
        process.kill(pid, 0);
        return true;
    } catch {
        return false;
    }
}
