import assert from "node:assert/strict";
import { join } from "node:path";
import { COMPATIBILITY } from "../../../components/config/compat";
import { LAYERS } from "../../../components/config/layers";
import { NAMESPACES } from "../../../components/config/namespaces";
import { PORTS } from "../../../components/config/ports";
import { SETTING_NAMES, settingSpec } from "../../../components/config/settings";
import { CHART_NAMES, IMAGE_IDS } from "../../../components/config/versions";
import { SECRETS } from "../../../components/secrets/secret-table";
import {
    chartsTable,
    compatibilityTable,
    imagesTable,
    layersTable,
    namespacesTable,
    portsTable,
    secretsTable,
} from "../../../tools/docs/platform-tables";
import { flowsOfStacksTable, stackFlows } from "../../../tools/docs/flows";
import { settingsTable } from "../../../tools/docs/settings-table";
import { table } from "../../../tools/docs/table";
import { commandsTable, makeTargets, toolsTable } from "../../../tools/docs/tools-tables";
import { TOOLS } from "../../../tools/registry";

const ROOT = join(__dirname, "..", "..", "..");
const STACKS = { small: ["traefik"], big: ["traefik", "loki", "garage", "argocd"] };

/** Cells of a table without its header. */
function rows(text: string): readonly (readonly string[])[] {
    return text
        .split("\n")
        .slice(2)
        .map((line) => line.replace(/^\| | \|$/g, "").split(" | "));
}

function row(text: string, first: string): readonly string[] {
    return rows(text).find(([cell]) => cell === first) ?? assert.fail(`no row ${first} in\n${text}`);
}

describe("a table", () => {
    it("has a header, a rule and rows, and no cell that ends too early", () => {
        assert.equal(table(["a", "b"], [["1|2", "x\ny"]]), "| a | b |\n|---|---|\n| 1\\|2 | x y |");
    });
});

