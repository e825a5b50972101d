import * as pulumi from "@pulumi/pulumi";
import { secretPath, secretSpec, type SecretId } from "./secret-table";

/** Where one credential is, and for those that people type, what it is. */
export interface CredentialEntry {
    /** `namespace/name` of the Secret. */
    readonly secret: string;
    /** The key in the Secret, where one of several is meant. */
    readonly key?: string;
    readonly user?: string;
    readonly password?: string;
}

/** What an entry says beside the Secret's place. */
export interface EntryFacts {
    readonly key?: string;
    readonly user?: pulumi.Input<string>;
    readonly password?: pulumi.Input<string>;
}

/** The entry of a credential, secret as soon as a part of it is. */
export function entryOf(id: SecretId, facts: EntryFacts = {}): pulumi.Output<CredentialEntry> {
    const { keys } = secretSpec(id);
    const key = facts.key ?? (keys.length === 1 && keys !== "databases" ? keys[0] : undefined);
    const place = { secret: secretPath(id), ...(key === undefined ? {} : { key }) };
    return pulumi.all([facts.user, facts.password]).apply(([user, password]): CredentialEntry => ({
        ...place,
        ...(user === undefined ? {} : { user }),
        ...(password === undefined ? {} : { password }),
    }));
}
