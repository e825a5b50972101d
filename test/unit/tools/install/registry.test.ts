import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { namesFit } from "../../../../tools/install/build";
import { neededTools } from "../../../../tools/install/needs";
import { fill } from "../../../../tools/install/platform";
import { TOOL_NAMES, type ToolName } from "../../../../tools/install/tool-spec";
import { accepts, versionIn } from "../../../../tools/install/versions";
import { chartSpec, pinnedImage } from "../../../../components/config/versions";
import { TOOLS, toolSpec } from "../../../../tools/registry";
import { TEST_PROGRAMS } from "../../../../tools/test-programs";

const ROOT = join(__dirname, "..", "..", "..", "..");

/** What the module says that a tool is built from. */
function goMod(name: ToolName): string {
    return readFileSync(join(ROOT, "tools", "modules", toolSpec(name).module?.folder ?? "none", "go.mod"), "utf8");
}

/** What each program prints for its version, as the real ones did. */
const PRINTED: Readonly<Partial<Record<ToolName, readonly (readonly [text: string, version: string])[]>>> = {
    pulumi: [["v3.245.0\n", "3.245.0"]],
    sops: [
        ["sops 3.13.3\n", "3.13.3"],
        ["sops 3.9.0 (latest)\n", "3.9.0"],
    ],
    age: [
        ["v1.3.2\n", "1.3.2"],
        ["1.1.1\n", "1.1.1"],
    ],
    kwok: [["kwokctl version v0.7.0 go1.26.8 (linux/amd64)\n", "0.7.0"]],
    kind: [["kind version 0.30.0\n", "0.30.0"]],
    kubectl: [["Client Version: v1.32.4-dispatcher\nKustomize Version: v5.5.0\n", "1.32.4"]],
    helm: [["v3.18.6+gb76a950\n", "3.18.6"]],
    prometheus: [
        ["prometheus, version 3.14.0 (branch: , revision: unknown)\n  build user:       \n", "3.14.0"],
        ["promtool, version 3.14.0 (branch: , revision: unknown)\n", "3.14.0"],
    ],
    traefik: [["Version:      3.6.15\nCodename:     cheddar\nGo version:   go1.26.8\n", "3.6.15"]],
};

