import { RULES } from "../../policy/rules";
import { code, table } from "./table";

/** The rules of the policy pack. */
export function policiesTable(): string {
    return table(
        ["rule", "severity", "what must be"],
        RULES.map(({ name, severity, title }) => [code(name), severity, title]),
    );
}
