import type { ObjectResult, Outcome } from "./delivery";

/** ` ~  kubernetes:core/v1:ConfigMap applications-configmap.apps.web updated (0.21s) [diff: ~data]` */
const STEP = /^\s*\S{1,2}\s+kubernetes:\S+\/[^\s:]+:(\S+)\s+\S*?-[a-z]+\.([^\s.]+)\.(\S+)\s+(.*)$/;

/** Words of the engine for a step that is done. */
const DONE = /^(created|updated|deleted|replaced|created replacement|deleted original)\b(?:\s*\(([^)]*)\))?/;

/** A step that failed says so between asterisks, and its error below, under Diagnostics. */
const FAILED = /^\*\*(.*failed)\*\*/;

/** Headings under which the engine gathers what went wrong. */
const DIAGNOSTIC = /^ {2}(\S+) \((\S+)\):$/;

/**
 * What the engine's display says of the applications' objects, in the order in which they were done. Its stream of events
 * would be the better source, but with it the engine tells everything about every resource, secrets included.
 * @param output the display without colours, as it is where there is no terminal
 * @param status of the engine
 */
export function readOutcome(output: string, succeeded: boolean): Outcome {
    const results = new Map<string, ObjectResult>();
    const lines = output.split("\n");
    const diagnostics = readDiagnostics(lines);
    for (const line of lines) {
        const [, kind, namespace, name, said = ""] = STEP.exec(line) ?? [];
        if (kind === undefined) continue;
        const id = `${kind} ${namespace}/${name}`;
        const done = DONE.exec(said);
        const failed = FAILED.exec(said);
        if (failed !== null) {
            const error = diagnostics.get(resourceKey(kind, namespace, name)) ?? failed[1] ?? "failed";
            results.set(id, { id, says: error, failed: true });
        } else if (done !== null && results.get(id)?.failed !== true) {
            const took = done[2] === undefined ? "" : ` (${done[2]})`;
            results.set(id, { id, says: `${done[1] ?? ""}${took}`, failed: false });
        }
    }
    const known = new Set([...results.values()].filter(({ failed }) => failed).map(({ says }) => says));
    const errors = [...diagnostics]
        .filter(([, error]) => !known.has(error) && !/^(update|preview) failed$/.test(error))
        .map(([, error]) => error);
    const silent = !succeeded && known.size === 0 && errors.length === 0;
    return {
        results: [...results.values()],
        errors: silent ? [lastWords(lines)] : errors,
        well: succeeded && known.size === 0,
    };
}

function resourceKey(kind: string, namespace: string | undefined, name: string | undefined): string {
    return `${kind.toLowerCase()}.${namespace}.${name}`;
}

/** Messages by the object that they are about, or by the resource's name. */
function readDiagnostics(lines: readonly string[]): ReadonlyMap<string, string> {
    const start = lines.findIndex((line) => /^Diagnostics:/.test(line));
    const found = new Map<string, string>();
    if (start === -1) return found;
    let about: string | undefined;
    for (const line of lines.slice(start + 1)) {
        if (/^\S/.test(line)) break;
        const heading = DIAGNOSTIC.exec(line);
        if (heading !== null) {
            about = (heading[2] ?? "").replace(/^.*?-([a-z]+\.[^.]+\.)/, "$1");
            continue;
        }
        const text = line.trim().replace(/^error: /, "");
        if (about === undefined || text === "") continue;
        const before = found.get(about);
        found.set(about, before === undefined ? text : `${before} ${text}`);
    }
    return found;
}

function lastWords(lines: readonly string[]): string {
    const words = lines.map((line) => line.trim()).filter((line) => line !== "");
    return words.slice(-5).join(" ") || "the engine ended without a word";
}
