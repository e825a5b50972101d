import { parseEvent } from "../bench/engine-events";
import { messageText } from "./text";

/** A violation as the engine tells it. */
export interface EngineFinding {
    readonly rule: string;
    readonly level: string;
    /** `where: what` and the fix, without the rule's own description. */
    readonly message: string;
}

/** What a preview with the pack has told. */
export interface PolicyPreview {
    readonly findings: readonly EngineFinding[];
    /** Inputs of every resource that is or stays there, by URN, with secrets hidden. */
    readonly resources: ReadonlyMap<string, { readonly type: string; readonly inputs: object }>;
}

/** The parts of the engine's event log (`pulumi preview --event-log`) that a report needs. */
export function policyPreview(log: string): PolicyPreview {
    const findings: EngineFinding[] = [];
    const resources = new Map<string, { readonly type: string; readonly inputs: object }>();
    for (const line of log.split("\n")) {
        const event: unknown = parseEvent(line);
        const violation = objectIn(event, "policyEvent");
        if (violation !== undefined) {
            findings.push({
                rule: textIn(violation, "policyName"),
                level: textIn(violation, "enforcementLevel"),
                message: messageText(textIn(violation, "message")),
            });
        }
        const metadata = objectIn(objectIn(event, "resourcePreEvent"), "metadata");
        const inputs = objectIn(objectIn(metadata, "new"), "inputs");
        if (metadata !== undefined && inputs !== undefined) {
            resources.set(textIn(metadata, "urn"), { type: textIn(metadata, "type"), inputs });
        }
    }
    return { findings, resources };
}

function objectIn(value: unknown, key: string): object | undefined {
    const inner: unknown = value !== null && typeof value === "object" ? Reflect.get(value, key) : undefined;
    return inner !== null && typeof inner === "object" ? inner : undefined;
}

function textIn(value: object, key: string): string {
    const inner: unknown = Reflect.get(value, key);
    return typeof inner === "string" ? inner : "";
}
