import assert from "node:assert/strict";
import { garageToml } from "../../components/storage/garage-config";
import { Garage } from "../helpers/garage-process";
import { eventually } from "../helpers/kind-wait";
import { Loopback } from "../helpers/loopback";
import { programOr } from "../helpers/programs";

describe("Garage's configuration, by Garage itself", function () {
    this.timeout(120_000);
    let loopback: Loopback | undefined;
    let garage: Garage;

    before(async function () {
        const program = programOr(this, "garage");
        loopback = new Loopback();
        garage = await Garage.start(loopback, program);
    });
    after(async () => loopback?.dispose());

    it("starts a server, whose S3 and administration answer", async () => {
        assert.equal((await fetch(`${garage.admin}/health`)).status, 200);
        // Nobody who does not sign is let in.
        assert.equal((await fetch(garage.endpoint)).status, 403);
    });

    it("shows metrics to bearers of the token only, under the names that alerts read", async () => {
        assert.equal((await fetch(`${garage.admin}/metrics`)).status, 403);
        const headers = { authorization: `Bearer ${garage.metricsToken}` };
        // It gives itself its layout when it already listens.
        await eventually("a healthy cluster", async () => {
            const metrics = await (await fetch(`${garage.admin}/metrics`, { headers })).text();
            return /^cluster_healthy 1$/m.test(metrics) ? metrics : undefined;
        });
    });

    it("gets the keys and buckets of the platform by the very bootstrap of the program", async () => {
        assert.ok((await garage.bootstrap()) > 0);
        assert.equal(await garage.bootstrap(), 0);
    });

    it("is refused when it is wrong", async () => {
        const wrong = garageToml().replace('db_engine = "sqlite"', 'db_engine = "none"');
        await assert.rejects(Garage.start(loopback ?? assert.fail(), garage.program, wrong), /garage has ended/);
    });
});
