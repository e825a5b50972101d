import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { DEFAULT_LAYERS, type Layer } from "../../components/config/layers";
import type { PlatformConfig } from "../../components/config/schema";
import { Namespaces } from "../../components/namespaces/namespaces";
import { Credentials } from "../../components/secrets/credentials";
import type { BootstrapInput } from "../../components/storage/bootstrap-input";
import { Garage } from "../../components/storage/garage";
import { Harness } from "../helpers/harness";
import { drawn, leaks } from "../helpers/leaks";

const STATEFUL_SET = "kubernetes:apps/v1:StatefulSet";
const COMMAND = "command:local:Command";
const KUBECONFIG = "kubeconfig-with-a-client-key";
const SIZES: PlatformConfig["sizes"] = {
    prometheus: "5Gi",
    loki: "1Gi",
    tempo: "1Gi",
    "garage-data": "10Gi",
    "garage-meta": "1Gi",
    postgresql: "2Gi",
};

interface Options {
    readonly layers?: readonly Layer[];
    readonly simulated?: boolean;
    readonly preview?: boolean;
}

interface Built {
    readonly harness: Harness;
    readonly garage: Garage;
    readonly raw: ReadonlyMap<string, unknown>;
}

async function build(options: Options = {}): Promise<Built> {
    const raw = new Map<string, unknown>();
    const preview = options.preview ?? false;
    const harness = await Harness.start({
        preview,
        outputs: (args) => {
            raw.set(args.name, args.inputs);
            if (preview) return {};
            const metadata = { ...(args.inputs["metadata"] as object | undefined), uid: "uid-of-garage" };
            return args.type === STATEFUL_SET ? { metadata } : drawn(args);
        },
    });
    const config = {
        layers: options.layers ?? DEFAULT_LAYERS,
        databases: [],
        images: { overrides: {}, registries: {}, byTagOnly: false },
        sizes: SIZES,
    };
    const garage = await harness.run(() => {
        const namespaces = new Namespaces("namespaces", { config: { ...config, applicationNamespaces: [] } });
        const credentials = new Credentials("credentials", { config, namespaces });
        const cluster = { kubeconfig: pulumi.secret(KUBECONFIG), simulated: options.simulated ?? false };
        return new Garage("garage", { config, cluster, namespaces, credentials });
    });
    return { harness, garage, raw };
}

describe("Garage", () => {
    it("makes server, Services, account and configuration below itself, in its namespace", async () => {
        const { harness, garage } = await build();
        const self = harness.only("hearth:storage:Garage");
        const own = harness.resources.filter(({ name }) => name.startsWith("garage-"));
        assert.deepEqual(own.map(({ name }) => name).sort(), [
            "garage-account",
            "garage-admin",
            "garage-bootstrap",
            "garage-config",
            "garage-s3",
            "garage-server",
        ]);
        for (const resource of own) {
            assert.equal(resource.parent, self.urn);
            const metadata = resource.inputs["metadata"] as { namespace?: string } | undefined;
            if (metadata !== undefined) assert.equal(metadata.namespace, "storage");
        }
        assert.equal(garage.endpoint, "http://garage.storage.svc:3900");
        assert.equal(garage.region, "garage");
    });

    it("starts the server once its Secret, configuration and account are there, and waits for nothing else", async () => {
        const { harness } = await build();
        const server = harness.only(STATEFUL_SET);
        const expected = [
            harness.only("kubernetes:core/v1:Secret", "credentials-garage-secrets").urn,
            harness.only("kubernetes:core/v1:ConfigMap").urn,
            harness.only("kubernetes:core/v1:ServiceAccount").urn,
        ];
        for (const urn of expected) assert.ok(server.dependencies.includes(urn));
        assert.equal(server.dependencies.filter((urn) => /Namespace|Command|Release/.test(urn)).length, 0);
        const { annotations } = server.inputs["metadata"] as { annotations: Record<string, string> };
        assert.equal(annotations["pulumi.com/skipAwait"], "true");
    });

    it("bootstraps after the server, again for each new server, with its secrets on standard input", async () => {
        const { harness, raw } = await build();
        const bootstrap = harness.only(COMMAND);
        assert.ok(bootstrap.dependencies.includes(harness.only(STATEFUL_SET).urn));
        assert.deepEqual(bootstrap.inputs["triggers"], ["uid-of-garage"]);
        assert.deepEqual(bootstrap.secretInputs, ["stdin"]);
        const input = JSON.parse(String(bootstrap.inputs["stdin"])) as BootstrapInput;
        assert.equal(input.kubeconfig, KUBECONFIG);
        const loki = harness.only("kubernetes:core/v1:Secret", "credentials-loki-s3").inputs["stringData"];
        assert.deepEqual(
            input.desired.keys.map(({ id, secret }) => ({ AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret }))[0],
            loki,
        );
        const secrets = [KUBECONFIG, input.adminToken, ...input.desired.keys.flatMap(({ id, secret }) => [id, secret])];
        assert.deepEqual(
            [...raw].flatMap(([name, inputs]) => leaks(inputs, secrets).map((path) => name + path)),
            [],
        );
    });

    it("gives no key and no bucket to consumers that are off", async () => {
        const { harness } = await build({ layers: ["garage", "tempo"] });
        const input = JSON.parse(String(harness.only(COMMAND).inputs["stdin"])) as BootstrapInput;
        assert.deepEqual(
            input.desired.keys.map(({ consumer }) => consumer),
            ["tempo"],
        );
        assert.deepEqual(
            input.desired.buckets.map(({ alias }) => alias),
            ["tempo-traces"],
        );
    });

    it("has nothing to bootstrap in the simulated cluster, and says so", async () => {
        const { harness, garage } = await build({ simulated: true });
        assert.equal(harness.all(COMMAND).length, 0);
        assert.equal(garage.bootstrap, undefined);
        assert.equal(harness.only("hearth:storage:Garage").inputs["bootstrap"], "simulated");
        assert.equal(harness.all(STATEFUL_SET).length, 1);
    });

    it("survives a first preview, where nothing of the cluster is known", async () => {
        const { harness } = await build({ preview: true });
        const { name } = harness.only(STATEFUL_SET).inputs["metadata"] as { name: string };
        assert.equal(name, "garage");
        assert.equal(harness.all(COMMAND).length, 1);
    });
});
