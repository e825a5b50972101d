import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { SERVED_PATH } from "../../components/gitops/git-server-manifests";
import { GitRepository } from "./git-repository";

/**
 * A kubectl that stands for a cluster: `exec` runs git in a repository on disk, `get` prints a file, and every call is
 * written down.
 */
export class FakeArgoCd {
    public readonly repository: string;
    private readonly bin: string;
    private readonly list: string;
    private readonly calls: string;

    /** @param folder an empty one */
    public constructor(folder: string) {
        this.bin = join(folder, "bin");
        this.list = join(folder, "list.json");
        this.calls = join(folder, "calls");
        mkdirSync(this.bin, { recursive: true });
        const served = new GitRepository(folder);
        this.repository = new URL(served.url).pathname;
        writeFileSync(this.calls, "");
        this.says([]);
        // What the server's own script sets.
        const script = [
            "#!/bin/bash",
            `printf '%s\\n' "$*" >> '${this.calls}'`,
            'case "$*" in',
            `  *" exec -i "*" -- git-receive-pack ${SERVED_PATH}") exec git-receive-pack '${this.repository}' ;;`,
            `  *" get applicationsets,applications "*) exec cat '${this.list}' ;;`,
            '  *" annotate "*) ;;',
            '  *) echo "the fake kubectl knows no $*" >&2; exit 1 ;;',
            "esac",
        ];
        writeFileSync(join(this.bin, "kubectl"), `${script.join("\n")}\n`);
        chmodSync(join(this.bin, "kubectl"), 0o755);
    }

    /** Variables with which this kubectl is found first. */
    public get env(): Readonly<Record<string, string>> {
        return { ...process.env, PATH: `${this.bin}${delimiter}${process.env["PATH"] ?? ""}` };
    }

    /** What `get` prints from now on. */
    public says(items: readonly object[]): void {
        writeFileSync(this.list, JSON.stringify({ kind: "List", items }));
    }

    /** All calls so far, without the program's name. */
    public called(): readonly string[] {
        return readFileSync(this.calls, "utf8")
            .split("\n")
            .filter((line) => line !== "");
    }
}

/** An Application, as the API server has it. */
export function application(name: string, status: object, annotations: Readonly<Record<string, string>> = {}): object {
    return { kind: "Application", metadata: { name, annotations }, status };
}

/** The status of one that is what a commit says, and well. */
export function synced(revision: string): object {
    const resource = { kind: "Deployment", namespace: "apps", name: "web", status: "Synced", message: "configured" };
    return {
        sync: { status: "Synced", revision },
        health: { status: "Healthy" },
        operationState: { phase: "Succeeded", message: "", syncResult: { revision, resources: [resource] } },
    };
}
