import assert from "node:assert/strict";
import { bucketsOf } from "../../components/storage/buckets";
import { GarageAccess, secretData } from "../helpers/kind-garage";
import { kindStack } from "../helpers/kind-stack";
import { LOKI } from "../helpers/kind-telemetry";
import { eventually, minutes } from "../helpers/kind-wait";

/** A bucket that Loki's key has nothing to do with. */
const FOREIGN = "kind-test-foreign";

describe("object storage of a stack", function () {
    this.timeout(minutes(10));
    const stack = kindStack();

    before(async function () {
        await stack.ready(this, "garage", "loki");
    });

    it("gets Loki's chunks", async () => {
        await GarageAccess.with(stack, async (garage) => {
            await eventually("objects in the bucket of chunks", async () => {
                const { status } = await stack.api.service(LOKI, "/flush", { method: "POST" });
                assert.equal(status, 204);
                const { objects } = await garage.bucket("loki-chunks");
                return objects > 0 ? objects : undefined;
            });
        });
    });

    it("opens to Loki's key the buckets of Loki and no other", async () => {
        const { AWS_ACCESS_KEY_ID: id = "", AWS_SECRET_ACCESS_KEY: secret = "" } = await secretData(stack, "loki-s3");
        await GarageAccess.with(stack, async (garage) => {
            for (const bucket of bucketsOf("loki")) assert.equal(garage.list(bucket, { id, secret }), 200, bucket);
            assert.equal(garage.list("loki-chunks", { id, secret: secret.replace(/.$/, "x") }), 403);
            if (stack.has("tempo")) assert.equal(garage.list("tempo-traces", { id, secret }), 403);
            const foreign = await garage.makeBucket(FOREIGN);
            try {
                assert.equal(garage.list(FOREIGN, { id, secret }), 403);
            } finally {
                await garage.removeBucket(foreign);
            }
        });
    });
});
