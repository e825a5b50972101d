import * as pulumi from "@pulumi/pulumi";
import { Secret } from "@pulumi/kubernetes/core/v1/secret";
import { RandomPassword } from "@pulumi/random/randomPassword";
import { DEMO_DATABASE } from "../config/demo";
import type { Layer } from "../config/layers";
import { UserError, withoutStack } from "../config/problems";
import { namespaceName } from "../config/namespaces";
import type { PlatformConfig } from "../config/schema";
import { runCommand } from "../core/command";
import { HearthComponent } from "../core/component";
import type { Namespaces } from "../namespaces/namespaces";
import { bcryptHash } from "./bcrypt";
import { bcryptSalt, keyedChecksum, sessionKey, verifierLines } from "./derive";
import { entryOf, type CredentialEntry } from "./entry";
import {
    argocdPart,
    garagePart,
    joinParts,
    s3Part,
    type GarageSecrets,
    type Part,
    type SecretData,
    type SecretText,
} from "./parts";
import type { SecretsFile } from "./file";
import {
    ARGOCD_USER,
    EXPORTER_ROLE,
    SUPERUSER,
    secretMetadata,
    secretPath,
    secretsOf,
    type SecretId,
    type SecretSpec,
} from "./secret-table";
import { parseSecretValues, S3_CONSUMERS, type S3Consumer, type S3Key, type SecretValues } from "./values";

export interface CredentialsArgs {
    readonly config: Pick<PlatformConfig, "layers" | "databases"> & Partial<Pick<PlatformConfig, "demo">>;
    /** The encrypted file; without one everything is generated. */
    readonly file?: SecretsFile;
    readonly namespaces: Namespaces;
    /**
     * The cluster's, for the Secrets. Not among the options of this component: the SDK registers a component, and so all
     * that it draws, only after the providers that are named there, and these wait for the cluster.
     */
    readonly provider?: pulumi.ProviderResource;
    /**
     * The resource that takes the cluster, and so the Secrets, away with it. Only they get it: what was generated is
     * in no cluster and outlives it.
     */
    readonly clusterIdentity?: pulumi.CustomResource;
}

/** One Secret of the cluster, as its reader needs it. */
export interface CredentialSecret {
    readonly name: string;
    readonly namespace: string;
    /** What to depend on. */
    readonly resource: Secret;
    /** Changes with the content and tells nothing of it: for an annotation that makes pods roll. */
    readonly checksum: pulumi.Output<string>;
}

/** What the bootstrap of Garage needs beside the cluster. All of it is secret. */
export interface GarageCredentials {
    readonly adminToken: pulumi.Output<string>;
    /** Keys of the consumers that are on. */
    readonly keys: pulumi.Output<Readonly<Partial<Record<S3Consumer, S3Key>>>>;
}

/** Bytes of a Garage key's id; `GK` and 24 hex digits is the form that every version of Garage accepts. */
const KEY_ID_BYTES = 12;
const SECRET_BYTES = 32;
const PASSWORD_LENGTH = 32;

/** What `KEY_ID_BYTES + SECRET_BYTES` random bytes mean as a key: two parts that tell nothing of each other. */
export function s3KeyOf(hex: string): S3Key {
    return { id: `GK${hex.slice(0, 2 * KEY_ID_BYTES)}`, secret: hex.slice(2 * KEY_ID_BYTES) };
}

/**
 * Every credential of the platform: chosen in the encrypted file, else generated; and the Secrets that carry them,
 * one per reader, only for layers that are on.
 *
 * Generated ones live in the state, encrypted, and stay until their resource is replaced
 * (`pulumi up --replace <urn>`). An S3 key's id and secret are cut from the same random bytes, so that replacing
 * those changes both: Garage refuses another secret for an id that it knows.
 */
export class Credentials extends HearthComponent {
    public static readonly __pulumiType = "hearth:secrets:Credentials" as const;

    /** PostgreSQL roles beside the owners of databases; verifiers are made for these, too. */
    public readonly roles = { superuser: SUPERUSER, exporter: EXPORTER_ROLE } as const;
    /** Absent without the layer garage. */
    public readonly garage?: GarageCredentials;
    /** Where every credential is, by a name that people know. Secret, since it holds those that people type. */
    public readonly summary: pulumi.Output<Readonly<Record<string, CredentialEntry>>>;

    private readonly chosen: pulumi.Output<SecretValues>;
    /** Key of everything that is derived from secrets and public. */
    private readonly derivation: SecretText;
    private readonly secrets: ReadonlyMap<SecretId, CredentialSecret>;

