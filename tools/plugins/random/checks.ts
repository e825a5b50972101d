import type { CheckFailure } from "../provider-lib/properties";
import { whole } from "../provider-lib/read";
import type { ValueMap } from "../provider-lib/values";

/** Refuses a number below a limit. An unknown one is let through, since it will be checked when it is known. */
export function atLeast(values: ValueMap, property: string, limit: number): CheckFailure[] {
    const value = whole(values, property);
    if (value === undefined || value >= limit) return [];
    return [{ property, reason: `must be at least ${limit}; got ${value}` }];
}
