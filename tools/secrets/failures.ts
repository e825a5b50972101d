import type { Problem } from "../../components/config/problems";
import type { Identity } from "./identities";
import { SOPS_STATUS, type Answer } from "./sops";

/** What is known around a failure of sops. */
export interface FailureFacts {
    /** The encrypted file, relative to the checkout. */
    readonly file: string;
    /** Public keys that the file is encrypted for. */
    readonly recipients: readonly string[];
    readonly identities: readonly Identity[];
    /** File of the key that Hearth makes. */
    readonly ownKey: string;
}

/** What a decryption failed of. sops' own text is not part of it: it quotes values that it cannot read. */
export function decryptionProblem({ status, stderr }: Pick<Answer, "status" | "stderr">, facts: FailureFacts): Problem {
    const where = facts.file;
    const restore = "restore the file (git, backup), or edit it with `node tools/run.js secrets --edit` only";
    switch (status) {
        case SOPS_STATUS.couldNotRetrieveKey:
            return wrongKey(facts);
        case SOPS_STATUS.macMismatch:
        case SOPS_STATUS.macNotFound:
        case SOPS_STATUS.decryptingMac:
            return {
                where,
                what: "was changed without sops: its checksum (MAC) does not match its values",
                fix: restore,
            };
        case SOPS_STATUS.decryptingTree:
            return { where, what: "was changed without sops: a value in it is not what sops encrypted", fix: restore };
        default:
    }
    if (/sops metadata not found/.test(stderr)) {
        const fix = `sops encrypt --in-place ${where}; values that were committed in plain text must be changed`;
        return { where, what: "is not encrypted", fix };
    }
    if (/loading config|config file/.test(stderr)) return unreadableRules();
    const line = /yaml: (?:.*?)line (\d+)/.exec(stderr)?.[1];
    if (line !== undefined || /yaml/i.test(stderr)) {
        return { where: line === undefined ? where : `${where}:${line}`, what: "is not YAML", fix: restore };
    }
    return { where, what: `sops failed with status ${status}`, fix: `see \`sops decrypt ${where}\`` };
}

function wrongKey({ file, recipients, identities, ownKey }: FailureFacts): Problem {
    const whom = recipients.length === 0 ? "no age recipient" : recipients.join(", ");
    const have =
        identities.length === 0
            ? "there is no age key on this machine"
            : `the keys at hand are ${identities.map(describe).join(", ")}`;
    const add = identities.flatMap((identity) => identity.recipients)[0];
    const join =
        add === undefined
            ? ""
            : `, or have somebody who can read it add yours: sops rotate -i --add-age ${add} ${file}`;
    return {
        where: file,
        what: `is encrypted for ${whom}, but ${have}`,
        fix: `put the right key into ${ownKey} or name it by SOPS_AGE_KEY_FILE${join}`,
    };
}

/** `age1… (path)` */
function describe({ name, recipients }: Identity): string {
    return `${recipients.length === 0 ? "one of unknown kind" : recipients.join(" ")} (${name})`;
}

/** What an encryption by the rules of `.sops.yaml` failed of. */
export function encryptionProblem({ status, stderr }: Pick<Answer, "status" | "stderr">, file: string): Problem {
    const where = ".sops.yaml";
    if (/empty key group/.test(stderr)) {
        return { where, what: `its rule for ${file} names no recipient`, fix: "add `age: <public key>` to the rule" };
    }
    if (/Bech32|recipient/.test(stderr)) {
        const what = `its rule for ${file} names a recipient that is no public key`;
        return { where, what, fix: "correct it; `age-keygen -y <key file>` prints a public key" };
    }
    if (/config file/.test(stderr) || /yaml/.test(stderr)) {
        return unreadableRules();
    }
    return { where: file, what: `sops failed with status ${status}`, fix: "see `sops encrypt --help`" };
}

function unreadableRules(): Problem {
    return { where: ".sops.yaml", what: "cannot be read", fix: "correct its YAML; getsops.io/docs describes it" };
}

/** True when no rule says whom the file is for, so that the answer is ours to give. */
export function hasNoRule({ stderr }: Pick<Answer, "stderr">): boolean {
    return /no matching creation rules found|config file not found, or has no creation rules/.test(stderr);
}
