import assert from "node:assert/strict";
import type { ScriptResult } from "../helpers/fake-kind";
import { KwokScripts, missingKwokTools } from "../helpers/kwok-scripts";
import { isOfficialThere, officialChart, standInChart } from "../helpers/official-charts";
import { helm, render } from "../helpers/render";
import { skip, skipWithout } from "../helpers/skip";

const NAME = "hearth-policies";

type Spec = Readonly<Record<string, unknown>>;

const PODS = { matchLabels: { app: "x", "k8s:io.kubernetes.pod.namespace": "y" } };

const ACCEPTED: Readonly<Record<string, Spec>> = {
    "default deny": { endpointSelector: {}, ingress: [], egress: [] },
    "deny by a rule without peers": { endpointSelector: {}, ingress: [{}], egress: [{}] },
    "peers by labels, with ports": {
        description: "why",
        endpointSelector: PODS,
        ingress: [
            {
                fromEndpoints: [PODS, { matchExpressions: [{ key: "app", operator: "In", values: ["a", "b"] }] }],
                toPorts: [
                    {
                        ports: [
                            { port: "80", protocol: "TCP" },
                            { port: "8000", endPort: 8010, protocol: "UDP" },
                            { port: "http-web", protocol: "ANY" },
                        ],
                    },
                ],
            },
        ],
    },
    "peers by entity": {
        endpointSelector: PODS,
        ingress: [{ fromEntities: ["host", "remote-node", "kube-apiserver", "health"] }],
        egress: [{ toEntities: ["world", "cluster"] }],
    },
    "peers by address": {
        endpointSelector: PODS,
        ingress: [{ fromCIDR: ["169.254.7.127/32"] }],
        egress: [{ toCIDRSet: [{ cidr: "0.0.0.0/0", except: ["10.0.0.0/8", "172.16.0.0/12"] }] }],
    },
    "what is no deny by default": {
        endpointSelector: {},
        enableDefaultDeny: { ingress: false, egress: false },
        ingress: [{ fromCIDR: ["169.254.7.127/32"] }],
    },
    "a denial, and ICMP": {
        endpointSelector: PODS,
        ingressDeny: [{ fromEntities: ["world"] }],
        egress: [{ toEndpoints: [PODS], icmps: [{ fields: [{ type: 8, family: "IPv4" }, { type: "EchoReply" }] }] }],
    },
};

const REFUSED: Readonly<Record<string, readonly [Spec, RegExp]>> = {
    "an unknown field": [{ endpointSelector: {}, ingress: [], egres: [] }, /unknown field "spec\.egres"/],
    "a peer of a wrong name": [
        { endpointSelector: {}, ingress: [{ fromEndpoint: [PODS] }] },
        /unknown field "spec\.ingress\[0\]\.fromEndpoint"/,
    ],
    "a peer of the other direction": [
        { endpointSelector: {}, ingress: [{ toEntities: ["world"] }] },
        /unknown field "spec\.ingress\[0\]\.toEntities"/,
    ],
    "ports where NetworkPolicy has them": [
        { endpointSelector: {}, ingress: [{ ports: [{ port: "80" }] }] },
        /unknown field "spec\.ingress\[0\]\.ports"/,
    ],
    "an entity that is none": [
        { endpointSelector: {}, ingress: [{ fromEntities: ["everything"] }] },
        /Unsupported value: "everything"/,
    ],
    "no selector": [{ ingress: [] }, /"no-selector" is invalid/],
    "two selectors": [{ endpointSelector: {}, nodeSelector: {}, ingress: [] }, /one and only one/],
    "no direction": [{ endpointSelector: {} }, /"no-direction" is invalid/],
    "a port as a number": [
        { endpointSelector: {}, ingress: [{ toPorts: [{ ports: [{ port: 80 }] }] }] },
        /type string/,
    ],
    "a protocol in lower case": [
        { endpointSelector: {}, ingress: [{ toPorts: [{ ports: [{ port: "80", protocol: "tcp" }] }] }] },
        /Unsupported value: "tcp"/,
    ],
    "an address without a prefix": [{ endpointSelector: {}, ingress: [{ fromCIDR: ["10.0.0.1"] }] }, /type cidr/],
    "a value that no label has": [{ endpointSelector: { matchLabels: { a: "b c" } }, ingress: [] }, /should match/],
    "an operator that selectors lack": [
        { endpointSelector: { matchExpressions: [{ key: "a", operator: "Gt" }] }, ingress: [] },
        /Unsupported value: "Gt"/,
    ],
    "deny by default as one switch": [{ endpointSelector: {}, ingress: [], enableDefaultDeny: false }, /type object/],
    "exceptions from nothing": [
        { endpointSelector: {}, egress: [{ toCIDRSet: [{ except: ["10.0.0.0/8"] }] }] },
        /"exceptions-from-nothing" is invalid/,
    ],
};

