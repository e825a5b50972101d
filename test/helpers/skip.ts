import { appendFileSync } from "node:fs";
import { SKIPS_VARIABLE } from "../../tools/testing/mocha";

/** Skips a test, or all of a suite from its `before`, for a reason that `make test` repeats at its end. */
export function skip(context: Mocha.Context, reason: string): never {
    const file = process.env[SKIPS_VARIABLE];
    if (file !== undefined) appendFileSync(file, `${reason}\n`);
    console.log(`      skipped: ${reason}`);
    return context.skip();
}

/** Skips it where there are programs that it needs and PATH lacks. */
export function skipWithout(context: Mocha.Context, missing: readonly string[]): void {
    if (missing.length > 0) skip(context, `PATH lacks ${missing.join(", ")} (make tools brings them)`);
}
