import { spawn, spawnSync } from "node:child_process";
import {
    chmodSync,
    existsSync,
    mkdirSync,
    mkdtempSync,
    readFileSync,
    readdirSync,
    realpathSync,
    rmSync,
    writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** What a script printed and how it ended. */
export interface ScriptResult {
    readonly status: number | null;
    readonly stdout: string;
    readonly stderr: string;
}

type Variables = Readonly<Record<string, string>>;

/**
 * A `kind` that keeps its containers as files: FAKE/containers/<name> holds `true` while one is running, FAKE/uid the
 * identity that the API tells. FAKE/fail makes a creation fail, after it has begun, with what the file says.
 */
const KIND = `#!/usr/bin/env bash
set -euo pipefail
echo "kind $*" >>"$FAKE/calls"
name='' config='' nodes='' args=("$@")
while [ $# -gt 0 ]; do
    case "$1" in
        --name) name="$2"; shift ;;
        --kubeconfig) config="$2"; shift ;;
        --nodes) nodes="$2"; shift ;;
    esac
    shift
done
case "\${args[0]} \${args[1]}" in
    'get nodes') ls "$FAKE/containers" ;;
    'create cluster')
        cat >"$FAKE/config.yaml"
        echo true >"$FAKE/containers/$name-control-plane"
        [ ! -f "$FAKE/slow" ] || sleep 5
        if [ -f "$FAKE/fail" ]; then cat "$FAKE/fail" >&2; exit 1; fi
        echo true >"$FAKE/containers/$name-worker"
        echo "uid-$RANDOM$RANDOM" >"$FAKE/uid"
        echo "kubeconfig of $name" >"$config"
        ;;
    'delete cluster')
        rm -f "$FAKE"/containers/* "$FAKE/uid"
        echo "KUBECONFIG=\${KUBECONFIG:-}" >>"$FAKE/calls"
        ;;
    'export kubeconfig') echo "kubeconfig of $name" >"\${config:-$KUBECONFIG}" ;;
    'load image-archive')
        archive="\${args[$((\${#args[@]} - 1))]}"
        for node in \${nodes//,/ }; do tar -xOf "$archive" references >>"$FAKE/images-of-$node"; done
        ;;
    *) echo "fake kind: \${args[*]}" >&2; exit 64 ;;
esac
`;

const ENGINE = `#!/usr/bin/env bash
set -euo pipefail
echo "docker $*" >>"$FAKE/calls"
[ ! -f "$FAKE/engine-down" ] || { echo 'Cannot connect to the Docker daemon' >&2; exit 1; }
case "$1" in
    ps) ;;
    inspect) case "$3" in *Running*) cat "$FAKE/containers/$4" ;; *) echo 172.18.0.2 ;; esac ;;
    start) echo true >"$FAKE/containers/$2" ;;
    image) [ "\${!#}" = in-the-store:1 ] || exit 1; echo sha256:1234 ;;
    save)
        out='' image="\${!#}"
        while [ $# -gt 0 ]; do
            [ "$1" != --platform ] || { [ ! -f "$FAKE/old-engine" ] || { echo 'unknown flag: --platform' >&2; exit 125; }; }
            [ "$1" != -o ] || out="$2"
            shift
        done
        work="$(mktemp -d)"
        printf '[{"RepoTags":["%s"]}]' "$image" >"$work/manifest.json"
        echo "docker.io/library/$image" >"$work/references"
        tar -cf "$out" -C "$work" manifest.json references
        ;;
    exec)
        shift
        [ "$1" != -i ] || shift
        node="$1"; shift
        [ "$(cat "$FAKE/containers/$node")" = true ] || exit 1
        case "$*" in
            kubectl*) cat "$FAKE/uid" ;;
            'test -e '*) [ -e "$FAKE/nodes/$node$3" ] ;;
            *'images ls -q') cat "$FAKE/images-of-$node" ;;
            *'images label'*) ;;
            'sh -c mkdir -p "$1"'*) mkdir -p "$FAKE/nodes/$node$5"; : >"$FAKE/nodes/$node$5/$6" ;;
            'sh -c mkdir -p "$0"'*) mkdir -p "$FAKE/nodes/$node$4"; cat >"$FAKE/nodes/$node$4/hosts.toml" ;;
            *) echo "fake exec: $*" >&2; exit 64 ;;
        esac
        ;;
    *) echo "fake docker: $*" >&2; exit 64 ;;
esac
`;

/** The cluster scripts with a \`kind\` and a \`docker\` of our own in place of the real ones, in a folder of their own. */
export class FakeKind {
    public readonly root = realpathSync(mkdtempSync(join(tmpdir(), "hearth-fake-kind-")));
    public readonly cluster = "hearth-test";
    /** Where the scripts keep the cluster. */
    public readonly dir = join(this.root, "state", "clusters", this.cluster);

    public constructor() {
        for (const folder of ["bin", "containers", "state", "home", "checkout"]) mkdirSync(join(this.root, folder));
        for (const [name, text] of Object.entries({ kind: KIND, docker: ENGINE })) {
            writeFileSync(join(this.root, "bin", name), text);
            chmodSync(join(this.root, "bin", name), 0o755);
        }
    }

    public remove(): void {
        rmSync(this.root, { recursive: true, force: true });
    }

    /** Runs a script to its end, from a checkout of the given name. */
    public run(script: string, changes: Variables = {}, checkout = "checkout"): ScriptResult {
        const { cwd, env, path } = this.setting(script, changes, checkout);
        return spawnSync(path, { cwd, env, input: "kind: Cluster\n", encoding: "utf8" });
    }

    /** Starts a script, kills it by a signal once a file is there, and waits for its end. */
    public async interrupt(script: string, signal: NodeJS.Signals, onceThere: string): Promise<void> {
        const { cwd, env, path } = this.setting(script, {}, "checkout");
        const child = spawn(path, { cwd, env, stdio: ["pipe", "ignore", "ignore"] });
        child.stdin.end("kind: Cluster\n");
        while (!existsSync(join(this.root, onceThere))) await new Promise((resolve) => setTimeout(resolve, 20));
        const ended = new Promise((resolve) => child.once("exit", resolve));
        child.kill(signal);
        await ended;
    }

    public write(name: string, text = ""): string {
        const path = join(this.root, name);
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, text);
        return path;
    }

    public read(name: string): string {
        return readFileSync(join(this.root, name), "utf8");
    }

    public has(name: string): boolean {
        return existsSync(join(this.root, name));
    }

    public containers(): readonly string[] {
        return readdirSync(join(this.root, "containers"));
    }

    /** Calls of the fakes that begin with a text. */
    public calls(prefix: string): readonly string[] {
        return this.has("calls")
            ? this.read("calls")
                  .split("\n")
                  .filter((line) => line.startsWith(prefix))
            : [];
    }

    private setting(
        script: string,
        changes: Variables,
        checkout: string,
    ): { cwd: string; env: Variables; path: string } {
        const cwd = join(this.root, checkout);
        mkdirSync(cwd, { recursive: true });
        const tools = [join(this.root, "bin"), dirname(process.execPath), "/usr/bin", "/bin"];
        const env = {
            PATH: tools.join(":"),
            HOME: join(this.root, "home"),
            FAKE: this.root,
            HEARTH_STATE_DIR: join(this.root, "state"),
            HEARTH_CACHE_DIR: join(this.root, "cache"),
            CLUSTER_NAME: this.cluster,
            STACK: "dev-fast",
            ENGINE: "docker",
            NODE_IMAGE: "kindest/node:v1.34.0",
            PORTS: "30081 30300",
            CONFIG_HASH: "hash-1",
            SET_CURRENT_CONTEXT: "false",
            REGISTRY_HOSTS: "{}",
            ...changes,
        };
        return { cwd, env, path: join(__dirname, "..", "..", "components", "cluster", "scripts", script) };
    }
}

/** Writes an image archive that the fakes understand. */
export function writeArchive(
    path: string,
    references: readonly string[],
    listed: readonly string[] = references,
): void {
    const work = mkdtempSync(join(tmpdir(), "hearth-archive-"));
    writeFileSync(join(work, "manifest.json"), JSON.stringify([{ RepoTags: listed }]));
    writeFileSync(join(work, "references"), references.map((reference) => `${reference}\n`).join(""));
    const options = path.endsWith(".gz") ? "-czf" : "-cf";
    spawnSync("tar", [options, path, "-C", work, "manifest.json", "references"]);
    rmSync(work, { recursive: true });
}
