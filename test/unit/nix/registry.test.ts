import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { parseImage } from "../../../components/config/images";
import { CHART_NAMES, chartSpec, IMAGE_IDS, pinnedImage } from "../../../components/config/versions";
import { COLLECTOR_IMAGE } from "../../../tools/own-images/specs";
import { PLATFORM_FACTS, platformFacts } from "../../../tools/nix/platform-facts";
import { presetConfig } from "../../helpers/platform";

const REGISTRY = "components/config/registry.json";

interface Kinds {
    readonly chart: string;
    readonly repository: string;
    readonly manifests: readonly { readonly path: string; readonly sha256: string }[];
}

const KINDS = Object.entries((JSON.parse(readFileSync(REGISTRY, "utf8")) as { kinds: Record<string, Kinds> }).kinds);

const NIX_FILES = [
    "flake.nix",
    ...readdirSync("nix", { recursive: true, encoding: "utf8" })
        .filter((file) => file.endsWith(".nix"))
        .map((file) => join("nix", file)),
];

function code(file: string): string {
    const text = readFileSync(file, "utf8").replaceAll(/^\s*#.*$/gm, "");
    // The one version that belongs to the flake itself: nixidy's, which flake.lock holds.
    return file === "flake.nix" ? text.replace(/inputs = \{.*?\n {2}\};/s, "") : text;
}

/** What looks like a version or a hash in a text; addresses do not. */
function pins(text: string): readonly string[] {
    const pattern = /sha256[-:][\w+/]{20}|\b[0-9a-f]{40,64}\b|(?<![\w.])v?\d+\.\d+\.\d+(?!\.?\d)/g;
    return [...text.matchAll(pattern)].map(([found]) => found);
}

describe("the registry in two languages", () => {
    it("is one file: no .nix file has a version, a hash or an image of its own", () => {
        assert.ok(NIX_FILES.length > 10);
        assert.deepEqual(
            NIX_FILES.flatMap((file) => pins(code(file)).map((pin) => `${file}: ${pin}`)),
            [],
        );
        const images = IMAGE_IDS.map((id) => parseImage(pinnedImage(id))?.repository ?? "");
        const named = NIX_FILES.filter((file) => images.some((image) => code(file).includes(`${image}:`)));
        assert.deepEqual(named, []);
    });

    it("would find one", () => {
        assert.deepEqual(pins('version = "2.2.4"; tag = "v1.4.1"; host = "127.0.0.1";'), ["2.2.4", "v1.4.1"]);
        const hash = "sha256-+SkJIvGsRSLp0IGb9p4BN2fhmumU4+5WkvK8fLsGIQc=";
        assert.equal(pins(`chartHash = "${hash}"; rev = "${"0a".repeat(20)}";`).length, 2);
    });

    it("is read by Nix in one place, by the path that TypeScript imports", () => {
        const readers = NIX_FILES.filter((file) => code(file).includes("registry.json"));
        assert.deepEqual(readers, ["nix/registry.nix"]);
        assert.ok(code("nix/registry.nix").includes(`importJSON ../${REGISTRY}`));
    });

    it("has the kinds that Nix reads of the version of the chart that installs them, each with its digest", () => {
        assert.deepEqual(
            KINDS.map(([name]) => name),
            ["istio"],
        );
        for (const [name, { chart, repository, manifests }] of KINDS) {
            const known = CHART_NAMES.find((one) => one === chart);
            assert.ok(known !== undefined, name);
            assert.ok(repository.includes(`/${chartSpec(known).version}/`), repository);
            for (const { sha256 } of manifests) assert.match(sha256, /^[0-9a-f]{64}$/);
        }
        const gateway = chartSpec("gateway-api");
        assert.ok(gateway.manifests?.every(({ sha256 }) => sha256 !== undefined));
    });

    it("gives Nix a hash for each chart that its files name", () => {
        const named = NIX_FILES.flatMap((file) => [...code(file).matchAll(/charts\.hearth\.([a-z-]+)/g)]);
        const names = [...new Set(named.map(([, name = ""]) => name))].sort();
        assert.deepEqual(names, ["tempo", "traefik"]);
        for (const name of names) {
            const known = CHART_NAMES.find((one) => one === name);
            assert.ok(known !== undefined && chartSpec(known).chartHash !== undefined, name);
        }
    });
});

describe("what Nix reads of the platform", () => {
    const stacks = Object.fromEntries(["dev-fast", "cilium", "full"].map((stack) => [stack, presetConfig(stack)]));

    it("is what the program goes by; make docs writes it", () => {
        assert.deepEqual(JSON.parse(readFileSync(PLATFORM_FACTS, "utf8")), platformFacts(stacks));
    });

    it("tells the stacks apart: in the mesh nothing is scraped", () => {
        const { "dev-fast": fast, full } = platformFacts(stacks).stacks;
        assert.deepEqual(fast?.flows, ["route", "scrape", "inside", "otlp", "sql"]);
        assert.deepEqual(full?.flows, ["route", "inside", "otlp", "sql"]);
    });

    it("follows the settings", () => {
        const settings = { layers: ["traefik", "prometheus"], applicationNamespaces: ["shop", "billing"] };
        const { mine } = platformFacts({ mine: presetConfig("dev-fast", { settings }) }).stacks;
        assert.deepEqual(mine?.flows, ["route", "scrape", "inside"]);
        assert.deepEqual(mine?.namespaces, ["shop", "billing"]);
    });
});

describe("the collector that Nix builds", () => {
    const { build: GO_BUILD, image: IMAGE } = COLLECTOR_IMAGE;
    const text = readFileSync("nix/collector.nix", "utf8");
    const list = (name: string): readonly string[] => {
        const [, inner = ""] = new RegExp(`${name} = \\[([^\\]]*)\\]`).exec(text) ?? [];
        return [...inner.matchAll(/"([^"]*)"/g)].map(([, item = ""]) => item);
    };

    it("is built from the same sources with the same flags as elsewhere", () => {
        assert.ok(text.includes("src = ../collector/src;"));
        assert.equal(list("tags").join(), GO_BUILD.tags);
        assert.equal(list("ldflags").join(" "), GO_BUILD.ldflags);
        assert.ok(text.includes(`env.CGO_ENABLED = "${GO_BUILD.environment["CGO_ENABLED"]}"`));
    });

    it("is made by the builder that the Go module pins: no address, no version, no package is named again", () => {
        assert.ok(text.includes("src = ../collector/builder;"));
        assert.match(text, /^ +go install .* tool$/m);
        assert.doesNotMatch(text, /:\/\/|fetch|cmd\/builder/);
    });

    it("has the same image around it", () => {
        assert.deepEqual(list("Entrypoint"), [IMAGE.entrypoint]);
        assert.ok(text.includes(`User = "${IMAGE.user}"`));
        assert.ok(text.includes(`[${IMAGE.ports.map((port) => `"${port}/tcp"`).join(" ")}]`));
        assert.ok(text.includes('registry.image "otel-collector"') && text.includes('registry.tag "otel-collector"'));
    });
});
