/** Container security context that passes Pod Security level `restricted`. */
export const RESTRICTED_CONTAINER = {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    runAsNonRoot: true,
    capabilities: { drop: ["ALL"] },
    seccompProfile: { type: "RuntimeDefault" },
};

/** Pod security context that passes level `restricted`. */
export interface RestrictedPod {
    readonly runAsNonRoot: true;
    readonly runAsUser: number;
    readonly runAsGroup: number;
    readonly fsGroup: number;
    readonly fsGroupChangePolicy: string;
    readonly seccompProfile: { readonly type: string };
}

/** Pod security context that passes level `restricted`, running as one unprivileged user. */
export function restrictedPod(user: number): RestrictedPod {
    return {
        runAsNonRoot: true,
        runAsUser: user,
        runAsGroup: user,
        fsGroup: user,
        // Large volumes would otherwise be walked at every start.
        fsGroupChangePolicy: "OnRootMismatch",
        seccompProfile: { type: "RuntimeDefault" },
    };
}