const SOURCES = [
    { title: "the stand-in", chart: standInChart("cilium-crds"), there: true },
    { title: "Cilium itself", chart: officialChart("cilium-crds"), there: isOfficialThere("cilium-crds") },
];

describe("the kinds of Cilium's policies, on a real API server", function () {
    this.timeout(120_000);
    const kwok = new KwokScripts();

    before(async function () {
        const missing = [...missingKwokTools(), ...(helm() === undefined ? ["helm"] : [])];
        skipWithout(this, missing);
        const { status, stderr } = await kwok.run("kwok-create.sh", NAME);
        assert.equal(status, 0, stderr);
    });
    after(() => kwok.remove());

    const kubectl = (args: readonly string[], objects: readonly unknown[]): ScriptResult =>
        kwok.kubectl(NAME, args, objects.map((object) => JSON.stringify(object)).join("\n---\n"));

    for (const { title, chart, there } of SOURCES) {
        describe(`from ${title}`, () => {
            before(function () {
                if (!there) skip(this, "HEARTH_TEST_CHART_MIRROR names no folder with Cilium's own");
                const items = render("helm", { chart, release: "cilium-crds", namespace: "kube-system", values: {} });
                for (const args of [
                    ["apply", "--server-side", "--force-conflicts", "-f", "-"],
                    ["wait", "--for=condition=Established", "--timeout=30s", "-f", "-"],
                ]) {
                    const { status, stderr } = kubectl(args, items);
                    assert.equal(status, 0, stderr);
                }
            });

            /** Has the API server look at policies, in one call that goes on after a refusal, and make none. */
            const made = (kind: string, specs: Readonly<Record<string, Spec>>): ScriptResult => {
                const items = Object.entries(specs).map(([what, spec]) => ({
                    apiVersion: "cilium.io/v2",
                    kind,
                    metadata: {
                        name: what.toLowerCase().replaceAll(/[^a-z]+/g, "-"),
                        ...(kind === "CiliumNetworkPolicy" ? { namespace: "default" } : {}),
                    },
                    spec,
                }));
                const args = ["create", "--dry-run=server", "--validate=strict", "--output=name", "-f", "-"];
                return kubectl(args, items);
            };

            for (const kind of ["CiliumNetworkPolicy", "CiliumClusterwideNetworkPolicy"]) {
                it(`${kind}: takes what policies are made of`, () => {
                    const { status, stdout, stderr } = made(kind, ACCEPTED);
                    assert.equal(status, 0, stderr);
                    assert.equal(stdout.trim().split("\n").length, Object.keys(ACCEPTED).length);
                });

                it(`${kind}: refuses what would be no policy, or another one than was meant`, () => {
                    const specs = Object.entries(REFUSED).map(([what, [spec]]) => [what, spec] as const);
                    const { stdout, stderr } = made(kind, Object.fromEntries(specs));
                    assert.equal(stdout, "");
                    for (const [what, [, message]] of Object.entries(REFUSED))
                        assert.match(stderr, message, `${what} in: ${stderr}`);
                });
            }
        });
    }
});
