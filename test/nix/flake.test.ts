import assert from "node:assert/strict";
import { CHART_NAMES, chartSpec, IMAGE_IDS, pinnedImage } from "../../components/config/versions";
import { NixFlake, nixObstacle } from "../helpers/nix-flake";
import { skip } from "../helpers/skip";

const DEMO = "nix/applications/demo.nix";
const REGISTRY = "components/config/registry.json";
const DEMO_NAME = pinnedImage("demo").split(":")[0] ?? "";

/** A change, and what Nix says of it when it is asked to render stack dev-fast. */
interface Refusal {
    readonly title: string;
    readonly edits: readonly (readonly [file: string, from: string, to: string])[];
    readonly says: RegExp;
}

const edit = (title: string, from: string, to: string, says: RegExp): Refusal => ({
    title,
    edits: [[DEMO, from, to]],
    says,
});

const END = "  applications.demo = {";
const RESOURCES = "resources = lib.mkMerge [";

const REFUSALS: readonly Refusal[] = [
    edit("a value of another type", "replicas = 1", 'replicas = "one"', /is not of type `null or signed integer/),
    edit("a misspelt field", "serviceAccountName", "serviceAcountName", /does not exist[\s\S]*serviceAccountName/),
    edit(
        "a misspelt field of a route",
        "hostnames",
        "hostname",
        /HTTPRoute[\s\S]*hostname' does not exist[\s\S]*hostnames/,
    ),
    {
        title: "an image that is not pinned",
        edits: [[REGISTRY, pinnedImage("demo"), `${DEMO_NAME}:latest`]],
        says: /assertion\(demo\): Deployment\/shop-backend, container shop: image \S+:latest is not pinned/,
    },
    edit("an application without a wave", "wave = 10;", "", /assertion\(demo\): has no rollout wave/),
    edit("an application that tells no flows", "      flows = [", "      # [", /does not say what it talks to/),
    edit("no request of memory", 'memory = "24Mi";', "", /container shop: resources\.requests\.memory is not set/),
    edit("no limit of memory", 'limits.memory = "96Mi";', "", /container shop: resources\.limits\.memory is not set/),
    edit("a pod that may be root", "allowPrivilegeEscalation = false;", "", /allowPrivilegeEscalation is not false/),
    edit("a pod that is root", "runAsUser = user;", "runAsUser = 0;", /container shop: runs as user 0/),
    edit("capabilities that are kept", 'capabilities.drop = ["ALL"];', "", /capabilities\.drop has no ALL/),
    edit(
        "a call that is not declared",
        '["route" "inside" "otlp" "sql"]',
        '["route" "inside" "sql"]',
        /calls otel-collector\S+, and hearth\.flows has no otlp/,
    ),
    edit(
        "a route that is not declared",
        '["route" "inside" "otlp" "sql"]',
        '["inside" "otlp" "sql"]',
        /HTTPRoute\/shop lets the edge call, and hearth\.flows has no route/,
    ),
    edit(
        "a scrape that is not declared",
        'lib.optional scraped "scrape"',
        "[]",
        /wants to be scraped, and hearth\.flows has no scrape/,
    ),
    edit(
        "a host that no flow leads to",
        '"--backend=http://shop-backend:${toString ports.http}"',
        '"--backend=tcp://redis.other:6379"',
        /names redis\.other, to which no flow/,
    ),
    edit(
        "a flow that the stack has not",
        '["route" "inside" "otlp" "sql"]',
        '["route" "inside" "otlp" "sql" "internet"]',
        /hearth\.flows[^']*' is not of type `one of "route"/,
    ),
    edit(
        "a kind that is the platform's",
        END,
        `${END}\n    yamls = ["{apiVersion: v1, kind: Secret, metadata: {name: s}}"];`,
        /Secret\/s: Secret is no kind of an application/,
    ),
    edit(
        "a kind of the mesh, though its fields are known",
        RESOURCES,
        `${RESOURCES} {authorizationPolicies.open.spec.action = "ALLOW";}`,
        /AuthorizationPolicy\/open: security\.istio\.io\/AuthorizationPolicy is no kind of an application/,
    ),
    edit(
        "a misspelt field of the mesh's kinds",
        RESOURCES,
        `${RESOURCES} {authorizationPolicies.open.spec.acton = "ALLOW";}`,
        /acton' does not exist[\s\S]*action/,
    ),
    edit(
        "a misspelt field of Traefik's kinds",
        RESOURCES,
        `${RESOURCES} {ingressRoutes.web.spec.entryPoint = ["web"];}`,
        /entryPoint' does not exist[\s\S]*entryPoints/,
    ),
    {
        title: "a pod without a seccomp profile, on the container or on itself",
        edits: [
            [DEMO, 'seccompProfile.type = "RuntimeDefault";', ""],
            [DEMO, 'seccompProfile.type = "RuntimeDefault";', ""],
        ],
        says: /container shop: seccompProfile is neither RuntimeDefault nor Localhost/,
    },
    edit(
        "another namespace",
        END,
        `${END}\n    namespace = "edge";`,
        /is for namespace edge, which is none of hearth:applicationNamespaces/,
    ),
    edit("a file that nothing checks", END, `${END}\n    extraRawYamls = [./demo.nix];`, /has extraRawYamls/),
    edit(
        "a folder of the node",
        "lib.mapAttrs (_: secretName",
        '{data.hostPath.path = "/";} // lib.mapAttrs (_: secretName',
        /mounts folders of the node \(data\)/,
    ),
];

