import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { KUBE_SYSTEM, namespacesOf } from "../../../components/config/namespaces";
import { PORTS } from "../../../components/config/ports";
import { SETTING_NAMES, settingSpec } from "../../../components/config/settings";
import { workloadsOf } from "../../../components/flows/workloads";
import { allAlertRules } from "../../../components/observability/alert-rules";
import { dashboardSpecs } from "../../../components/observability/dashboards/dashboards";
import { RUNBOOKS, runbookFile } from "../../../components/observability/runbooks";
import { stackConfigs } from "../../../tools/docs/flows";
import { runbooksTable, withoutTemplates } from "../../../tools/docs/runbooks-table";
import { makeTargets } from "../../../tools/docs/tools-tables";
import { projectRoot } from "../../../tools/lib/paths";
import { FULL_LAYERS } from "../../helpers/observability";
import { codeOf, kubectlCalls, sectionsOf } from "../../helpers/runbooks";

const ROOT = projectRoot();
const FULL = { layers: FULL_LAYERS, applicationNamespaces: ["apps"] };
const ALERTS = allAlertRules(FULL);
const HEADINGS = ["## Meaning", "## Likely causes", "## Commands", "## Fix"];

/** Kinds that belong to no namespace, among those that the pages name; the last is none, but has no namespace either. */
const CLUSTER_WIDE =
    /^kubectl \S+ (nodes?|ciliumnodes|storageclass|namespaces|ciliumclusterwidenetworkpolicies|--raw)\b/;

const PAGES: Readonly<Record<string, string>> = Object.fromEntries(
    ALERTS.map(({ name }) => {
        const path = join(ROOT, RUNBOOKS, runbookFile(name));
        return [name, existsSync(path) ? readFileSync(path, "utf8") : ""];
    }),
);

/** Everything in all pages that fits, with the page's alert. */
function found(pattern: RegExp, of: (page: string) => string): readonly (readonly [string, RegExpExecArray])[] {
    const all = Object.entries(PAGES).flatMap(([name, page]) =>
        [...of(page).matchAll(pattern)].map((match) => [name, match] as const),
    );
    assert.ok(all.length > 0, `nothing fits ${pattern.source}`);
    return all;
}

const whole = (page: string): string => page;
const code = (page: string): string => codeOf(page).join("\n");

describe("the parts of a runbook", () => {
    const page =
        '# A\n\n## B\n\ntext `make up`\n\n```sh\n# no heading\nN=apps\nkubectl get pods -n "$N" -l a=b | grep -n x\n```\n';

    it("are its headings with what is below", () => {
        assert.deepEqual(
            sectionsOf(page).map(({ heading, text }) => [heading, text.length > 0]),
            [
                ["# A", false],
                ["## B", true],
            ],
        );
    });

    it("are what may be typed, with the variables' values", () => {
        assert.ok(codeOf(page).includes("kubectl get pods -n apps -l a=b | grep -n x"));
        assert.ok(codeOf(page).includes("make up"));
        assert.ok(!codeOf(page).join("\n").includes("text"));
    });

    it("are calls of kubectl, without what comes behind them", () => {
        assert.deepEqual(kubectlCalls(codeOf(page)), [
            {
                text: "kubectl get pods -n apps -l a=b",
                namespace: "apps",
                everywhere: false,
                workloads: [],
                podLabel: ["a", "b"],
            },
        ]);
        const [exec, restart, claims] = kubectlCalls([
            "kubectl exec -n database postgresql-0 -c postgresql -- psql -n other",
            "kubectl rollout restart --namespace=edge deployment/traefik; kubectl get pvc -A -l a=b",
        ]);
        assert.deepEqual([exec?.namespace, exec?.workloads], ["database", ["postgresql"]]);
        assert.deepEqual([restart?.namespace, restart?.workloads], ["edge", ["traefik"]]);
        assert.deepEqual([claims?.everywhere, claims?.podLabel], [true, undefined]);
    });
});

