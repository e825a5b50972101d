import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { alertRules } from "../../components/observability/alert-rules";
import { dashboardSpecs } from "../../components/observability/dashboards/dashboards";
import { datasources } from "../../components/observability/grafana-datasources";
import { ALERT_CASES, promtoolFile } from "../helpers/alert-tests";
import { containerProgram, relocated } from "../helpers/container-program";
import { FULL_LAYERS } from "../helpers/observability";
import { programOr, run, stackOr, STACKS, writeFiles } from "../helpers/programs";
import { withDurations } from "../helpers/query-grammars";
import { scratchFolder } from "../helpers/scratch";

const SERVICE_ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";
const GARAGE_TOKEN = "/etc/prometheus/secrets/garage";
const SETTINGS = { layers: FULL_LAYERS, applicationNamespaces: ["apps"] };

describe("Prometheus' configuration, by promtool", function () {
    this.timeout(180_000);
    const scratch = scratchFolder();
    let promtool: string;

    before(function () {
        promtool = programOr(this, "promtool");
    });

    for (const stack of STACKS) {
        it(`is right in stack ${stack}, with all the files that it names`, async function () {
            const { objects } = await stackOr(this, stack);
            const root = join(scratch(), stack);
            const { args, files } = relocated(containerProgram(objects, "prometheus", "prometheus-server"), {
                "/etc/config": join(root, "config"),
                [SERVICE_ACCOUNT]: join(root, "account"),
                [GARAGE_TOKEN]: join(root, "garage"),
            });
            // What the cluster puts beside them.
            const tokens = { [join(root, "account", "token")]: "t", [join(root, "garage", "token")]: "t" };
            writeFiles({ ...files, ...tokens });
            const config = args.find((arg) => arg.startsWith("--config.file="))?.split("=")[1] ?? "";
            const { status, said } = run(promtool, ["check", "config", "--lint=all", "--lint-fatal", config]);
            assert.equal(status, 0, said);
            assert.match(said, /SUCCESS: .*prometheus\.yml is valid/);
            assert.match(said, /SUCCESS: [1-9]\d+ rules found/);
        });
    }

    it("is refused when it is wrong", () => {
        const file = join(scratch(), "wrong.yml");
        writeFiles({ [file]: "scrape_configs: [{ job_name: a, scrape_intervall: 1s }]\n" });
        const { status, said } = run(promtool, ["check", "config", file]);
        assert.equal(status, 1);
        assert.match(said, /scrape_intervall not found/);
    });
});

describe("alerts, by promtool", function () {
    this.timeout(180_000);
    const scratch = scratchFolder();
    let promtool: string;
    let rulesFile: string;
    let report: string;

    const fileOf = (alert: string): string => join(scratch(), `${alert}.yml`);

    before(function () {
        promtool = programOr(this, "promtool");
        rulesFile = join(scratch(), "rules.yml");
        const rules = alertRules(SETTINGS);
        writeFiles({ [rulesFile]: stringify({ groups: [{ name: "hearth", rules }] }) });
        for (const rule of rules) {
            writeFiles({ [fileOf(rule.alert)]: stringify(promtoolFile(rule, ALERT_CASES, rulesFile)) });
        }
        // All at once: the start of the program takes longer than the tests of an alert.
        const junit = join(scratch(), "report.xml");
        const { said } = run(promtool, [
            ...["test", "rules", `--junit=${junit}`],
            ...rules.map(({ alert }) => fileOf(alert)),
        ]);
        report = existsSync(junit) ? readFileSync(junit, "utf8") : assert.fail(said);
    });

    it("are rules without a doubt", () => {
        const { status, said } = run(promtool, ["check", "rules", "--lint=all", "--lint-fatal", rulesFile]);
        assert.equal(status, 0, said);
        assert.match(said, new RegExp(`SUCCESS: ${alertRules(SETTINGS).length} rules found`));
    });

    for (const rule of alertRules(SETTINGS)) {
        it(`${rule.alert} fires when it should and is silent when it should not`, () => {
            const { tests } = promtoolFile(rule, ALERT_CASES, rulesFile);
            const [, suite = ""] = report.split(`<testsuite name="${fileOf(rule.alert)}"`);
            const [counts = "", ...cases] = (suite.split("</testsuite>")[0] ?? "").split("<testcase");
            assert.match(counts, new RegExp(`tests="${tests.length}" failures="0" errors="0"`), cases.join("\n"));
        });
    }

    it("are missed by the tests that are not theirs", () => {
        const [watchdog] = alertRules(SETTINGS);
        assert.ok(watchdog !== undefined);
        const { fires } = ALERT_CASES["TargetDown"] ?? assert.fail("no case");
        const file = join(scratch(), "never.yml");
        writeFiles({ [file]: stringify(promtoolFile(watchdog, { Watchdog: { fires } }, rulesFile)) });
        assert.equal(run(promtool, ["test", "rules", file]).status, 1);
    });
});

describe("the PromQL of dashboards, by promtool", function () {
    this.timeout(60_000);
    const scratch = scratchFolder();

    it("has functions, arguments and types that Prometheus knows", function () {
        const promtool = programOr(this, "promtool");
        const panels = dashboardSpecs({ layers: FULL_LAYERS }).flatMap(({ rows }) =>
            rows.flatMap(({ panels }) => panels.flatMap(({ spec }) => spec.queries)),
        );
        const ofPanels = panels
            .filter(({ datasource }) => datasource === "prometheus")
            .map(({ fields }) => withDurations(String(fields["expr"])));
        const ofLinks = [
            ...JSON.stringify(datasources({ layers: FULL_LAYERS })).matchAll(/"query":("(?:[^"\\]|\\.)*")/g),
        ].map(([, text = '""']) => String(JSON.parse(text)).replaceAll("$$__tags", 'service="a"'));
        assert.ok(ofPanels.length > 80 && ofLinks.length > 0);
        const rules = [...ofPanels, ...ofLinks].map((expr, index) => ({ record: `query:number_${index}`, expr }));
        const file = join(scratch(), "queries.yml");
        writeFiles({ [file]: stringify({ groups: [{ name: "queries", rules }] }) });
        const { status, said } = run(promtool, ["check", "rules", "--lint=none", file]);
        assert.equal(status, 0, said);
        assert.match(said, new RegExp(`SUCCESS: ${rules.length} rules found`));
    });
});
