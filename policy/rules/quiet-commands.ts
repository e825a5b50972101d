import { COMMAND } from "../model/kind-cluster";
import type { Finding, ObjectRule } from "../model/rule";
import { unknown, violation } from "../model/subject";
import { at, isHidden, textOf, UNKNOWN } from "../model/value";

const OUTPUTS = ["stdout", "stderr"] as const;

/** What a command is called by whose output is a secret. */
const TELLS_SECRETS = /kubeconfig|decrypt|password|passphrase|credential|private-?key|\btoken\b/i;

/** Commands whose output is a secret log nothing, and what they print is marked. */
export const quietCommands: ObjectRule = {
    scope: "object",
    name: "quiet-commands",
    title: "A command whose output is a secret logs nothing, and its outputs are marked as secrets",
    severity: "critical",
    reason: "Pulumi's command provider prints what a command prints, also where the state keeps it secret (pulumi/pulumi-command#260)",
    remediation: "make the command by runCommand with secretOutput: true",
    check(subject) {
        const { type, body, options, where } = subject;
        if (type !== COMMAND || options === undefined) return [];
        const marked = OUTPUTS.filter((output) => options.secretOutputs.includes(output));
        const tells = TELLS_SECRETS.test(where) || TELLS_SECRETS.test(textOf(body["create"]) ?? "");
        if (marked.length === 0 && !tells) return [];
        const logging = at(body, "logging");
        const found: Finding[] = OUTPUTS.filter((output) => !marked.includes(output)).map((output) =>
            violation(subject, [output], "is not marked as a secret", output),
        );
        if (logging === UNKNOWN) found.push(unknown(subject, ["logging"]));
        else if (isHidden(logging) || logging !== "none") {
            found.push(violation(subject, ["logging"], "is not none, so that the output is printed"));
        }
        return found;
    },
};
