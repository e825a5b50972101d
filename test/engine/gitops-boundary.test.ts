import assert from "node:assert/strict";
import { WAYPOINT } from "../../components/config/mesh";
import { CHILD_KINDS, MANAGED_KINDS, REFUSED_KINDS } from "../../components/config/application-kinds";
import { deliveryOf } from "../../components/gitops/applications";
import { CONTROLLER, SERVER } from "../../components/gitops/identities";
import { waypointGateway } from "../../components/mesh/waypoint-manifests";
import {
    APPLICATION_NAMESPACES,
    DELIVERY,
    FOREIGN_NAMESPACE,
    GitopsCluster,
    type ResourceRequest,
} from "../helpers/gitops-cluster";
import { missingKwokTools } from "../helpers/kwok-scripts";
import type { Manifest } from "../helpers/manifests";
import { helm } from "../helpers/render";
import { skip, skipWithout } from "../helpers/skip";

const READS = ["get", "list", "watch"];
const WRITES = ["create", "update", "patch", "delete"];
const SECRET = { group: "", resource: "secrets" };

function requests(
    kinds: readonly { readonly group: string; readonly resource: string }[],
    verbs: readonly string[],
    namespaces: readonly string[],
): readonly ResourceRequest[] {
    return kinds.flatMap(({ group, resource }) =>
        verbs.flatMap((verb) => namespaces.map((namespace) => ({ group, resource, verb, namespace }))),
    );
}

type Map = Readonly<Record<string, string>>;

interface Changes {
    readonly name?: string;
    readonly namespace?: string;
    readonly labels?: Map;
    readonly annotations?: Map;
    readonly podLabels?: Map;
    readonly podAnnotations?: Map;
    readonly account?: Map;
}

function podTemplate({ podLabels = {}, podAnnotations = {}, account = {} }: Changes): unknown {
    return {
        metadata: { labels: { app: "web", ...podLabels }, annotations: podAnnotations },
        spec: { restartPolicy: "Always", ...account, containers: [{ name: "web", image: "web:1" }] },
    };
}

function metadataOf({
    name = "web",
    namespace = "shop",
    labels = {},
    annotations = {},
}: Changes): Manifest["metadata"] {
    return { name, namespace, labels, annotations };
}

function deployment(changes: Changes = {}): Manifest {
    const spec = { selector: { matchLabels: { app: "web" } }, template: podTemplate(changes) };
    return { apiVersion: "apps/v1", kind: "Deployment", metadata: metadataOf(changes), spec };
}

function cronJob(changes: Changes = {}): Manifest {
    const template = podTemplate(changes) as { spec: object };
    const once = { ...template, spec: { ...template.spec, restartPolicy: "Never" } };
    const spec = { schedule: "0 0 * * *", jobTemplate: { spec: { template: once } } };
    return { apiVersion: "batch/v1", kind: "CronJob", metadata: metadataOf(changes), spec };
}

function configMap(changes: Changes = {}): Manifest {
    return { apiVersion: "v1", kind: "ConfigMap", metadata: metadataOf(changes), data: { a: "b" } };
}

function service(changes: Changes = {}): Manifest {
    const spec = { selector: { app: "web" }, ports: [{ port: 80 }] };
    return { apiVersion: "v1", kind: "Service", metadata: metadataOf(changes), spec };
}

