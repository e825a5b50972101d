import assert from "node:assert/strict";
import fc from "fast-check";
import { workloadsOf } from "../../../components/flows/workloads";
import type { FlowSettings } from "../../../components/flows/flows";
import { EQUIPPED, presetConfig } from "../../helpers/platform";
import {
    isCaptured,
    networkVerdicts,
    outcomes,
    principalOf,
    speaksHbone,
    type End,
    type Pod,
    type PortVerdict,
    type Protocol,
} from "../../helpers/reachability";
import { ztunnelAdmits } from "../../helpers/reachability-mesh";
import { expectedMesh, expectedNetwork, expectedReach } from "../../helpers/reachability-model";
import { meshObjects, networkObjects } from "../../helpers/reachability-objects";
import { stacks } from "../../helpers/reachability-stacks";
import { worldOf, type PodNode, type World } from "../../helpers/reachability-world";

const PROTOCOLS: readonly Protocol[] = ["TCP", "UDP"];

/** Every port that anything listens on, and one that nothing does. */
function portsOf(config: FlowSettings): readonly number[] {
    const known = workloadsOf(config).flatMap(({ ports }) => Object.values(ports));
    return [...new Set([...known, 443, 3000, 4444, 6443, 10250, 15008])];
}

/** Cells of the matrix in which two verdicts differ. */
function differences(
    { ends }: World,
    ports: readonly number[],
    actual: (from: End, to: End) => PortVerdict,
    expected: (from: End, to: End) => PortVerdict,
): { readonly cells: number; readonly allowed: number; readonly different: readonly string[] } {
    const different: string[] = [];
    let [cells, allowed] = [0, 0];
    for (const from of ends) {
        for (const to of ends) {
            const [is, should] = [actual(from, to), expected(from, to)];
            for (const port of ports) {
                for (const protocol of PROTOCOLS) {
                    const verdict = is(port, protocol);
                    cells += 1;
                    if (verdict) allowed += 1;
                    if (verdict !== should(port, protocol)) {
                        different.push(
                            `${from.name} → ${to.name}:${port}/${protocol} is ${verdict ? "let through" : "refused"}`,
                        );
                    }
                }
            }
        }
    }
    return { cells, allowed, different };
}

/** Cells of the matrix of real ports, through both layers, in which rendered policies and model differ. */
function differencesOfBoth(config: FlowSettings, world: World): readonly string[] {
    const attempt = outcomes({ ...world, policies: [...networkObjects(config), ...meshObjects(config)] });
    const reaches = (from: End, to: End): PortVerdict => {
        const outcome = attempt(from, to);
        return (port, protocol) => outcome(port, protocol).allowed;
    };
    const ports = portsOf(config).filter((port) => port !== 15008);
    return differences(world, ports, reaches, expectedReach(config, world)).different;
}

const TWO = { applicationNamespaces: ["apps", "backoffice"] };
const THEIRS = { cluster: "existing", context: "theirs" };

interface Case {
    readonly title: string;
    readonly config: FlowSettings;
    readonly node?: PodNode;
}

const CASES: readonly Case[] = [
    { title: "dev-fast", config: presetConfig("dev-fast", { settings: TWO }) },
    { title: "dev-fast, pods beside the API server", config: presetConfig("dev-fast"), node: "control-plane" },
    {
        title: "dev-fast on somebody else's cluster",
        config: presetConfig("dev-fast", {
            settings: { ...TWO, ...THEIRS, collector: "upstream" },
            environment: EQUIPPED,
        }),
    },
    { title: "cilium", config: presetConfig("cilium", { settings: TWO }) },
    { title: "cilium, pods beside the API server", config: presetConfig("cilium"), node: "control-plane" },
    { title: "full", config: presetConfig("full", { settings: TWO }) },
    { title: "full, pods beside the API server", config: presetConfig("full"), node: "control-plane" },
    {
        title: "full, with addresses in the settings",
        config: presetConfig("full", {
            settings: {
                gitops: { repository: "http://gitea.elsewhere.svc:3000/team/apps.git" },
                authAddress: "https://login.example/verify",
                oidc: { issuer: "https://issuer.example", jwksUrl: "https://issuer.example:8443/keys" },
                roles: {},
            },
        }),
    },
];

describe("the matrix of who reaches whom", function () {
    this.timeout(60_000);

    for (const { title, config, node } of CASES) {
        it(`${title}: the rendered policies let through what the model lists, in every cell`, () => {
            const world = worldOf(config, node);
            const { namespaces } = world;
            const verdicts = networkVerdicts({ namespaces, policies: networkObjects(config) });
            const { cells, allowed, different } = differences(
                world,
                portsOf(config),
                verdicts,
                expectedNetwork(config, world),
            );
            assert.deepEqual(different, []);
            // Neither everything nor nothing: a matrix of one value would prove little.
            assert.ok(cells > 20_000 && allowed > 0 && allowed < cells / 2, `${allowed} of ${cells}`);
        });
    }

    for (const { title, config, node } of CASES.filter(({ config }) => config.layers.includes("istio"))) {
        it(`${title}: ztunnel admits the identities that the model lists, at every port of every pod`, () => {
            const world = worldOf(config, node);
            const admits = ztunnelAdmits({ ...world, policies: meshObjects(config) });
            const expected = expectedMesh(config, world);
            const cells = meshCells(config, world);
            const different = cells.filter(([to, port, who]) => admits(to)(port, who) !== expected(to)(port, who));
            assert.deepEqual(different.map(cellText), []);
            const admitted = cells.filter(([to, port, who]) => admits(to)(port, who)).length;
            assert.ok(admitted > 0 && admitted < cells.length / 2, `${admitted} of ${cells.length}`);
        });

        it(`${title}: both layers together let through what the model lists, by the real ports`, () => {
            const world = worldOf(config, node);
            assert.deepEqual(differencesOfBoth(config, world), []);
        });
    }

    it("whatever layers are on: cells, identities and both layers together", () => {
        fc.assert(
            fc.property(stacks(), (config) => {
                const world = worldOf(config);
                const verdicts = networkVerdicts({ ...world, policies: networkObjects(config) });
                const expected = expectedNetwork(config, world);
                assert.deepEqual(differences(world, portsOf(config), verdicts, expected).different, []);
                assert.deepEqual(differencesOfBoth(config, world), []);
            }),
            { numRuns: 20 },
        );
    });
});

type MeshCell = readonly [to: Pod, port: number, identity: string | undefined];

/** Every pod of the mesh, by every port, for every identity that there is, and for none. */
function meshCells(config: FlowSettings, world: World): readonly MeshCell[] {
    const pods = world.ends.filter((end) => end.kind === "pod");
    const identities = [...new Set(pods.filter((pod) => speaksHbone(pod, world)).map(principalOf)), undefined];
    return pods
        .filter((pod) => isCaptured(pod, world))
        .flatMap((pod) =>
            portsOf(config).flatMap((port) => identities.map((identity): MeshCell => [pod, port, identity])),
        );
}

function cellText([to, port, identity]: MeshCell): string {
    return `${identity ?? "no identity"} → ${to.name}:${port}`;
}
