import { withDefaults } from "../../components/config/defaults";
import { allAlertRules } from "../../components/observability/alert-rules";
import { runbookFile } from "../../components/observability/runbooks";
import { code, codes, table } from "./table";

/** Every alert with its runbook, as a table for the folder of the runbooks. */
export function runbooksTable(): string {
    return table(
        ["alert", "severity", "layers", "what it says", "runbook"],
        allAlertRules(withDefaults({})).map(({ name, severity, layers, summary }) => [
            code(name),
            severity,
            codes(["prometheus", ...layers]),
            withoutTemplates(summary),
            `[${runbookFile(name)}](${runbookFile(name)})`,
        ]),
    );
}

/** A summary for readers who have no alert before them: names of labels in the place of their values, no optional parts. */
export function withoutTemplates(summary: string): string {
    return summary
        .replace(/\{\{ with .*?\{\{ end \}\}/g, "")
        .replace(/\{\{ \$(?:labels\.)?(\w+).*?\}\}/g, (_all, name: string) => code(`<${name}>`));
}