describe("the registry of tools", () => {
    it("has every tool once, in the order of the names", () => {
        assert.deepEqual(
            TOOLS.map(({ name }) => name),
            TOOL_NAMES,
        );
    });

    it("knows for every tool a place that it comes from where the network reaches nothing but packages", () => {
        const without = TOOLS.filter(({ module, standIn }) => module === undefined && standIn === undefined);
        // Only tests run it, and those skip without it.
        assert.deepEqual(
            without.map(({ name }) => name),
            ["tempo"],
        );
    });

    it("says of every tool what it is for and which programs it yields", () => {
        for (const { name, purpose, binaries } of TOOLS) {
            assert.ok(purpose.length > 10, name);
            assert.ok(binaries.length > 0, name);
        }
    });

    it("fetches releases and their checksums over TLS only, from one host", () => {
        for (const { name, release } of TOOLS) {
            for (const { url, checksums } of release?.downloads ?? []) {
                assert.equal(new URL(url).protocol, "https:", name);
                assert.equal(new URL(checksums).protocol, "https:", name);
                assert.equal(new URL(checksums).host, new URL(url).host, name);
            }
        }
    });

    it("leaves no placeholder open in an address", () => {
        for (const { release } of TOOLS) {
            for (const { url, checksums, version, members = {} } of release?.downloads ?? []) {
                for (const template of [url, checksums, ...Object.keys(members)]) {
                    assert.doesNotMatch(fill(template, version, { os: "linux", arch: "arm64" }), /[{}]/);
                }
            }
        }
    });

    it("gets all binaries of a tool out of its release", () => {
        for (const { name, binaries, release } of TOOLS) {
            if (release === undefined) continue;
            const given = release.downloads.flatMap(({ binary, members = {} }) =>
                binary === undefined ? Object.values(members) : [binary],
            );
            for (const binary of binaries) assert.ok(given.includes(binary), `${name}: ${binary}`);
        }
    });

    it("gets all binaries of a tool out of its build", () => {
        for (const { name, binaries, module } of TOOLS) {
            if (module === undefined) continue;
            const built = Object.keys(module.packages);
            if (module.multiCall === undefined) assert.deepEqual([...built].sort(), [...binaries].sort(), name);
            else assert.deepEqual(built, [module.multiCall], name);
            assert.ok(namesFit(module), `${name}: go build would name its binaries otherwise`);
        }
    });

    it("builds from modules whose go.sum is committed", () => {
        for (const { module } of TOOLS) {
            if (module === undefined) continue;
            assert.ok(existsSync(join(ROOT, "tools", "modules", module.folder, "go.sum")), module.folder);
        }
    });

    it("has the versions that the Go modules pin", () => {
        const pins: readonly (readonly [ToolName, string])[] = [
            ["pulumi", "github.com/pulumi/pulumi/pkg/v3"],
            ["sops", "github.com/getsops/sops/v3"],
            ["age", "filippo.io/age"],
            ["control-plane", "k8s.io/kubernetes"],
            ["kubectl", "k8s.io/kubernetes"],
            ["kwok", "sigs.k8s.io/kwok"],
            ["kind", "sigs.k8s.io/kind"],
            ["helm", "helm.sh/helm/v3"],
            ["argocd", "github.com/argoproj/argo-cd/v3"],
            ["alertmanager", "github.com/prometheus/alertmanager"],
            ["loki", "github.com/grafana/loki/v3"],
            ["traefik", "github.com/traefik/traefik/v3"],
        ];
        for (const [name, path] of pins) {
            const version = new RegExp(`^\\s*(?:require )?${path} v(\\S+)`, "m").exec(goMod(name))?.[1];
            assert.equal(version, toolSpec(name).version, name);
        }
        // Prometheus' module counts from 0: v0.314.0 is 3.14.0.
        const [major, minor, patch] = toolSpec("prometheus").version.split(".");
        const ofModule = `v0.${major}${minor}.${patch}`;
        assert.match(goMod("prometheus"), new RegExp(`^\\s*github.com/prometheus/prometheus ${ofModule}`, "m"));
        const etcd = toolSpec("control-plane").release?.downloads.find(({ url }) => url.includes("etcd"));
        assert.match(goMod("control-plane"), new RegExp(`go.etcd.io/etcd/server/v3 v${etcd?.version ?? "?"}\\n`));
    });

    it("has the programs that tests run in the versions that the cluster runs", () => {
        for (const name of ["prometheus", "loki", "tempo", "traefik"] as const) {
            assert.equal(toolSpec(name).version, chartSpec(name).appVersion.replace("v", ""), name);
        }
        assert.ok(pinnedImage("alertmanager").endsWith(`:v${toolSpec("alertmanager").version}`));
    });

    it("has the versions of the npm packages that speak to the tools", () => {
        const { dependencies } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
            dependencies: Readonly<Record<string, string>>;
        };
        assert.equal(toolSpec("pulumi").version, dependencies["@pulumi/pulumi"]);
        assert.equal(toolSpec("language-host").version, dependencies["@pulumi/pulumi"]);
        assert.equal(toolSpec("kubernetes-provider").version, dependencies["@pulumi/kubernetes"]);
        assert.equal(toolSpec("command-provider").version, dependencies["@pulumi/command"]);
        assert.equal(toolSpec("random-provider").version, dependencies["@pulumi/random"]);
    });

    it("writes the version into builds whose programs would not know it", () => {
        for (const name of ["pulumi", "sops", "kwok", "control-plane", "kubectl", "helm", "argocd"] as const) {
            const { module, version } = toolSpec(name);
            const prefix = name === "sops" || name === "argocd" ? "" : "v";
            assert.ok(module?.ldflags.includes(`ersion=${prefix}${version}`), name);
        }
    });

    it("reads the versions that the programs print", () => {
        for (const [name, samples] of Object.entries(PRINTED)) {
            const check = TOOLS.find((spec) => spec.name === name)?.onPath;
            assert.ok(check !== undefined, name);
            for (const [text, version] of samples) assert.equal(versionIn(text, check.pattern), version, name);
        }
    });

    it("accepts on PATH what it would install itself", () => {
        for (const { name, onPath, version } of TOOLS) {
            if (onPath !== undefined) assert.ok(accepts(onPath.accepts, version), name);
        }
    });

    it("never takes the simulated control plane or a plugin from PATH", () => {
        for (const { name, onPath, plugin } of TOOLS) {
            if (plugin !== undefined || name === "control-plane") assert.equal(onPath, undefined, name);
        }
    });
});

describe("the tools of a run", () => {
    it("are the engine, its plugins and those of the secrets file, whatever the cluster", () => {
        const always = ["pulumi", "language-host", "kubernetes-provider", "command-provider", "random-provider"];
        for (const cluster of ["kind", "kwok", "existing"] as const) {
            assert.deepEqual(neededTools({ cluster }).slice(0, 7), [...always, "sops", "age"]);
        }
    });

    it("differ by cluster: kind only with an engine, the control plane only without", () => {
        assert.deepEqual(neededTools({ cluster: "kwok" }).slice(7), ["control-plane", "kwok"]);
        assert.deepEqual(neededTools({ cluster: "kind" }).slice(7), ["kind", "kubectl"]);
        assert.deepEqual(neededTools({ cluster: "existing" }).slice(7), ["kubectl"]);
    });

    it("never have Argo CD's programs, which only a tier of the tests asks for", () => {
        for (const cluster of ["kind", "kwok", "existing"] as const) {
            assert.ok(!neededTools({ cluster, charts: true }).includes("argocd"), cluster);
        }
    });

    it("have helm only when a chart repository must be asked", () => {
        assert.ok(!neededTools({ cluster: "kwok" }).includes("helm"));
        assert.ok(neededTools({ cluster: "kwok", charts: true }).includes("helm"));
    });

    it("never have the programs that read configurations, which only tiers of the tests ask for", () => {
        for (const cluster of ["kind", "kwok", "existing"] as const) {
            const names = neededTools({ cluster, charts: true });
            for (const { name } of TEST_PROGRAMS) assert.ok(!names.includes(name), name);
        }
    });

    it("always include one kubectl and only one", () => {
        for (const cluster of ["kind", "kwok", "existing"] as const) {
            const binaries = neededTools({ cluster }).flatMap((name) => toolSpec(name).binaries);
            assert.equal(binaries.filter((binary) => binary === "kubectl").length, 1, cluster);
        }
    });
});