describe("the flake, by Nix", function () {
    this.timeout(15 * 60_000);
    let flake: NixFlake;

    before(async function () {
        const obstacle = nixObstacle();
        if (obstacle !== undefined) skip(this, obstacle);
        flake = new NixFlake();
        const { stderr } = await flake.run("eval", "lib.pins", "--json");
        const unreachable = /unable to download '([^']*)'/.exec(stderr)?.[1];
        if (unreachable !== undefined) skip(this, `Nix cannot download ${unreachable}`);
    });
    afterEach(() => flake?.reset());
    after(() => flake?.remove());

    it("passes nix flake check: every tree is rendered and fresh, the sources are the builder's, form and lint", async () => {
        const { status, stderr } = await flake.run("flake check", "");
        assert.equal(status, 0, stderr);
    });

    it("has the lock file that Nix would write", async () => {
        const { status, stderr } = await flake.run("flake metadata", "", "--no-update-lock-file");
        assert.equal(status, 0, stderr);
        flake.edit("flake.nix", "github:arnarg/nixidy/v", "github:arnarg/nixidy/w");
        const other = await flake.run("flake metadata", "", "--no-update-lock-file");
        assert.notEqual(other.status, 0);
    });

    it("pins the charts and images that TypeScript does", async () => {
        const { status, stdout, stderr } = await flake.run("eval", "lib.pins", "--json");
        assert.equal(status, 0, stderr);
        const { charts, images } = JSON.parse(stdout) as Record<"charts" | "images", Record<string, unknown>>;
        const hashed = CHART_NAMES.map(chartSpec).filter(({ chartHash }) => chartHash !== undefined);
        assert.deepEqual(
            charts,
            Object.fromEntries(
                hashed.map(({ name, version, chartHash, repository: repo }) => [
                    name,
                    { chart: name, version, chartHash, repo },
                ]),
            ),
        );
        assert.deepEqual(images, Object.fromEntries(IMAGE_IDS.map((id) => [id, pinnedImage(id)])));
    });

    for (const { title, edits, says } of REFUSALS) {
        it(`refuses ${title}`, async () => {
            for (const [file, from, to] of edits) flake.edit(file, from, to);
            const { status, stderr } = await flake.check("render-dev-fast");
            assert.notEqual(status, 0);
            assert.match(stderr, says);
        });
    }

    it("holds what comes from a Kustomization to the same rules", async () => {
        flake.edit("nix/accepted/kustomize/base/deployment.yaml", "runAsNonRoot: true", "runAsNonRoot: false");
        const { status, stderr } = await flake.check("accepted");
        assert.notEqual(status, 0);
        assert.match(stderr, /assertion\(accepted-kustomization\): Deployment\/shop-web, container web: runAsNonRoot/);
    });

    it("holds what comes from a chart to the same rules", async () => {
        flake.edit("nix/accepted/applications.nix", 'memory = "64Mi";', "");
        const { status, stderr } = await flake.check("accepted");
        assert.notEqual(status, 0);
        assert.match(
            stderr,
            /assertion\(accepted-chart\): StatefulSet\/tempo, container tempo: resources\.requests\.memory/,
        );
    });

    it("calls a tree stale that was not rendered again, and shows what differs", async () => {
        flake.edit(DEMO, "replicas = 1", "replicas = 2");
        const { status, stderr } = await flake.check("fresh-dev-fast", true);
        assert.notEqual(status, 0);
        assert.match(stderr, /\+ +"replicas": 2/);
        assert.match(stderr, /manifests\/dev-fast is stale: make render/);
    });

    it("calls a tree stale that somebody edited", async () => {
        flake.edit("manifests/full/demo/Service-shop-backend.yaml", "port: 8080", "port: 8089");
        const { status, stderr } = await flake.check("fresh-full", true);
        assert.notEqual(status, 0);
        assert.match(stderr, /- +"port": 8089/);
    });

    it("finds a component that is in the collector's manifest alone", async () => {
        flake.edit(
            "collector/manifest.yaml",
            "- gomod: go.opentelemetry.io/collector/exporter/debugexporter v0.159.0",
            "",
        );
        const { status, stderr } = await flake.check("collector-sources", true);
        assert.notEqual(status, 0);
        assert.match(stderr, /^[^\n]*-[^\n]*exporter\/debugexporter/m);
    });

    it("takes no chart whose content is not the pinned one", async () => {
        const { chartHash = "" } = chartSpec("traefik");
        const other = chartHash.replace(/^sha256-./, chartHash.startsWith("sha256-A") ? "sha256-B" : "sha256-A");
        flake.edit(REGISTRY, chartHash, other);
        const { status, stderr } = await flake.check("render-dev-fast");
        assert.notEqual(status, 0);
        assert.match(stderr, /helm-chart-\S*traefik-39\.0\.9/);
    });

    it("finds a .nix file that is not in form, and a name that nothing uses", async () => {
        flake.edit("nix/registry.nix", "{lib}: let", "{ lib }:let");
        const form = await flake.check("format", true);
        assert.notEqual(form.status, 0);
        flake.reset();
        flake.edit("nix/registry.nix", "{lib}: let", "{lib}: let\n  spare = 1;");
        const lint = await flake.check("lint", true);
        assert.notEqual(lint.status, 0);
        assert.match(lint.stderr, /spare/);
    });
});