describe("the runbooks", () => {
    it("are one for every alert, and none besides", () => {
        const files = readdirSync(join(ROOT, RUNBOOKS)).filter((file) => file !== "README.md");
        assert.deepEqual(files.sort(), ALERTS.map(({ name }) => runbookFile(name)).sort());
    });

    for (const [name, page] of Object.entries(PAGES)) {
        it(`have for ${name} its name as title, and meaning, causes, commands and fix in that order`, () => {
            const [title, ...sections] = sectionsOf(page);
            assert.equal(title?.heading, `# ${name}`);
            assert.deepEqual(
                sections.map(({ heading }) => heading),
                HEADINGS,
            );
            for (const { heading, text } of sections) assert.ok(text.length > 40, heading);
            assert.match(sections[1]?.text ?? "", /^- /m);
            assert.match(sections[2]?.text ?? "", /^```sh\n[\s\S]+\n```/);
        });
    }

    it("choose a cluster of a stack that has the alert", () => {
        const stacks = stackConfigs(ROOT, ["dev-fast", "cilium", "full"]);
        for (const { name, layers } of ALERTS) {
            const { text = "" } = sectionsOf(PAGES[name] ?? "").find(({ heading }) => heading === "## Commands") ?? {};
            const [, stack = ""] =
                /^```sh\nexport KUBECONFIG=~\/\.local\/state\/hearth\/clusters\/hearth-([a-z-]+)\/kubeconfig /.exec(
                    text,
                ) ?? [];
            const config = stacks[stack] ?? assert.fail(`${name}: no stack in\n${text}`);
            for (const layer of layers) assert.ok(config.layers.includes(layer), `${name}: ${stack} has no ${layer}`);
        }
    });
});

describe("the commands of the runbooks", () => {
    const calls = Object.entries(PAGES).flatMap(([name, page]) =>
        kubectlCalls(codeOf(page)).map((call) => ({ name, ...call })),
    );
    const namespaces = [KUBE_SYSTEM, ...namespacesOf(FULL.layers, FULL.applicationNamespaces).map(({ name }) => name)];
    const workloads = workloadsOf(FULL);

    /** Names of a namespace's workloads: those of the table, their labels' values, and what the demo delivers. */
    function names(namespace: string): readonly string[] {
        const platform = workloads
            .filter((one) => one.namespace === namespace)
            .flatMap(({ id, labels }) => [id, ...Object.values(labels)]);
        const demo = readdirSync(join(ROOT, "manifests", "full", "demo"))
            .map((file) => /^Deployment-(.+)\.yaml$/.exec(file)?.[1] ?? "")
            .filter((name) => name !== "");
        return namespace === "apps" ? [...platform, ...demo] : platform;
    }

    it("name namespaces of the platform, wherever the kind belongs to one", () => {
        assert.ok(calls.length > 150);
        for (const { name, text, namespace, everywhere } of calls) {
            if (namespace === undefined) assert.ok(everywhere || CLUSTER_WIDE.test(text), `${name}: ${text}`);
            else assert.ok(namespaces.includes(namespace), `${name}: ${text}`);
        }
    });

    it("name workloads that their namespace has", () => {
        const naming = calls.filter((call) => call.workloads.length > 0);
        assert.ok(naming.length > 80);
        for (const { name, text, namespace = "", workloads: named } of naming) {
            for (const one of named) assert.ok(names(namespace).includes(one), `${name}: no ${one} for ${text}`);
        }
    });

    it("select pods by labels that pods of the namespace bear", () => {
        const selecting = calls.filter(({ podLabel }) => podLabel !== undefined);
        assert.ok(selecting.length > 10);
        for (const { name, text, namespace, podLabel: [label, value] = ["", ""] } of selecting) {
            const bears = workloads.some((one) => one.namespace === namespace && one.labels[label] === value);
            assert.ok(bears, `${name}: ${text}`);
        }
    });

    it("are targets of the Makefile and stacks of the checkout, where they begin with make", () => {
        const targets = makeTargets(readFileSync(join(ROOT, "Makefile"), "utf8"));
        for (const [name, [text, target = ""]] of found(/\bmake ([a-z-]+)/g, code)) {
            assert.ok(targets.includes(target), `${name}: ${text}`);
        }
        for (const [name, [text, stack = ""]] of found(/\bSTACK=(\S+)/g, code)) {
            assert.ok(existsSync(join(ROOT, `Pulumi.${stack}.yaml`)), `${name}: ${text}`);
        }
    });

    it("ask at ports of the port table", () => {
        for (const [name, [text, port]] of found(/127\.0\.0\.1:(\d+)/g, whole)) {
            assert.ok(
                PORTS.some(({ nodePort }) => nodePort === Number(port)),
                `${name}: ${text}`,
            );
        }
    });
});

describe("the words of the runbooks", () => {
    it("name settings that there are, with their fields", () => {
        for (const [name, [text, word, field]] of found(/hearth:([a-zA-Z]+)(?:\.([a-zA-Z-]+))?/g, whole)) {
            const setting = SETTING_NAMES.find((one) => one === word) ?? assert.fail(`${name}: ${text}`);
            const { fields = {} } = settingSpec(setting);
            if (field !== undefined) assert.ok(field in fields, `${name}: ${text}`);
        }
    });

    it("name files, pages and dashboards that there are", () => {
        for (const [name, [, path = ""]] of found(/`((?:components|docs)\/[^`\s]+)`/g, whole)) {
            assert.ok(existsSync(join(ROOT, path)), `${name}: ${path}`);
        }
        for (const [name, [, text = "", file = ""]] of found(/\[([^\]]+)\]\(([^)]+)\)/g, whole)) {
            assert.equal(file, runbookFile(text), name);
            assert.ok(existsSync(join(ROOT, RUNBOOKS, file)), `${name}: ${file}`);
        }
        const titles = dashboardSpecs(FULL).map(({ title }) => title);
        for (const [name, [text, title = ""]] of found(/[Dd]ashboard "([^"]+)"/g, whole)) {
            assert.ok(titles.includes(title), `${name}: ${text}`);
        }
    });
});

describe("the index of the runbooks", () => {
    it("has every alert with severity, layers and a link, and no template", () => {
        const [, , ...rows] = runbooksTable().split("\n");
        assert.equal(rows.length, ALERTS.length);
        for (const [index, { name, severity, layers }] of ALERTS.entries()) {
            const row = rows[index] ?? "";
            assert.ok(row.startsWith(`| \`${name}\` | ${severity} | \`prometheus\``), row);
            for (const layer of layers) assert.ok(row.includes(`\`${layer}\``), row);
            assert.ok(row.endsWith(`| [${runbookFile(name)}](${runbookFile(name)}) |`), row);
            assert.ok(!row.includes("{{"), row);
        }
    });

    it("says what a summary would, with the labels' names", () => {
        assert.equal(withoutTemplates("Plain"), "Plain");
        assert.equal(
            withoutTemplates("{{ $value | humanizePercentage }} of {{ $labels.a_b }} fail"),
            "`<value>` of `<a_b>` fail",
        );
        assert.equal(withoutTemplates("It{{ with $labels.node }} on {{ . }}{{ end }} is down"), "It is down");
    });
});
