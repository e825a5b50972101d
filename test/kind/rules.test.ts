import assert from "node:assert/strict";
import { alertRules } from "../../components/observability/alert-rules";
import { kindStack } from "../helpers/kind-stack";
import { Telemetry } from "../helpers/kind-telemetry";
import { eventually, minutes } from "../helpers/kind-wait";

interface Group {
    readonly name: string;
    readonly rules: readonly { readonly name: string; readonly health: string; readonly lastError?: string }[];
}

interface Alert {
    readonly labels: Readonly<Record<string, string>>;
    readonly state: string;
}

describe("alerts of a stack", function () {
    this.timeout(minutes(15));
    const stack = kindStack();
    const telemetry = new Telemetry(stack);

    before(async function () {
        await stack.ready(this, "prometheus");
    });

    it("come of Hearth's rules, all of which can be evaluated", async () => {
        const { rules } = await eventually("the evaluation of all rules", async () => {
            const { groups } = await telemetry.prometheus<{ groups: readonly Group[] }>("rules");
            const group = groups.find(({ name }) => name === "hearth");
            const odd = (group?.rules ?? []).filter(({ health }) => health !== "ok");
            if (odd.length > 0) throw new Error(odd.map(({ name, lastError }) => `${name}: ${lastError}`).join("\n"));
            return group;
        });
        const expected = alertRules(stack.config).map(({ alert }) => alert);
        assert.deepEqual(rules.map(({ name }) => name).sort(), [...expected].sort());
    });

    it("are none but the sign of life, once all has settled", async () => {
        const quiet = await eventually(
            "the other alerts to end",
            async () => {
                const { alerts } = await telemetry.prometheus<{ alerts: readonly Alert[] }>("alerts");
                const others = alerts.filter(({ labels }) => labels["alertname"] !== "Watchdog");
                if (others.length > 0) throw new Error(`still: ${JSON.stringify(others)}`);
                return alerts;
            },
            // A condition may last as long as the longest `for` of a rule before it is an alert, or is gone.
            minutes(10),
        );
        assert.deepEqual(
            quiet.map(({ labels, state }) => [labels["alertname"], state]),
            [["Watchdog", "firing"]],
        );
    });

    it("reach Alertmanager", async function () {
        stack.needs(this, "alertmanager");
        const { activeAlertmanagers } = await telemetry.prometheus<{ activeAlertmanagers: readonly unknown[] }>(
            "alertmanagers",
        );
        assert.equal(activeAlertmanagers.length, 1);
        const names = await eventually("the sign of life", async () => {
            const response = await fetch(`${telemetry.url("alertmanager")}/api/v2/alerts`);
            const alerts = (await response.json()) as readonly Alert[];
            return alerts.length > 0 ? alerts.map(({ labels }) => labels["alertname"]) : undefined;
        });
        assert.ok(names.includes("Watchdog"), names.join(", "));
    });
});
