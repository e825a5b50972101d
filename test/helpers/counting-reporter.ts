import { writeFileSync } from "node:fs";
import { type MochaOptions, reporters, type Runner } from "mocha";

/** Mocha's own report, and its counts as JSON in the file that the option `counts` names. */
class CountingReporter extends reporters.Spec {
    public constructor(runner: Runner, options: MochaOptions) {
        super(runner, options);
        const { counts } = (options.reporterOptions ?? {}) as { readonly counts?: string };
        runner.once("end", () => {
            const { passes = 0, failures = 0, pending = 0 } = this.stats;
            if (counts !== undefined) writeFileSync(counts, JSON.stringify({ passes, failures, pending }));
        });
    }
}

// Mocha takes a reporter module's whole export for the class.
export = CountingReporter;
