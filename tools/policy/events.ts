import { parseEvent } from "../bench/engine-events";
import { messageText, plainText } from "./text";

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
    /** What went wrong beside them. */
    readonly errors: readonly string[];
    /** Inputs of every resource that is or stays there, by URN, with secrets hidden. */
    readonly resources: ReadonlyMap<string, { readonly type: string; readonly inputs: object }>;
}

/** The parts of the engine's events (`pulumi preview --json`, streamed) that a report needs. */
export function policyPreview(events: string): PolicyPreview {
    const findings: EngineFinding[] = [];
    const errors: string[] = [];
    const resources = new Map<string, { readonly type: string; readonly inputs: object }>();
    for (const line of events.split("\n")) {
        const event: unknown = parseEvent(line);
        const violation = objectIn(event, "policyEvent");
        if (violation !== undefined) {
            findings.push({
                rule: textIn(violation, "policyName"),
                level: textIn(violation, "enforcementLevel"),
                message: messageText(textIn(violation, "message")),
            });
        }
        const diagnostic = objectIn(event, "diagnosticEvent");
        if (diagnostic !== undefined && textIn(diagnostic, "severity") === "error") {
            errors.push(plainText(textIn(diagnostic, "message")));
        }
        const metadata = objectIn(objectIn(event, "resourcePreEvent"), "metadata");
        const inputs = objectIn(objectIn(metadata, "new"), "inputs");
        if (metadata !== undefined && inputs !== undefined) {
            resources.set(textIn(metadata, "urn"), { type: textIn(metadata, "type"), inputs });
        }
    }
    return { findings, errors, resources };
}

function objectIn(value: unknown, key: string): object | undefined {
    const inner: unknown = value !== null && typeof value === "object" ? Reflect.get(value, key) : undefined;
    return inner !== null && typeof inner === "object" ? inner : undefined;
}

function textIn(value: object, key: string): string {
    const inner: unknown = Reflect.get(value, key);
    return typeof inner === "string" ? inner : "";
}
