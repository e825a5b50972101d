import assert from "node:assert/strict";
import { Loki } from "../../components/observability/loki";
import { assertRelease, garageOf, runComponent, told, waitsFor } from "../helpers/observability-components";
import { at } from "../helpers/observability";

function run(options: { readonly preview?: boolean } = {}) {
    return runComponent("loki", (given) => new Loki("loki", { ...given, garage: garageOf(given, true) }), options);
}

describe("Loki", () => {
    it("installs one release below itself, named literally, from a relative path", async () => {
        assertRelease(await run(), "hearth:observability:Loki", "loki", "18.11.0");
    });

    it("waits for its namespace and its Secret, and not for Garage", async () => {
        const waits = waitsFor(await run());
        assert.ok(waits.includes("Namespace namespaces-observability"));
        assert.ok(waits.includes("Secret credentials-loki-s3"));
        assert.deepEqual(
            waits.filter((what) => /garage|StatefulSet|Release|Command/.test(what)),
            [],
        );
    });

    it("is given Garage's address, and a checksum of its Secret in place of the Secret", async () => {
        const built = await run();
        const values = built.release.inputs["values"];
        assert.equal(at(values, "loki/storage/s3/endpoint"), "http://garage.storage.svc:3900");
        const annotations = new Map(Object.entries(at(values, "singleBinary/podAnnotations") ?? {}));
        assert.match(String(annotations.get("hearth.dev/secret")), /^[0-9a-f]{16,}$/);
        assert.deepEqual(told(built), []);
    });

    it("says where it is", async () => {
        const { made } = await run();
        assert.equal(made.url, "http://loki.observability.svc:3100");
        assert.equal(made.namespace, "observability");
    });

    it("previews with no cluster yet", async () => {
        const { release } = await run({ preview: true });
        assert.equal(release.inputs["namespace"], "observability");
        assert.equal(release.inputs["chart"], "./test/fixtures/charts/loki");
    });
});
