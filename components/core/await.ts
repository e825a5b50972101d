/**
 * Annotation that keeps Pulumi from waiting until a workload or Service works. Nothing waits for pods on the way:
 * the readiness gate at the end watches all of them at once, and names causes.
 */
export const SKIP_AWAIT = { "pulumi.com/skipAwait": "true" } as const;
