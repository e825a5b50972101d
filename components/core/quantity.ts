/** Requests and limits of one container. */
export interface Resources {
    readonly requests: { readonly cpu: string; readonly memory: string };
    readonly limits: { readonly memory: string; readonly cpu?: string };
}

/** Shorthand for `Resources`; CPU limits are left out by default, since throttling only delays start-up. */
export function resources(cpu: string, memory: string, memoryLimit: string): Resources {
    return { requests: { cpu, memory }, limits: { memory: memoryLimit } };
}