describe("what Argo CD may write, asked of a real API server", function () {
    this.timeout(120_000);
    const missing = missingKwokTools();
    const program = helm();
    let cluster: GitopsCluster;

    before(async function () {
        skipWithout(this, missing);
        if (program === undefined) skip(this, "there is no helm on PATH");
        cluster = new GitopsCluster("hearth-gitops-boundary");
        await cluster.start(program);
        // Policies are compiled a moment after they are made.
        const deadline = Date.now() + 30_000;
        const probe = configMap({ name: WAYPOINT });
        while (cluster.tryAs(CONTROLLER, probe).status === 0 && Date.now() < deadline) await sleep(200);
    });
    after(() => cluster?.remove());

    /** Checks that every one of the requests, or none, may be made by a ServiceAccount. */
    const check = (account: string, allowed: boolean, requests: readonly ResourceRequest[]): void => {
        assert.ok(requests.length > 0);
        const answers = cluster.may(account, requests);
        assert.deepEqual(
            requests.filter((_request, index) => answers[index] !== allowed),
            [],
        );
    };
    const refused = (object: Manifest, message: RegExp): void => {
        const { status, stderr } = cluster.tryAs(CONTROLLER, object);
        assert.notEqual(status, 0, JSON.stringify(object));
        assert.match(stderr, message);
    };
    const accepted = (object: Manifest): void => {
        const { status, stderr } = cluster.tryAs(CONTROLLER, object);
        assert.equal(status, 0, stderr);
    };

    it("is what applications are made of, in their namespaces", () => {
        check(CONTROLLER, true, requests(MANAGED_KINDS, [...READS, ...WRITES], APPLICATION_NAMESPACES));
    });

    it("is nothing elsewhere, not even to be read", () => {
        const elsewhere = [FOREIGN_NAMESPACE, "kube-system", "default"];
        check(CONTROLLER, false, requests([...MANAGED_KINDS, SECRET], [...READS, ...WRITES], elsewhere));
    });

    it("is none of the kinds that open or allow something, and no Secret", () => {
        check(CONTROLLER, true, requests([...REFUSED_KINDS, ...CHILD_KINDS], READS, ["shop"]));
        check(CONTROLLER, false, requests([...REFUSED_KINDS, ...CHILD_KINDS], WRITES, ["shop"]));
        check(CONTROLLER, false, requests([SECRET], [...READS, ...WRITES], ["shop"]));
    });

    it("is nothing of the whole cluster", () => {
        const kinds = ["namespaces", "nodes", "clusterroles", "customresourcedefinitions"].map((resource) => ({
            group:
                { clusterroles: "rbac.authorization.k8s.io", customresourcedefinitions: "apiextensions.k8s.io" }[
                    resource
                ] ?? "",
            resource,
        }));
        const all = kinds.flatMap((kind) => [...READS, ...WRITES].map((verb) => ({ ...kind, verb })));
        check(CONTROLLER, false, all);
    });

    it("is nothing at all for the server, which reads logs but enters no pod", () => {
        const pods = { group: "", resource: "pods", namespace: "shop" };
        check(SERVER, true, requests(MANAGED_KINDS, READS, ["shop"]));
        check(SERVER, true, [{ ...pods, verb: "get", subresource: "log" }]);
        check(SERVER, false, requests([...MANAGED_KINDS, ...CHILD_KINDS], WRITES, ["shop"]));
        const ways = ["exec", "attach", "portforward"].flatMap((subresource) =>
            ["get", "create"].map((verb) => ({ ...pods, verb, subresource })),
        );
        check(SERVER, false, [...ways, ...requests([SECRET], READS, ["shop"])]);
    });

    it("is an ordinary application of every form that the guard looks at", () => {
        for (const make of [deployment, cronJob, configMap, service]) accepted(make());
        accepted(deployment({ labels: { team: "a" }, podLabels: { "app.kubernetes.io/name": "web" } }));
        accepted(deployment({ account: { serviceAccountName: "web" } }));
        accepted(deployment({ podAnnotations: { "notistio.io.example/x": "y" } }));
    });

    it("is no pod that leaves the mesh, by whatever key", () => {
        for (const key of [
            "istio.io/dataplane-mode",
            "ambient.istio.io/bypass-inbound-capture",
            "sidecar.istio.io/inject",
            "gateway.networking.k8s.io/gateway-name",
        ]) {
            const keys = { [key]: "none" };
            refused(deployment({ podLabels: keys }), /it stays in the mesh/);
            refused(deployment({ podAnnotations: keys }), /it stays in the mesh/);
            refused(cronJob({ podLabels: keys }), /it stays in the mesh/);
        }
    });

    it("is no Service that goes by no waypoint or by another", () => {
        refused(service({ labels: { "istio.io/use-waypoint": "none" } }), /it stays in the mesh/);
        refused(service({ annotations: { "traffic.istio.io/x": "y" } }), /it stays in the mesh/);
    });

    it("is neither the waypoint nor anything with its identity", () => {
        for (const make of [deployment, service, configMap]) refused(make({ name: WAYPOINT }), /is called waypoint/);
        for (const field of ["serviceAccountName", "serviceAccount"]) {
            refused(deployment({ account: { [field]: WAYPOINT } }), /identity of the namespace's waypoint/);
            refused(cronJob({ account: { [field]: WAYPOINT } }), /identity of the namespace's waypoint/);
        }
    });

    it("is guarded under the name that waypoints really have", () => {
        assert.equal(WAYPOINT, waypointGateway("apps").metadata.name);
    });

    it("is not what people with rights of their own are held to", () => {
        const { status, stderr } = cluster.kubectl(
            ["create", "--dry-run=server", "-f", "-"],
            JSON.stringify(service({ labels: { "istio.io/use-waypoint": "none" } })),
        );
        assert.equal(status, 0, stderr);
    });

    it("is described by objects whose every field their kinds know", () => {
        cluster.deliver(DELIVERY);
        const delivery = deliveryOf({ gitops: DELIVERY, applicationNamespaces: APPLICATION_NAMESPACES });
        for (const object of [delivery?.project, delivery?.applicationSet]) {
            const changed = JSON.parse(JSON.stringify(object).replace('"spec":{', '"spec":{"misspelt":1,')) as Manifest;
            const args = ["apply", "--server-side", "--validate=strict", "--dry-run=server", "-f", "-"];
            const { status, stderr } = cluster.kubectl(args, JSON.stringify(changed));
            assert.notEqual(status, 0);
            assert.match(stderr, /misspelt/);
        }
    });
});

function sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
