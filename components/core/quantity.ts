/** Requests and limits of one container. */
export interface Resources {
    readonly requests: { readonly cpu: string; readonly memory: string };
    readonly limits: { readonly memory: string; readonly cpu?: string };
}

/** Shorthand for `Resources`; CPU limits are left out by default, since throttling only delays start-up. */
export function resources(cpu: string, memory: string, memoryLimit: string): Resources {
    return { requests: { cpu, memory }, limits: { memory: memoryLimit } };
}

const BINARY_UNITS: Readonly<Record<string, number>> = { Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 };

/** Bytes of a binary quantity such as `10Gi`, the form that the settings' gate lets through. */
export function quantityBytes(quantity: string): number {
    const [, count, unit = ""] = /^([0-9]+)(Ki|Mi|Gi|Ti)$/.exec(quantity) ?? [];
    const factor = BINARY_UNITS[unit];
    if (count === undefined || factor === undefined) throw new Error(`${quantity} is not a quantity like 10Gi`);
    return Number(count) * factor;
}