    public constructor(name: string, args: CredentialsArgs, opts?: pulumi.ComponentResourceOptions) {
        const { layers, databases, demo = false } = args.config;
        const specs = secretsOf(layers, demo);
        super(Credentials.__pulumiType, name, { secrets: specs.map(({ id }) => secretPath(id)) }, opts);
        const on = (layer: Layer): boolean => layers.includes(layer);
        this.chosen = pulumi.secret(this.readFile(args));
        this.derivation = this.bytes("derivation-key", SECRET_BYTES);
        const keys = S3_CONSUMERS.filter(on).map((consumer) => [consumer, this.s3Key(consumer)] as const);
        const garage = on("garage") ? this.garageSecrets() : undefined;
        const { secrets, entries } = joinParts([
            ...(on("grafana") ? [this.grafanaPart()] : []),
            ...keys.map(([consumer, key]) => s3Part(consumer, key)),
            ...(garage === undefined ? [] : [garagePart(garage)]),
            ...(on("postgresql") ? [this.postgresqlPart(databases)] : []),
            ...(on("argocd") ? [this.argocdPart()] : []),
        ]);
        this.secrets = new Map(specs.map((spec) => [spec.id, this.makeSecret(spec, secrets[spec.id] ?? {}, args)]));
        if (garage !== undefined) {
            this.garage = { adminToken: garage.adminToken, keys: pulumi.all(Object.fromEntries(keys)) };
        }
        this.summary = pulumi.secret(pulumi.all(entries));
        this.registerOutputs({ secrets: specs.map(({ id }) => secretPath(id)) });
    }

    /**
     * The Secret of a reader.
     * @throws Error when its layers are off; that is a mistake of the caller, not of a user.
     */
    public of(id: SecretId): CredentialSecret {
        const found = this.secrets.get(id);
        if (found === undefined) throw new Error(`the layers of Secret ${id} are off`);
        return found;
    }

    /** The values of the encrypted file; unknown in a preview that would read another file than the last update. */
    private readFile({ config, file }: CredentialsArgs): pulumi.Output<SecretValues> {
        if (file === undefined) return pulumi.output(parseSecretValues({}, config.databases));
        const decrypt = runCommand(
            this.childName("decrypt"),
            {
                create: "exec bash components/secrets/scripts/decrypt.sh",
                environment: { SECRETS_FILE: file.path },
                triggers: [file.sha256],
                secretOutput: true,
            },
            // Before a deletion the engine asks which dependents have to go, too, with the output as unknown: it would
            // delete and make anew each StatefulSet with a checksum of a Secret. There is nothing to delete here.
            this.child({ deleteBeforeReplace: false }),
        );
        return pulumi.secret(decrypt.stdout).apply((json) => readValues(json, config.databases));
    }

    private grafanaPart(): Part {
        const user = this.pick(pulumi.output("admin"), ({ grafana }) => grafana.adminUser);
        const password = this.pick(pulumi.output("admin"), ({ grafana }) => grafana.adminPassword);
        return {
            secrets: { "grafana-admin": { "admin-user": user, "admin-password": password } },
            entries: { grafana: entryOf("grafana-admin", { user, password }) },
        };
    }

    private s3Key(consumer: S3Consumer): pulumi.Output<S3Key> {
        const generated = this.bytes(`${consumer}-s3-key`, KEY_ID_BYTES + SECRET_BYTES).apply(s3KeyOf);
        return this.pick(generated, ({ garage }) => garage.keys[consumer]);
    }

    private garageSecrets(): GarageSecrets {
        return {
            rpcSecret: this.pick(this.bytes("garage-rpc-secret", SECRET_BYTES), ({ garage }) => garage.rpcSecret),
            adminToken: this.pick(this.bytes("garage-admin-token", SECRET_BYTES), ({ garage }) => garage.adminToken),
            metricsToken: this.pick(
                this.bytes("garage-metrics-token", SECRET_BYTES),
                ({ garage }) => garage.metricsToken,
            ),
        };
    }

