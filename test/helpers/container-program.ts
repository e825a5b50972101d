import type { Manifest } from "./manifests";
import { at } from "./observability";
import { moved, needless, type Moves } from "./relocation";

/** What one container of a pod runs. */
export interface ContainerProgram {
    /** `command` and `args` of the container; where it has no `command`, the image decides what they are given to. */
    readonly command: readonly string[];
    readonly args: readonly string[];
    /** Variables whose values stand in the pod. */
    readonly env: Readonly<Record<string, string>>;
    /** Text of each file that a ConfigMap brings, by its path in the container. */
    readonly files: Readonly<Record<string, string>>;
}

/**
 * What a container of a workload runs, with the files that it reads.
 * @throws Error when the objects have no such workload or container
 */
export function containerProgram(
    objects: readonly Manifest[],
    workload: string,
    container: string = workload,
): ContainerProgram {
    const found = objects.find(
        ({ kind, metadata }) => ["Deployment", "StatefulSet", "DaemonSet"].includes(kind) && metadata.name === workload,
    );
    const pod = at(found, "spec/template/spec");
    const spec = list(at(pod, "containers")).find((one) => at(one, "name") === container);
    if (found === undefined || spec === undefined) throw new Error(`there is no container ${workload}/${container}`);
    const files = list(at(spec, "volumeMounts")).flatMap((mount) => {
        const volume = list(at(pod, "volumes")).find((one) => at(one, "name") === at(mount, "name"));
        const configMap = objects.find(
            ({ kind, metadata }) =>
                kind === "ConfigMap" &&
                metadata.name === at(volume, "configMap/name") &&
                metadata.namespace === found.metadata.namespace,
        );
        const folder = String(at(mount, "mountPath"));
        return Object.entries(at(configMap, "data") ?? {}).map(([name, text]) => [`${folder}/${name}`, String(text)]);
    });
    const env = list(at(spec, "env")).flatMap((one) =>
        typeof at(one, "value") === "string" ? [[String(at(one, "name")), String(at(one, "value"))]] : [],
    );
    return {
        command: list(at(spec, "command")).map(String),
        args: list(at(spec, "args")).map(String),
        env: Object.fromEntries(env),
        files: Object.fromEntries(files),
    };
}

/**
 * The same program elsewhere: other addresses and folders, in its arguments, variables and files, and nothing else.
 * @throws Error for a move that changes nothing
 */
export function relocated(program: ContainerProgram, moves: Moves): ContainerProgram {
    const { command, args, env, files } = program;
    const texts = [...command, ...args, ...Object.values(env), ...Object.entries(files).flat()];
    const idle = needless(texts.join("\n"), moves);
    if (idle.length > 0) throw new Error(`nothing names ${idle.join(", ")}`);
    const move = (text: string): string => moved(text, moves);
    return {
        command: program.command.map(move),
        args: program.args.map(move),
        env: Object.fromEntries(Object.entries(program.env).map(([name, value]) => [name, move(value)])),
        files: Object.fromEntries(Object.entries(program.files).map(([path, text]) => [move(path), move(text)])),
    };
}

function list(value: unknown): readonly unknown[] {
    return Array.isArray(value) ? value : [];
}
