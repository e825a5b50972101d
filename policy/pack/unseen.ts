import type { Finding, Rule } from "../model/rule";

/** What rules could not see of a stack. */
export class Unseen {
    private readonly byRule = new Map<string, Set<string>>();

    /** Notes what a rule found to be unknown; the same place counts once. */
    public note(rule: Rule, findings: readonly Finding[]): void {
        for (const { verdict, where, at = "" } of findings) {
            if (verdict !== "unknown") continue;
            const places = this.byRule.get(rule.name) ?? new Set();
            this.byRule.set(rule.name, places.add(at === "" ? where : `${where}, ${at}`));
        }
    }

    /** One line for each rule that could not see everything. */
    public lines(): readonly string[] {
        return [...this.byRule].map(([rule, places]) => {
            const [first = ""] = places;
            const others = places.size === 1 ? "" : ` and ${places.size - 1} more`;
            return `${rule} could not judge ${first}${others}`;
        });
    }
}
