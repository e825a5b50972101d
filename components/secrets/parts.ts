import * as pulumi from "@pulumi/pulumi";
import { entryOf, type CredentialEntry } from "./entry";
import { ARGOCD_USER, type SecretId } from "./secret-table";
import type { S3Consumer, S3Key } from "./values";

/** A secret text that may not be known yet. */
export type SecretText = pulumi.Output<string>;
/** Data of one Secret. */
export type SecretData = Readonly<Record<string, SecretText>>;

/** What one layer adds. */
export interface Part {
    readonly secrets: Readonly<Partial<Record<SecretId, SecretData>>>;
    readonly entries: Readonly<Record<string, pulumi.Output<CredentialEntry>>>;
}

/** The secrets of the Garage server itself. */
export interface GarageSecrets {
    readonly rpcSecret: SecretText;
    readonly adminToken: SecretText;
    readonly metricsToken: SecretText;
}

/** All parts in one. */
export function joinParts(parts: readonly Part[]): Part {
    return parts.reduce<Part>(
        (sum, part) => ({
            secrets: { ...sum.secrets, ...part.secrets },
            entries: { ...sum.entries, ...part.entries },
        }),
        { secrets: {}, entries: {} },
    );
}

/** The S3 key of a consumer, for that consumer. */
export function s3Part(consumer: S3Consumer, key: pulumi.Output<S3Key>): Part {
    const id = `${consumer}-s3` as const;
    return {
        secrets: {
            [id]: {
                AWS_ACCESS_KEY_ID: key.apply((pair) => pair.id),
                AWS_SECRET_ACCESS_KEY: key.apply((pair) => pair.secret),
            },
        },
        entries: { [`s3/${consumer}`]: entryOf(id) },
    };
}

/** The secrets of Argo CD. */
export interface ArgoCdSecrets {
    /** The administrator's password, and bcrypt's hash of it. */
    readonly password: SecretText;
    readonly passwordHash: SecretText;
    readonly sessionKey: SecretText;
    readonly redisPassword: SecretText;
}

/**
 * Sessions that began before are void. The key of sessions changes with the password, so this need not: Argo CD would
 * only write the time of its own start here, if it were not given.
 */
const PASSWORD_MTIME = "2000-01-01T00:00:00Z";

/** Argo CD's administrator, whose password is in the cluster as a hash only, and the password of its cache. */
export function argocdPart({ password, passwordHash, sessionKey, redisPassword }: ArgoCdSecrets): Part {
    return {
        secrets: {
            "argocd-secret": {
                "admin.password": passwordHash,
                "admin.passwordMtime": pulumi.output(PASSWORD_MTIME),
                "server.secretkey": sessionKey,
            },
            "argocd-redis": { auth: redisPassword },
        },
        entries: {
            "argocd/admin": entryOf("argocd-secret", { key: "admin.password", user: ARGOCD_USER, password }),
        },
    };
}

/** Garage's own secrets, for its server and for Prometheus. */
export function garagePart({ rpcSecret, adminToken, metricsToken }: GarageSecrets): Part {
    return {
        secrets: {
            "garage-secrets": {
                GARAGE_RPC_SECRET: rpcSecret,
                GARAGE_ADMIN_TOKEN: adminToken,
                GARAGE_METRICS_TOKEN: metricsToken,
            },
            "garage-metrics": { token: metricsToken },
        },
        entries: { garage: entryOf("garage-secrets", { key: "GARAGE_ADMIN_TOKEN" }) },
    };
}
