import assert from "node:assert/strict";
import type { FlowSettings } from "../../../components/flows/flows";
import { workloadsOf } from "../../../components/flows/workloads";
import type { Manifest } from "../../helpers/manifests";
import { presetConfig } from "../../helpers/platform";
import { networkVerdicts, outcomes, type End, type Pod } from "../../helpers/reachability";
import { meshObjects, networkObjects } from "../../helpers/reachability-objects";
import { FOREIGN, PLACES, worldOf, type World } from "../../helpers/reachability-world";

const FULL = presetConfig("full", { settings: { applicationNamespaces: ["apps", "backoffice"] } });

function pod({ ends }: World, name: string): Pod {
    const found = ends.find((end) => end.name === name);
    if (found?.kind !== "pod") throw new Error(`there is no pod ${name}`);
    return found;
}

/** Names of the ends that a pod gets to at some port of anybody's, itself left out. */
function reachable(config: FlowSettings, name: string): readonly string[] {
    const world = worldOf(config);
    const verdict = networkVerdicts({ ...world, policies: networkObjects(config) });
    const from = pod(world, name);
    const ports = [...workloadsOf(config).flatMap(({ ports }) => Object.values(ports)), 80, 443, 4444, 6443, 10250];
    return world.ends
        .filter((to) => to !== from)
        .filter((to) => {
            const passes = verdict(from, to);
            return ports.some((port) => passes(port, "TCP") || passes(port, "UDP"));
        })
        .map((to) => to.name);
}

describe("ways round the waypoint", () => {
    const world = worldOf(FULL);
    const [network, mesh] = [networkObjects(FULL), meshObjects(FULL)];
    const shop = pod(world, "apps-shop");
    const attempt = (from: End, to: End, port: number, policies: readonly Manifest[] = [...network, ...mesh]) =>
        outcomes({ ...world, policies })(from, to)(port, "TCP");

    const callers: Readonly<Record<string, End>> = {
        "the edge, by a pod's own address": pod(world, "traefik"),
        "an application's own pod, by a pod's own address": pod(world, "apps-cart"),
        "an application of another namespace": pod(world, "backoffice-shop"),
        "the waypoint of another namespace": pod(world, "waypoint-backoffice"),
        "Prometheus, outside the mesh": pod(world, "prometheus"),
        "a pod of a namespace outside the mesh": pod(world, `stranger-${FOREIGN}`),
        "another node": PLACES.controlPlane,
        "the internet": PLACES.internet,
    };

    for (const [title, from] of Object.entries(callers)) {
        it(`leads nowhere from ${title}: the network refuses, and so does ztunnel`, () => {
            for (const port of [80, 8080, 15020]) {
                const both = attempt(from, shop, port);
                assert.deepEqual([both.network, both.mesh], [false, false], `port ${port}`);
                // Each layer alone is enough.
                assert.equal(attempt(from, shop, port, network).allowed, false);
                assert.equal(attempt(from, shop, port, mesh).allowed, false);
            }
        });
    }

    it("leads to the waypoint from the edge and from the applications beside it, and from nowhere else", () => {
        const gate = pod(world, "waypoint-apps");
        const verdict = networkVerdicts({ ...world, policies: network });
        const through = world.ends.filter((from) => from !== gate && verdict(from, gate)(15008, "TCP"));
        // The waypoint's own node reaches it, as every node reaches its pods.
        assert.deepEqual(through.map(({ name }) => name).sort(), [
            "apps-cart",
            "apps-shop",
            "probes",
            "traefik",
            "worker",
        ]);
    });

    it("leads nowhere with the waypoint's labels but without its identity", () => {
        const liar: Pod = { ...shop, name: "liar", labels: pod(world, "waypoint-apps").labels };
        const outcome = attempt(liar, shop, 8080);
        assert.equal(outcome.network, true);
        assert.equal(outcome.mesh, false);
    });

    it("leads nowhere with a stolen identity from where the network does not let it", () => {
        const policies = [...network, ...mesh];
        const waypoint = "cluster.local/ns/apps/sa/waypoint";
        const outcome = outcomes({ ...world, policies })(pod(world, "traefik"), shop, waypoint)(8080, "TCP");
        assert.equal(outcome.mesh, true);
        assert.equal(outcome.network, false);
    });
});

describe("what cannot be reached", () => {
    const modes = ["dev-fast", "cilium", "full"].map((mode) => [mode, presetConfig(mode)] as const);

    for (const [mode, config] of modes) {
        it(`${mode}: databases, stores and Alertmanager call nobody`, () => {
            // By NetworkPolicy nobody can be kept from the own node.
            const own = mode === "dev-fast" ? ["worker"] : [];
            const silent = ["garage", "postgresql", "alertmanager", ...(mode === "full" ? ["argocd-redis"] : [])];
            for (const name of silent) assert.deepEqual(reachable(config, name), own, name);
        });

        it(`${mode}: no pod of ours gets to the internet`, () => {
            const world = worldOf(config);
            const verdict = networkVerdicts({ ...world, policies: networkObjects(config) });
            const out = world.ends.filter((end) => end.kind === "pod" && verdict(end, PLACES.internet)(443, "TCP"));
            // Those are not ours: what kube-system and others do is theirs to say.
            assert.deepEqual(
                out.map(({ name }) => name),
                ["coredns", "stranger-kube-system", "stranger-default", `stranger-${FOREIGN}`],
            );
        });

        it(`${mode}: Grafana sees its data sources and nothing behind them`, () => {
            const own = mode === "dev-fast" ? ["worker"] : [];
            const expected = ["prometheus", "alertmanager", "loki", "tempo", "coredns", ...own];
            assert.deepEqual(reachable(config, "grafana"), expected);
        });
    }

    it("is the API server, but for those that watch the cluster or change it", () => {
        const config = presetConfig("full");
        const world = worldOf(config);
        const verdict = networkVerdicts({ ...world, policies: networkObjects(config) });
        const ours = world.ends.filter((end) => world.roles.get(end)?.kind !== "stranger");
        const asking = ours.filter((end) => end.kind === "pod" && verdict(end, PLACES.controlPlane)(6443, "TCP"));
        assert.deepEqual(
            asking.map(({ name }) => name).filter((name) => name !== "coredns"),
            [
                "traefik",
                "prometheus",
                "kube-state-metrics",
                "otel-collector",
                "hubble-ui",
                "istiod",
                "istio-cni",
                "argocd-server",
                "argocd-application-controller",
                "argocd-applicationset-controller",
            ],
        );
    });
});
