import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { clusterDir, stateDir } from "../config/paths";
import type { ContainerEngine } from "../config/schema";

/**
 * What the create script writes about a cluster that it made whole, as `<state>/clusters/<name>/cluster.json`.
 * It is written last and removed first, so its existence means "made whole".
 */
export interface ClusterRecord {
    readonly name: string;
    readonly provider: "kind" | "kwok";
    readonly stack: string;
    /** Absolute path of the checkout that the cluster belongs to. */
    readonly checkout: string;
    /** UID of namespace `kube-system`: another cluster of the same name has another one. */
    readonly identity: string;
    /** Hash of everything that the cluster was made from. */
    readonly configHash: string;
    /** Host ports that the cluster holds, running or stopped. */
    readonly ports: readonly number[];
    /** ISO 8601, UTC. */
    readonly createdAt: string;
    /** Container engine, for kind. */
    readonly engine?: ContainerEngine;
    /** KUBECONFIG (a path, or a list of them) that the context was merged into; absent when it was not. */
    readonly mergedInto?: string;
}

/** Parses a record; undefined when the text is not one, which is how a cut-off or foreign file counts. */
export function parseRecord(text: string): ClusterRecord | undefined {
    const value = parsed(text);
    if (value === undefined) return undefined;
    const { name, provider, stack, checkout, identity, configHash, ports, createdAt, engine, mergedInto } = value;
    if (!isText(name) || !isText(stack) || !isText(checkout) || !isText(identity)) return undefined;
    if ((provider !== "kind" && provider !== "kwok") || !isPorts(ports)) return undefined;
    return {
        name,
        provider,
        stack,
        checkout,
        identity,
        ports,
        configHash: isText(configHash) ? configHash : "",
        createdAt: isText(createdAt) ? createdAt : "",
        ...(engine === "docker" || engine === "podman" || engine === "nerdctl" ? { engine } : {}),
        ...(isText(mergedInto) ? { mergedInto } : {}),
    };
}

/** Path of one cluster's record. */
export function recordPath(name: string, state: string = stateDir()): string {
    return join(clusterDir(name, state), "cluster.json");
}

/** Path of one cluster's kubeconfig. */
export function kubeconfigPath(name: string, state: string = stateDir()): string {
    return join(clusterDir(name, state), "kubeconfig");
}

/** The record of one cluster, if there is one. */
export function readRecord(name: string, state: string = stateDir()): ClusterRecord | undefined {
    try {
        return parseRecord(readFileSync(recordPath(name, state), "utf8"));
    } catch {
        return undefined;
    }
}

/** The records of all clusters of this machine's user, whichever checkout they belong to. */
export function readRecords(state: string = stateDir()): readonly ClusterRecord[] {
    try {
        return readdirSync(join(state, "clusters")).flatMap((name) => readRecord(name, state) ?? []);
    } catch {
        return [];
    }
}

type Fields = Readonly<Partial<Record<keyof ClusterRecord, unknown>>>;

function parsed(text: string): Fields | undefined {
    try {
        const value: unknown = JSON.parse(text);
        return value !== null && typeof value === "object" ? value : undefined;
    } catch {
        return undefined;
    }
}

function isText(value: unknown): value is string {
    return typeof value === "string" && value !== "";
}

function isPorts(value: unknown): value is readonly number[] {
    return Array.isArray(value) && value.every((port) => Number.isSafeInteger(port));
}
