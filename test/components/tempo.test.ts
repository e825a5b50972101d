import assert from "node:assert/strict";
import { Tempo } from "../../components/observability/tempo";
import {
    assertRelease,
    garageOf,
    runComponent,
    told,
    waitsFor,
    type Surroundings,
} from "../helpers/observability-components";
import { at } from "../helpers/observability";

function run({ simulated = true, ...options }: { readonly preview?: boolean; readonly simulated?: boolean } = {}) {
    const build = (given: Surroundings): Tempo => new Tempo("tempo", { ...given, garage: garageOf(given, simulated) });
    return runComponent("tempo", build, options);
}

describe("Tempo", () => {
    it("installs one release below itself, named literally, from a relative path", async () => {
        assertRelease(await run(), "hearth:observability:Tempo", "tempo", "2.2.4");
    });

    it("waits for its bucket, without which it would end, and not for Garage's pods", async () => {
        const waits = waitsFor(await run({ simulated: false }));
        assert.deepEqual(
            waits.filter((what) => /garage|StatefulSet|Release|Command/.test(what)),
            ["Command garage-bootstrap"],
        );
    });

    it("waits for its namespace and its Secret, and on a simulated cluster for nothing of Garage", async () => {
        const waits = waitsFor(await run());
        assert.ok(waits.includes("Namespace namespaces-observability"));
        assert.ok(waits.includes("Secret credentials-tempo-s3"));
        assert.deepEqual(
            waits.filter((what) => /garage|StatefulSet|Release|Command/.test(what)),
            [],
        );
    });

    it("is given Garage's address, and a checksum of its Secret in place of the Secret", async () => {
        const built = await run();
        const values = built.release.inputs["values"];
        assert.match(String(at(values, "config")), /endpoint: garage\.storage\.svc:3900/);
        const annotations = new Map(Object.entries(at(values, "podAnnotations") ?? {}));
        assert.match(String(annotations.get("hearth.dev/secret")), /^[0-9a-f]{16,}$/);
        assert.deepEqual(told(built), []);
    });

    it("says where it is", async () => {
        const { made } = await run();
        assert.equal(made.url, "http://tempo.observability.svc:3200");
        assert.equal(made.namespace, "observability");
    });

    it("previews with no cluster yet", async () => {
        const { release } = await run({ preview: true });
        assert.equal(release.inputs["namespace"], "observability");
        assert.equal(release.inputs["chart"], "./test/fixtures/charts/tempo");
    });
});
