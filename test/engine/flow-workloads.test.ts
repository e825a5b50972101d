import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { WORKLOAD_IDS, workload, type Workload } from "../../components/flows/workloads";
import { idOf, type Manifest } from "../helpers/manifests";
import { at } from "../helpers/observability";
import { HAS_OFFICIAL_CHARTS, NO_OFFICIAL_CHARTS, officialChart, standInChart } from "../helpers/official-charts";
import { RELEASES, type ReleaseCase } from "../helpers/releases";
import { helm, render } from "../helpers/render";
import { skip } from "../helpers/skip";

/** Charts that bring kinds and no pods. */
const KINDS: readonly string[] = ["traefik-crds", "cilium-crds", "gateway-api", "base"];
const WITH_PODS = RELEASES.filter(({ chart }) => !KINDS.includes(chart));
const CONTROLLERS = ["Deployment", "StatefulSet", "DaemonSet"];

/** What policies rely on, of a workload that a chart renders. */
interface Rendered {
    readonly id: string;
    readonly namespace: string | undefined;
    readonly labels: Readonly<Record<string, unknown>>;
    readonly account: unknown;
    readonly hostNetwork: boolean;
    readonly ports: readonly number[];
}

function rendered(manifest: Manifest): Rendered {
    const pod = "spec/template/spec";
    const containers = list(at(manifest, `${pod}/containers`));
    const ports = containers.flatMap((container) => list(at(container, "ports")));
    return {
        id: idOf(manifest),
        namespace: manifest.metadata.namespace,
        labels: Object.fromEntries(Object.entries(Object(at(manifest, "spec/template/metadata/labels")))),
        account: at(manifest, `${pod}/serviceAccountName`) ?? "default",
        hostNetwork: at(manifest, `${pod}/hostNetwork`) === true,
        ports: ports.map((port) => Number(at(port, "containerPort"))),
    };
}

function list(value: unknown): readonly unknown[] {
    return Array.isArray(value) ? value : [];
}

/** Ports of probes, which no container declares. */
const UNDECLARED: Readonly<Record<string, readonly number[]>> = {
    ztunnel: [15021],
    "istio-cni": [8000],
};

/** What the charts render, against the table by which policies select. */
function check(program: string, release: ReleaseCase, chart: string): void {
    const workloads = render(program, { ...release, chart }).filter(({ kind }) => CONTROLLERS.includes(kind));
    assert.ok(workloads.length > 0, "the chart renders no workload");
    for (const found of workloads.map(rendered)) {
        const [row, ...more] = WORKLOAD_IDS.map((id) => workload(id)).filter(
            ({ namespace, labels }: Workload) =>
                namespace === found.namespace &&
                Object.entries(labels).every(([key, value]) => found.labels[key] === value),
        );
        assert.ok(row !== undefined, `no row selects ${found.id} with ${JSON.stringify(found.labels)}`);
        assert.deepEqual(more, [], `${found.id} is selected twice`);
        assert.equal(found.account, row.account, `account of ${found.id}`);
        assert.equal(found.hostNetwork, row.hostNetwork, `network of ${found.id}`);
        const declared = Object.values(row.ports).filter((port) => !(UNDECLARED[row.id] ?? []).includes(port));
        assert.deepEqual(
            declared.filter((port) => !found.ports.includes(port)),
            [],
            `ports of ${found.id}`,
        );
    }
}

describe("the table of workloads, against rendered charts", function () {
    this.timeout(30_000);
    const program = helm();

    before(function () {
        if (program === undefined) skip(this, "there is no helm on PATH");
    });

    for (const release of WITH_PODS) {
        it(`${release.title}: each workload of the stand-in has its row, account, network and ports`, () => {
            check(program ?? "helm", release, standInChart(release.chart));
        });
    }

    describe("beside the official charts", () => {
        before(function () {
            if (!HAS_OFFICIAL_CHARTS) skip(this, NO_OFFICIAL_CHARTS);
        });

        for (const release of WITH_PODS) {
            it(`${release.title}: each workload has its row, account, network and ports`, () => {
                const archive = officialChart(release.chart);
                assert.ok(existsSync(archive), `${archive} is not there`);
                check(program ?? "helm", release, archive);
            });
        }
    });
});