    private postgresqlPart(databases: readonly string[]): Part {
        const chosen = (role: string, choose: (values: SecretValues["postgresql"]) => string | undefined): SecretText =>
            this.pick(this.password(`postgresql-${role}`), (values) => choose(values.postgresql));
        const superuser = chosen("superuser", (values) => values.superuserPassword);
        const exporter = chosen("exporter", (values) => values.exporterPassword);
        const owners = Object.fromEntries(
            databases.map((database): [string, SecretText] => [
                database,
                chosen(`owner-${database}`, (values) => values.ownerPasswords[database]),
            ]),
        );
        const passwords = pulumi.all({ ...owners, [SUPERUSER]: superuser, [EXPORTER_ROLE]: exporter });
        const verifiers = pulumi.all([this.derivation, passwords]).apply(([key, plain]) => verifierLines(key, plain));
        const shop = owners[DEMO_DATABASE];
        return {
            secrets: {
                "postgresql-superuser": { password: superuser },
                "postgresql-exporter": { password: exporter },
                "postgresql-roles": owners,
                "postgresql-verifiers": { "verifiers.tsv": verifiers },
                // A copy where the demo's pods are, which cannot see the others.
                ...(shop === undefined ? {} : { "demo-database": { password: shop } }),
            },
            entries: {
                postgresql: entryOf("postgresql-superuser", { user: SUPERUSER, password: superuser }),
                ...Object.fromEntries(
                    Object.entries(owners).map(([database, password]) => [
                        `postgresql/${database}`,
                        entryOf("postgresql-roles", { key: database, user: database, password }),
                    ]),
                ),
            },
        };
    }

    /** A drawn password comes with its hash; one that was chosen is hashed here, to the same text in each run. */
    private argocdPart(): Part {
        const drawn = this.draw("argocd-admin");
        const hash = this.chosen.apply(({ argocd: { adminPassword: chosen } }): SecretText =>
            chosen === undefined
                ? drawn.bcryptHash
                : this.derivation.apply((key) => bcryptHash(chosen, bcryptSalt(key, `argocd/${ARGOCD_USER}`))),
        );
        return argocdPart({
            password: this.pick(pulumi.secret(drawn.result), ({ argocd }) => argocd.adminPassword),
            passwordHash: pulumi.secret(hash),
            sessionKey: pulumi.all([this.derivation, hash]).apply(([key, text]) => sessionKey(key, text)),
            redisPassword: this.password("argocd-redis"),
        });
    }

    /** What the file says, else what was generated. */
    private pick<T>(generated: pulumi.Output<T>, choose: (values: SecretValues) => T | undefined): pulumi.Output<T> {
        return this.chosen.apply((values) => generated.apply((other): T => choose(values) ?? other));
    }

    /**
     * Random bytes in hex. Not by `RandomBytes`, whose id in the state is the bytes themselves, in plain text: that of a
     * `RandomPassword` is "none". From the sixteen digits alone, each is as likely as any other.
     */
    private bytes(role: string, length: number): SecretText {
        const digits = { upper: false, lower: false, overrideSpecial: "abcdef" };
        const args = { length: 2 * length, ...digits };
        return pulumi.secret(new RandomPassword(this.childName(role), args, this.child()).result);
    }

    private password(role: string): SecretText {
        return pulumi.secret(this.draw(role).result);
    }

    /** Letters and digits only: such a password needs no escaping anywhere, and 32 of them are 190 bits. */
    private draw(role: string): RandomPassword {
        return new RandomPassword(this.childName(role), { length: PASSWORD_LENGTH, special: false }, this.child());
    }

    private makeSecret(
        spec: SecretSpec,
        data: SecretData,
        { namespaces, provider, clusterIdentity }: Pick<CredentialsArgs, "namespaces" | "provider" | "clusterIdentity">,
    ): CredentialSecret {
        const { id } = spec;
        const namespace = namespaceName(spec.namespace);
        const resource = new Secret(
            this.childName(id),
            { metadata: secretMetadata(spec), type: "Opaque", stringData: { ...data } },
            this.child({
                dependsOn: [namespaces.of(spec.namespace)],
                ...(provider === undefined ? {} : { provider }),
                ...(clusterIdentity === undefined ? {} : { deletedWith: clusterIdentity }),
            }),
        );
        const checksum = pulumi.unsecret(
            pulumi.all([this.derivation, pulumi.all(data)]).apply(([key, content]) => keyedChecksum(key, content)),
        );
        return { name: id, namespace, resource, checksum };
    }
}

/**
 * The values that `sops` printed as JSON.
 * @throws RunError, which Pulumi shows without a stack trace: what is in the file is its user's matter.
 */
export function readValues(json: string, databases: readonly string[]): SecretValues {
    try {
        return parseSecretValues(JSON.parse(json), databases);
    } catch (error) {
        if (error instanceof UserError) throw withoutStack(new pulumi.RunError(error.message));
        // The parser's own message quotes what it could not read.
        throw withoutStack(new pulumi.RunError("sops did not print JSON"));
    }
}
