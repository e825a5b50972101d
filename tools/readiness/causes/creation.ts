import type { Problem } from "../../../components/config/problems";
import { oneLine, where, type Cause } from "./cause";
import { missingFix, missingIn, missingText, staysMissing, type Missing } from "./missing";
import { isCurrent, lastSeen, type Facts } from "../snapshot";
import type { Workload } from "../workloads";

/** Names why a workload's pods are refused before they exist; undefined when none was, or one was made since. */
export function creationCause(facts: Facts, workload: Workload): Cause | undefined {
    const uid = workload.maker?.uid;
    const refused = facts.lastEvent(uid, "FailedCreate");
    if (refused === undefined) return undefined;
    const made = facts.lastEvent(uid, "SuccessfulCreate");
    if (made !== undefined && (lastSeen(made) ?? 0) > (lastSeen(refused) ?? 0)) return undefined;
    const message = refusalText(refused.message ?? "");
    const refusal = classify(message, facts, workload);
    return {
        problem: { where: where(workload), what: `its pods are refused: ${refusal.what}`, fix: refusal.fix },
        definite: refusal.definite && isCurrent(facts.snapshot, lastSeen(refused)),
        brief: `its pods are refused: ${refusal.what}`,
    };
}

/** What the API server said, without what the controller put around it. */
export function refusalText(message: string): string {
    return oneLine(message, 600)
        .replace(/^Error creating: /, "")
        .replace(/^create Pod \S+ in StatefulSet \S+ failed error: /, "")
        .replace(/^create Claim \S+ for Pod \S+ in StatefulSet \S+ failed error: /, "");
}

function classify(
    message: string,
    facts: Facts,
    { metadata, ending }: Workload,
): Pick<Problem, "what" | "fix"> & { readonly definite: boolean } {
    const { namespace } = metadata;
    const security = /violates PodSecurity "([^"]+)": (.*)$/.exec(message);
    if (security !== null) {
        return {
            what: `they violate Pod Security "${security[1]}": ${security[2]}`,
            fix: "set the security context that it asks for, or lower the namespace's level with a reason (components/config/namespaces.ts)",
            definite: true,
        };
    }
    const missing = missingIn(message) ?? missingClass(message);
    if (missing !== undefined) {
        const definite = staysMissing(facts, namespace, missing);
        return { what: missingText(missing), fix: missingFix(missing, namespace), definite };
    }
    const quota = /exceeded quota: (.*)$/.exec(message);
    if (quota !== null) {
        // Pods on their way out still count.
        const definite = ending.length === 0;
        return { what: `quota exceeded: ${quota[1]}`, fix: `raise the quota in namespace ${namespace}`, definite };
    }
    const webhook = /failed calling webhook "([^"]+)"/.exec(message);
    if (webhook !== null) {
        return {
            what: message,
            fix: `webhook ${webhook[1]} does not answer: see its pods, or remove its configuration`,
            definite: false,
        };
    }
    const definite = /is forbidden|is invalid|denied the request|Invalid value|Forbidden:/.test(message);
    return { what: message, fix: `see \`kubectl -n ${namespace} get events\``, definite };
}

function missingClass(message: string): Missing | undefined {
    const priority = /no PriorityClass with name (\S+) was found/.exec(message)?.[1];
    if (priority !== undefined) return { kind: "PriorityClass", name: priority };
    const runtime = /RuntimeClass "?([^"\s]+)"? not found/i.exec(message)?.[1];
    return runtime === undefined ? undefined : { kind: "RuntimeClass", name: runtime };
}
