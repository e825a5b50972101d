import type { Finding, ObjectRule } from "../model/rule";
import { kindOf, unknown, violation, type Subject } from "../model/subject";
import { at, entriesOf, placesIn, SECRET, textOf, UNKNOWN, type Place } from "../model/value";

/** Nothing that is a secret stands in an input that is not marked as one. */
export const noPlaintextSecret: ObjectRule = {
    scope: "object",
    name: "no-plaintext-secret",
    title: "Secrets are marked as secrets: Secret data comes from Pulumi secrets, and no other input holds any",
    severity: "critical",
    reason: "what is not marked stands in the state, in previews and in Helm's records for everybody to read",
    remediation:
        "make the value by components/secrets (or pulumi.secret) and let pods read it from a Secret; never write it into values, environments or configuration",
    check(subject) {
        return kindOf(subject) === "Secret" ? secretFindings(subject) : inputFindings(subject);
    },
};

function secretFindings(subject: Subject): readonly Finding[] {
    return ["data", "stringData"].flatMap((list) => {
        const whole = at(subject.body, list);
        if (whole === SECRET) return [];
        if (whole === UNKNOWN) return [unknown(subject, [list])];
        return entriesOf(whole).flatMap(([key, value]) => {
            if (value === SECRET || value === "") return [];
            if (value === UNKNOWN) return [unknown(subject, [list, key], key)];
            return [violation(subject, [list, key], "is not marked as a secret", key)];
        });
    });
}

/** Names under which programs take secrets. */
const SECRET_NAME =
    /(?:^|[a-z_.-])(?:password|passwd|passphrase|secret|token|api[-_]?key|private[-_]?key|access[-_]?key|secret[-_]?key|credentials?|kubeconfig)$/i;

/** Names that end like those and hold the name of a Secret or a key in it. */
const REFERENCE_NAME =
    /^(?:existing\w*|\w*ExistingSecret|adminSecret|secret|imagePullSecrets?|\w*SecretName|tokenSecret|clusterSecret|\w+PasswordKey)$/;

/** Texts that are secrets wherever they stand. */
const SECRET_TEXTS: readonly (readonly [RegExp, string])[] = [
    [/-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/, "holds a private key"],
    [/\bAGE-SECRET-KEY-1[0-9A-Z]{20,}/, "holds an age key"],
    [/\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}/, "holds a token"],
    [/\b[a-z][a-z0-9+.-]*:\/\/[^\s/@:"'$]+:[^\s/@:"'${}]+@/i, "holds an address with a password in it"],
    [/\bclient-key-data: *\S{20,}/, "holds a kubeconfig"],
];

/** What is no secret: what is looked up elsewhere (`$NAME`, `${NAME}`, `$__file{…}`, `{{ … }}`, a path), and a switch. */
const LOOKED_UP = /^(?:\$\$?[({]?\w+|\$__\w+\{|\{\{|\/|file:|(?:true|false)$)/;

function inputFindings(subject: Subject): readonly Finding[] {
    return placesIn(subject.body).flatMap((place) => {
        const text = textOf(place.value);
        if (text === undefined || text === "") return [];
        const found = SECRET_TEXTS.find(([pattern]) => pattern.test(text));
        if (found !== undefined) return [violation(subject, place.path, found[1], partOf(place))];
        return isNamedSecret(place) && !LOOKED_UP.test(text)
            ? [violation(subject, place.path, "is not marked as a secret", partOf(place))]
            : [];
    });
}

function isNamedSecret(place: Place): boolean {
    const { path, owner } = place;
    // `env: [{ name: PASSWORD, value: … }]`
    const name = place.key === "value" ? textOf(at(owner, "name")) : place.key;
    if (name === undefined || isDescription(path)) return false;
    return SECRET_NAME.test(name) && !REFERENCE_NAME.test(name);
}

/** Labels, annotations and schemas of kinds speak about secrets and hold none. */
function isDescription(path: Place["path"]): boolean {
    return path.includes("openAPIV3Schema") || path.includes("annotations") || path.includes("labels");
}

function partOf({ path }: Place): string {
    return String(path.at(-1));
}