describe("the generated tables", () => {
    it("have every setting and every field, with type, default and meaning", () => {
        const names = SETTING_NAMES.flatMap((name) => [
            `\`hearth:${name}\``,
            ...Object.keys(settingSpec(name).fields ?? {}).map((key) => `\`hearth:${name}.${key}\``),
        ]);
        assert.deepEqual(
            rows(settingsTable()).map(([name]) => name),
            names,
        );
        const workers = row(settingsTable(), "`hearth:workers`");
        assert.deepEqual(workers.slice(0, 3), ["`hearth:workers`", "integer", "`0`"]);
        assert.equal(row(settingsTable(), "`hearth:cni`")[1], "one of `kindnetd`, `cilium`");
        assert.equal(row(settingsTable(), "`hearth:images`")[1], "map of strings");
        assert.equal(row(settingsTable(), "`hearth:roles`")[1], "map of lists");
        assert.equal(row(settingsTable(), "`hearth:databases`")[2], "`app`");
        assert.equal(row(settingsTable(), "`hearth:kind.imageGcHigh`")[2], "`95`");
        assert.equal(row(settingsTable(), "`hearth:context`")[2], "");
        assert.equal(row(settingsTable(), "`hearth:oidc.issuer`")[2], "");
    });

    it("have every port with the stacks that open it", () => {
        assert.equal(rows(portsTable(STACKS)).length, PORTS.length);
        assert.deepEqual(row(portsTable(STACKS), "`http://127.0.0.1:30081`").slice(2), ["`traefik`", "`small`, `big`"]);
        assert.deepEqual(row(portsTable(STACKS), "`https://127.0.0.1:30443`").slice(2), ["`argocd`", "`big`"]);
        assert.equal(row(portsTable(STACKS), "`http://127.0.0.1:30300`")[3], "");
    });

    it("have every layer with its needs, charts and images", () => {
        assert.equal(rows(layersTable(STACKS)).length, LAYERS.length + 1);
        const [, needs, chart, images, stacks] = row(layersTable(STACKS), "`loki`");
        assert.match(needs ?? "", /^`garage`: /);
        assert.deepEqual([chart, images, stacks], ["`loki`", "`loki`", "`big`"]);
        assert.equal(row(layersTable(STACKS), "`traefik`")[2], "`gateway-api`, `traefik-crds`, `traefik`");
        assert.match(row(layersTable(STACKS), "`istio`")[1] ?? "", /^`cilium`: /);
    });

    it("show the container network as what hearth:cni brings, with the stacks that have it", () => {
        const [, needs, charts, images, stacks] = row(layersTable({ ...STACKS, mid: ["cilium"] }), "`cilium`");
        assert.match(needs ?? "", /comes by `hearth:cni: cilium`/);
        assert.deepEqual([charts, stacks], ["`cilium-crds`, `cilium`", "`mid`"]);
        assert.match(images ?? "", /`cilium-operator`/);
    });

    it("have every namespace, chart, image, Secret and tool", () => {
        assert.equal(rows(namespacesTable()).length, NAMESPACES.length + 1);
        assert.deepEqual(row(namespacesTable(), "(each of `hearth:applicationNamespaces`)")[1], "`restricted`");
        assert.equal(rows(compatibilityTable()).length, COMPATIBILITY.length);
        assert.equal(rows(chartsTable()).length, CHART_NAMES.length);
        assert.equal(rows(imagesTable()).length, IMAGE_IDS.length + 2);
        assert.equal(rows(secretsTable()).length, SECRETS.length);
        assert.equal(rows(toolsTable()).length, TOOLS.length);
    });

    it("say why a level is not restricted, how a chart is verified, where a tool comes from", () => {
        assert.match(row(namespacesTable(), "`node-agents`")[2] ?? "", /host/);
        assert.equal(row(namespacesTable(), "`edge`")[2], "");
        assert.equal(row(chartsTable(), "`loki`")[4], "digest of the archive, hash of the content");
        assert.equal(row(chartsTable(), "`traefik-crds`")[4], "first use, then pinned");
        assert.match(row(chartsTable(), "`cilium-crds`")[4] ?? "", /^made of \d+ manifests, each by its digest$/);
        assert.equal(row(toolsTable(), "`kwok`")[3], "a build from source");
        assert.equal(row(toolsTable(), "`language-host`")[3], "the release of `pulumi`, then a stand-in of ours");
        assert.equal(row(secretsTable(), "`observability/loki-s3`")[1], "Loki");
    });

    it("have every flow once, by who begins it, with all stacks that have it", () => {
        const metrics = { from: "b", to: "a", ports: "1", reason: "Metrics." };
        const logs = { from: "a", to: "b", ports: "2", reason: "Logs." };
        const tunnelled = { ...logs, ports: "2, through 15008" };
        assert.deepEqual(rows(flowsOfStacksTable({ small: [metrics, logs], big: [metrics, tunnelled] })), [
            ["a", "b", "2", "Logs.", "`small`"],
            ["a", "b", "2, through 15008", "Logs.", "`big`"],
            ["b", "a", "1", "Metrics.", "`small`, `big`"],
        ]);
    });

    it("have the flows of the stacks as their files are, on a machine that has everything", () => {
        const flows = stackFlows(ROOT, ["dev-fast", "full"]);
        const text = flowsOfStacksTable(flows);
        assert.equal(
            rows(text)
                .map((cells) => cells[4]?.split(", ").length ?? 0)
                .reduce((sum, stacks) => sum + stacks, 0),
            Object.values(flows).flat().length,
        );
        const loki = rows(text).filter(([from, to]) => from?.startsWith("grafana ") && to?.startsWith("loki "));
        assert.deepEqual(
            loki.map((cells) => cells.slice(2)),
            [["3100", "Dashboards ask for log lines.", "`dev-fast`, `full`"]],
        );
        const api = rows(text).filter(([from, , , why]) => from?.startsWith("traefik ") && why?.includes("routes"));
        assert.deepEqual(
            api.map((cells) => [cells[1], cells[4]]),
            [
                ["API server", "`full`"],
                ["private addresses but pods', the API server among them", "`dev-fast`"],
            ],
        );
    });

    it("have the commands that users type, and none of the program's own", () => {
        const commands = [
            { name: "up", summary: "bring it up" },
            { name: "help", summary: "explain" },
            { name: "inner", summary: "do something inside" },
        ];
        const makefile = "X := 1\n.PHONY: inner\nhelp: y\n\t@true\nup down: y\n\t@inner: no\ntest-%: y\n";
        assert.deepEqual(makeTargets(makefile), ["help", "up", "down"]);
        assert.deepEqual(rows(commandsTable(commands, makefile)), [
            ["`make up`", "bring it up"],
            ["`make help`", "explain"],
        ]);
    });
});
