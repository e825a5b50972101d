import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { stringify } from "yaml";
import type { CustomObject } from "../../components/core/custom-object";
import { meshTelemetry } from "../../components/mesh/mesh-policies";
import { accessSettings, APPLICATIONS, guards, trustedCluster } from "../helpers/access-mesh";
import type { ScriptResult } from "../helpers/fake-kind";
import { KwokScripts, missingKwokTools } from "../helpers/kwok-scripts";
import { HAS_OFFICIAL_CHARTS, NO_OFFICIAL_CHARTS, officialChart, standInChart } from "../helpers/official-charts";
import { helm, render } from "../helpers/render";
import { skip, skipWithout } from "../helpers/skip";

const CHARTS = ["gateway-api", "base"] as const;

const OIDC = {
    kind: "oidc",
    issuer: "https://accounts.example.com/",
    keys: { url: "https://accounts.example.com/keys" },
    rolesClaim: "realm_access.roles",
} as const;

/** Everything that the mesh has objects of, with the cluster as issuer, and with another one. */
const OBJECTS: readonly CustomObject[] = [
    ...guards(accessSettings(), trustedCluster()),
    ...meshTelemetry({ layers: ["istio", "otel-collector"] }),
];
const WITH_OIDC = guards(accessSettings(OIDC), { issuer: OIDC.issuer, keys: OIDC.keys });

const policy = (spec: object): object => ({
    apiVersion: "security.istio.io/v1",
    kind: "AuthorizationPolicy",
    metadata: { name: "wrong", namespace: "apps" },
    spec,
});
const peers = (spec: object): object => ({ ...policy(spec), kind: "PeerAuthentication" });
const TARGET = [{ group: "gateway.networking.k8s.io", kind: "Gateway", name: "waypoint" }];

/** What no API server with these kinds may take. */
const REFUSED: readonly (readonly [title: string, object: object])[] = [
    ["an unknown field", policy({ action: "ALLOW", rule: [] })],
    ["a misspelt field of a source", policy({ rules: [{ from: [{ source: { principal: ["x"] } }] }] })],
    ["an unknown action", policy({ action: "REFUSE" })],
    ["a selector beside a reference", policy({ targetRefs: TARGET, selector: { matchLabels: { app: "x" } } })],
    ["a reference to another namespace", policy({ targetRefs: [{ ...TARGET[0], namespace: "edge" }] })],
    ["an unknown mode", peers({ mtls: { mode: "strict" } })],
    ["ports without a workload", peers({ portLevelMtls: { "8000": { mode: "PERMISSIVE" } } })],
    [
        "keys twice",
        { ...policy({ jwtRules: [{ issuer: "a", jwks: "{}", jwksUri: "https://a" }] }), kind: "RequestAuthentication" },
    ],
];

describe("objects of the mesh on a real API server", function () {
    this.timeout(240_000);
    const program = helm() ?? "helm";

    before(function () {
        skipWithout(this, missingKwokTools());
        if (helm() === undefined) skip(this, "there is no helm on PATH");
    });

    for (const source of ["stand-in", "official"] as const) {
        describe(`with the kinds of the ${source} charts`, () => {
            const kwok = new KwokScripts();
            const cluster = `hearth-mesh-${source}`;
            const kubectl = (args: readonly string[], objects: readonly object[]): ScriptResult =>
                kwok.kubectl(cluster, args, objects.map((one) => stringify(one)).join("---\n"));
            const apply = (objects: readonly object[]): ScriptResult =>
                kubectl(["apply", "--server-side", "--validate=strict", "-f", "-"], objects);

            before(async function () {
                if (source === "official" && !HAS_OFFICIAL_CHARTS) {
                    skip(this, NO_OFFICIAL_CHARTS);
                }
                const made = await kwok.run("kwok-create.sh", cluster);
                assert.equal(made.status, 0, made.stderr);
                const kinds = CHARTS.flatMap((name) => {
                    const archive = officialChart(name);
                    if (source === "official") assert.ok(existsSync(archive), `${archive} is not there`);
                    const chart = source === "official" ? archive : standInChart(name);
                    const manifests = render(program, { chart, release: name, namespace: "istio-system", values: {} });
                    return manifests.filter(({ kind }) => kind === "CustomResourceDefinition");
                });
                const installed = apply(kinds);
                assert.equal(installed.status, 0, installed.stderr);
                await kwok.kindsEstablished(cluster);
                const namespaces = ["istio-system", "edge", ...APPLICATIONS].map((name) => ({
                    apiVersion: "v1",
                    kind: "Namespace",
                    metadata: { name },
                }));
                const labelled = apply(namespaces);
                assert.equal(labelled.status, 0, labelled.stderr);
            });
            after(() => kwok.remove());

            for (const [title, objects] of [
                ["the cluster as issuer", OBJECTS],
                ["another issuer", WITH_OIDC],
            ] as const) {
                it(`takes all of the program's, with ${title}, whole and without a warning`, () => {
                    const applied = apply(objects);
                    assert.equal(applied.status, 0, applied.stderr);
                    assert.equal(applied.stderr, "");
                    const got = kubectl(["get", "-f", "-", "-o", "json"], objects);
                    assert.equal(got.status, 0, got.stderr);
                    const { items } = JSON.parse(got.stdout) as { readonly items: readonly CustomObject[] };
                    assert.equal(items.length, objects.length);
                    // Nothing was left out on the way.
                    for (const [index, { spec }] of objects.entries()) {
                        assert.deepEqual(items[index]?.spec, JSON.parse(JSON.stringify(spec)));
                    }
                });
            }

            for (const [title, object] of REFUSED) {
                it(`refuses ${title}`, () => {
                    const applied = apply([object]);
                    assert.notEqual(applied.status, 0);
                    assert.match(applied.stderr, /invalid|unknown field|Unsupported value|field not declared/i);
                });
            }
        });
    }
});
