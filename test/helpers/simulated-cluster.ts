import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { KwokScripts } from "./kwok-scripts";
import type { Manifest } from "./manifests";
import { at } from "./observability";

/** A simulated cluster for programs that ask an API server, each as the ServiceAccount that it has in a real one. */
export class SimulatedCluster {
    private readonly kwok = new KwokScripts();

    public constructor(private readonly name: string) {}

    public async start(): Promise<void> {
        const { status, stderr } = await this.kwok.run("kwok-create.sh", this.name);
        assert.equal(status, 0, stderr);
    }

    public async remove(): Promise<void> {
        await this.kwok.remove();
    }

    /** Applies objects in their order, kinds first and ready before the rest. */
    public async apply(objects: readonly Manifest[]): Promise<void> {
        const isKind = ({ kind }: Manifest): boolean => kind === "CustomResourceDefinition";
        const isFirst = ({ kind }: Manifest): boolean => kind === "Namespace";
        const groups = [objects.filter(isKind), objects.filter(isFirst)];
        for (const group of groups) this.send(group);
        if (groups[0]?.length !== 0) await this.kwok.kindsEstablished(this.name);
        this.send(objects.filter((object) => !isKind(object) && !isFirst(object)));
    }

    /** An object as the API server has it now. */
    public get(kind: string, namespace: string, name: string): Manifest {
        return JSON.parse(this.succeed(["-n", namespace, "get", kind, name, "-o", "json"])) as Manifest;
    }

    /** A kubeconfig with which a program is a ServiceAccount, and has no right beyond. @returns its path */
    public accountKubeconfig(namespace: string, account: string): string {
        const token = this.succeed(["-n", namespace, "create", "token", account, "--duration=1h"]);
        const admin: unknown = JSON.parse(this.succeed(["config", "view", "--raw", "--minify", "-o", "json"]));
        const cluster = String(at(admin, "clusters/0/name"));
        const kubeconfig = {
            apiVersion: "v1",
            kind: "Config",
            clusters: at(admin, "clusters"),
            users: [{ name: account, user: { token } }],
            contexts: [{ name: account, context: { cluster, user: account, namespace } }],
            "current-context": account,
        };
        const file = join(this.kwok.state, `${namespace}-${account}.kubeconfig`);
        writeFileSync(file, stringify(kubeconfig), { mode: 0o600 });
        return file;
    }

    /** The output of a kubectl that has to succeed. */
    public succeed(args: readonly string[], manifest = ""): string {
        const { status, stdout, stderr } = this.kwok.kubectl(this.name, args, manifest);
        assert.equal(status, 0, `kubectl ${args.join(" ")}: ${stderr}`);
        return stdout.trim();
    }

    private send(objects: readonly Manifest[]): void {
        if (objects.length === 0) return;
        const args = ["apply", "--server-side", "--force-conflicts", "--validate=strict", "-f", "-"];
        this.succeed(args, JSON.stringify({ apiVersion: "v1", kind: "List", items: objects }));
    }
}
