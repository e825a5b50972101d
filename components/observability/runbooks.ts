import type { PlatformConfig } from "../config/schema";

/** Folder of the runbooks in the checkout; where `hearth:runbooks` says nothing, people find the pages there. */
export const RUNBOOKS = "docs/runbooks";

/** File with the runbook of an alert: its name in kebab-case, `TargetDown` → `target-down.md`. */
export function runbookFile(alert: string): string {
    return `${alert.replace(/(?<=[a-z0-9])(?=[A-Z])/g, "-").toLowerCase()}.md`;
}

/** Where a person finds the runbook of an alert: a URL, or a path in the checkout. */
export function runbookUrl(alert: string, { runbooks = RUNBOOKS }: Pick<PlatformConfig, "runbooks">): string {
    return `${runbooks}/${runbookFile(alert)}`;
}
