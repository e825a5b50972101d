import { suggestion } from "../config/parse";
import { UserError, type Problem } from "../config/problems";

/** An S3 key of Garage. Garage never gives a key id another secret: who changes one changes both. */
export interface S3Key {
    /** `GK` and 24 hex digits. */
    readonly id: string;
    /** 64 hex digits. */
    readonly secret: string;
}

/** Who reads and writes objects in Garage; each has a key of its own. */
export const S3_CONSUMERS = ["loki", "tempo"] as const;
export type S3Consumer = (typeof S3_CONSUMERS)[number];

/**
 * What a person may choose under `values` of the secrets file. All of it is optional: what is not given is
 * generated, but for Grafana's admin/admin.
 */
export interface SecretValues {
    readonly grafana: { readonly adminUser?: string; readonly adminPassword?: string };
    readonly garage: {
        readonly rpcSecret?: string;
        readonly adminToken?: string;
        readonly metricsToken?: string;
        readonly keys: Readonly<Partial<Record<S3Consumer, S3Key>>>;
    };
    readonly postgresql: {
        readonly superuserPassword?: string;
        readonly exporterPassword?: string;
        /** Database → password of its owner. */
        readonly ownerPasswords: Readonly<Record<string, string>>;
    };
    readonly argocd: { readonly adminPassword?: string };
}

/** One form of text that a value must have. */
interface Format {
    readonly pattern: RegExp;
    /** What the problem says the value is not. */
    readonly title: string;
    readonly fix: string;
}

const HEX_FIX = "make one with `openssl rand -hex 32`, or remove the line to have it generated";

/** A line of ASCII: it passes unchanged through environment variables, URLs' escapes and SCRAM's SASLprep. */
const PASSWORD: Format = {
    pattern: /^[\x21-\x7e]{8,128}$/,
    title: "8 to 128 printable ASCII characters without spaces",
    fix: "choose such a password, or remove the line to have it generated",
};
/** Grafana's own default, admin, is shorter than what PostgreSQL's passwords must be. */
const GRAFANA_PASSWORD: Format = {
    pattern: /^[\x21-\x7e]{5,128}$/,
    title: "5 to 128 printable ASCII characters without spaces",
    fix: "choose such a password, or remove the line to get Grafana's default",
};
/** bcrypt, with which Argo CD checks it, does not look at more than 72 bytes. */
const ARGOCD_PASSWORD: Format = {
    pattern: /^[\x21-\x7e]{8,72}$/,
    title: "8 to 72 printable ASCII characters without spaces",
    fix: "choose such a password, or remove the line to have it generated",
};
const USER: Format = {
    pattern: /^[A-Za-z0-9._@-]{1,64}$/,
    title: "a user name (letters, digits, . _ @ -, at most 64)",
    fix: "choose such a name, or remove the line to get admin",
};
const HEX32: Format = { pattern: /^[0-9a-f]{64}$/, title: "64 lower-case hex digits", fix: HEX_FIX };
const TOKEN: Format = {
    pattern: /^[A-Za-z0-9._~+/=-]{16,256}$/,
    title: "a bearer token (letters, digits and ._~+/=-, 16 to 256)",
    fix: HEX_FIX,
};
const KEY_ID: Format = {
    pattern: /^GK[0-9a-f]{24}$/,
    title: "GK and 24 lower-case hex digits",
    fix: "make one with `echo GK$(openssl rand -hex 12)`, or remove the key to have it generated",
};

/** Collects problems on its way through the values; never quotes a value. */
class Reader {
    public readonly problems: Problem[] = [];

    /** The map at a place; empty when there is none. Keys that are not known are problems. */
    public map(where: string, value: unknown, known: readonly string[]): Readonly<Record<string, unknown>> {
        if (value === undefined || value === null) return {};
        if (typeof value !== "object" || Array.isArray(value)) {
            this.problems.push({ where, what: "must be a map", fix: `write keys under it: ${known.join(", ")}` });
            return {};
        }
        for (const key of Object.keys(value)) {
            if (known.includes(key)) continue;
            this.problems.push({ where: `${where}.${key}`, what: "is not known", fix: suggestion(key, known) });
        }
        return { ...value };
    }

    /** The text at a place, undefined when there is none or when it is wrong. */
    public text(where: string, value: unknown, format: Format): string | undefined {
        if (value === undefined || value === null) return undefined;
        if (typeof value === "string" && format.pattern.test(value)) return value;
        const what = typeof value === "string" ? `must be ${format.title}` : `must be text: ${format.title}`;
        this.problems.push({ where, what, fix: typeof value === "string" ? format.fix : "put it in quotes" });
        return undefined;
    }

