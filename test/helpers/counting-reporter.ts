import { writeFileSync } from "node:fs";
import { type MochaOptions, reporters, type Runner } from "mocha";

/** Mocha's own report, and its counts and what failed as JSON in the file that the option `counts` names. */
class CountingReporter extends reporters.Spec {
    public constructor(runner: Runner, options: MochaOptions) {
        super(runner, options);
        const { counts } = (options.reporterOptions ?? {}) as { readonly counts?: string };
        const failed: string[] = [];
        runner.on("fail", (test, error: Error | undefined) => {
            const [cause = ""] = (error?.message ?? "").split("\n");
            failed.push(`${test.fullTitle()}: ${cause}`);
        });
        runner.once("end", () => {
            const { passes = 0, failures = 0, pending = 0 } = this.stats;
            if (counts !== undefined) writeFileSync(counts, JSON.stringify({ passes, failures, pending, failed }));
        });
    }
}

// Mocha takes a reporter module's whole export for the class.
export = CountingReporter;