    /** A key of Garage: both parts or none. */
    public key(where: string, value: unknown): S3Key | undefined {
        if (value === undefined || value === null) return undefined;
        const fields = this.map(where, value, ["id", "secret"]);
        const before = this.problems.length;
        const id = this.text(`${where}.id`, fields["id"], KEY_ID);
        const secret = this.text(`${where}.secret`, fields["secret"], HEX32);
        if (id !== undefined && secret !== undefined) return { id, secret };
        if (this.problems.length === before) {
            this.problems.push({ where, what: "needs both id and secret", fix: "give both, or remove the key" });
        }
        return undefined;
    }
}

/**
 * Checks what `values` of the secrets file holds, and gives it in its full shape. `databases` are those of the
 * stack: a password for another one is a mistake.
 * @throws UserError with every problem; no value is ever part of the message.
 */
export function parseSecretValues(raw: unknown, databases: readonly string[]): SecretValues {
    const reader = new Reader();
    const root = reader.map("values", raw, ["grafana", "garage", "postgresql", "argocd"]);
    const grafana = reader.map("values.grafana", root["grafana"], ["adminUser", "adminPassword"]);
    const garage = reader.map("values.garage", root["garage"], ["rpcSecret", "adminToken", "metricsToken", "keys"]);
    const keys = reader.map("values.garage.keys", garage["keys"], S3_CONSUMERS);
    const postgresql = reader.map("values.postgresql", root["postgresql"], [
        "superuserPassword",
        "exporterPassword",
        "ownerPasswords",
    ]);
    const argocd = reader.map("values.argocd", root["argocd"], ["adminPassword"]);
    const owners = reader.map("values.postgresql.ownerPasswords", postgresql["ownerPasswords"], databases);
    const values: SecretValues = {
        grafana: {
            adminUser: reader.text("values.grafana.adminUser", grafana["adminUser"], USER),
            adminPassword: reader.text("values.grafana.adminPassword", grafana["adminPassword"], GRAFANA_PASSWORD),
        },
        garage: {
            rpcSecret: reader.text("values.garage.rpcSecret", garage["rpcSecret"], HEX32),
            adminToken: reader.text("values.garage.adminToken", garage["adminToken"], TOKEN),
            metricsToken: reader.text("values.garage.metricsToken", garage["metricsToken"], TOKEN),
            keys: {
                loki: reader.key("values.garage.keys.loki", keys["loki"]),
                tempo: reader.key("values.garage.keys.tempo", keys["tempo"]),
            },
        },
        postgresql: {
            superuserPassword: reader.text(
                "values.postgresql.superuserPassword",
                postgresql["superuserPassword"],
                PASSWORD,
            ),
            exporterPassword: reader.text(
                "values.postgresql.exporterPassword",
                postgresql["exporterPassword"],
                PASSWORD,
            ),
            ownerPasswords: Object.fromEntries(
                databases.flatMap((database): [string, string][] => {
                    const where = `values.postgresql.ownerPasswords.${database}`;
                    const password = reader.text(where, owners[database], PASSWORD);
                    return password === undefined ? [] : [[database, password]];
                }),
            ),
        },
        argocd: {
            adminPassword: reader.text("values.argocd.adminPassword", argocd["adminPassword"], ARGOCD_PASSWORD),
        },
    };
    const { loki, tempo } = values.garage.keys;
    if (loki !== undefined && loki.id === tempo?.id) {
        const what = "is also the id of values.garage.keys.loki";
        reader.problems.push({ where: "values.garage.keys.tempo.id", what, fix: "give each its own key" });
    }
    if (reader.problems.length > 0) throw new UserError("the secrets file is not valid", reader.problems);
    return values;
}

/** Every place under `values` that a stack may set, as dotted paths. */
export function secretValuePaths(databases: readonly string[]): readonly string[] {
    return [
        "grafana.adminUser",
        "grafana.adminPassword",
        "garage.rpcSecret",
        "garage.adminToken",
        "garage.metricsToken",
        ...S3_CONSUMERS.flatMap((consumer) => [`garage.keys.${consumer}.id`, `garage.keys.${consumer}.secret`]),
        "postgresql.superuserPassword",
        "postgresql.exporterPassword",
        ...databases.map((database) => `postgresql.ownerPasswords.${database}`),
        "argocd.adminPassword",
    ];
}
